import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { unreachable } from "../../lib/assert.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { isPassedOverByNodes, moreTelling } from "../wait-reason.ts";
import type { WaitReason } from "../wait-reason.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import { exceedsTotal, isShort } from "./explanation.ts";
import type { ConsumableAnswer, EnvironmentAnswer, Reservation } from "./explanation.ts";
import { consumableAnswer } from "./consumable-answer.ts";
import { judgeEnvironment } from "./judge-environment.ts";
import { findReservation } from "./reservation.ts";

/** What would become of a job at the head of its queue. */
export interface Assessment {
  readonly environments: readonly JudgedEnvironment[];
  readonly consumables: readonly ConsumableAnswer[];
  readonly reservation?: Reservation;
  readonly atHead: WaitReason | undefined;
  readonly isImpossible: boolean;
}

export interface JudgedEnvironment {
  readonly environment: ComputeEnvironment;
  readonly answer: EnvironmentAnswer;
}

/** What the next cycle makes of the job if nothing is placed before: with the numbers of the moment. */
export function assess(
  asked: Pick<AskedJob, "job" | "consumableResources">,
  facts: ExplainFacts,
): Assessment {
  const { job, consumableResources } = asked;
  const environments = judgeEnvironments(job, facts);
  const consumables = consumableResources.map((need) => consumableAnswer(need, facts.state));
  const reservation = findReservation(job, facts);
  const isPossible = environments.some(({ answer }) => answer.isEverPossible);
  return {
    environments,
    consumables,
    ...(reservation !== undefined && { reservation }),
    atHead: reasonAtHead({ environments, consumables, reservation }, facts),
    isImpossible: consumables.some(exceedsTotal) || !isPossible,
  };
}

function judgeEnvironments(job: LiveJob, facts: ExplainFacts): readonly JudgedEnvironment[] {
  const { state } = facts;
  const jobQueue = state.jobQueues.get(job.jobQueueArn);
  const ready = state.jobs.readyQueue(job.jobQueueArn);
  const demandVcpuMillis = Math.max(job.resources.vcpuMillis, ready?.demandVcpuMillis ?? 0);
  const judged: JudgedEnvironment[] = [];
  for (const { computeEnvironment } of jobQueue?.computeEnvironmentOrder ?? []) {
    const environment = state.computeEnvironments.get(computeEnvironment);
    if (environment === undefined) continue;
    const answer = judgeEnvironment(environment, job, demandVcpuMillis, facts);
    judged.push({ environment, answer });
    if (job.nodeResources !== undefined && !isPassedOverByNodes(answer.verdict.kind)) break;
  }
  return judged;
}

/** The reason that a cycle would give; undefined where it would place the job. */
function reasonAtHead(
  {
    environments,
    consumables,
    reservation,
  }: Pick<Assessment, "environments" | "consumables"> & { readonly reservation: Reservation | undefined },
  { outage }: ExplainFacts,
): WaitReason | undefined {
  if (outage !== undefined) return "provider-unavailable";
  const lack = lackOf(consumables, reservation);
  let because: WaitReason = "environments-unavailable";
  for (const { answer } of environments) {
    const { verdict } = answer;
    if (verdict.kind === "takes") return lack;
    const isRefused = isRefusedAsItIs(verdict);
    if (verdict.kind === "launches" && lack === undefined) return undefined;
    const reason = isRefused || lack === undefined ? verdict.kind : lack;
    if (reason !== "launches") because = moreTelling(because, reason);
    if (reason === "instances-starting") break;
  }
  return because;
}

/** Whether the environment says so whatever else the job lacks. */
function isRefusedAsItIs(verdict: EnvironmentAnswer["verdict"]): boolean {
  switch (verdict.kind) {
    case "environments-unavailable":
    case "kubernetes-unavailable":
    case "multi-node-unsupported":
    case "exceeds-environments":
    case "exceeds-instance-types":
    case "exceeds-host":
      return true;
    case "environments-full":
      return verdict.capacity === "fargate";
    case "takes":
    case "launches":
    case "above-bid":
    case "host-full":
    case "instances-starting":
      return false;
    default:
      return unreachable(verdict);
  }
}

function lackOf(
  consumables: readonly ConsumableAnswer[],
  reservation: Reservation | undefined,
): WaitReason | undefined {
  if (consumables.some(exceedsTotal)) return "exceeds-consumables";
  if (reservation !== undefined) return "shares-reserved";
  return consumables.some(isShort) ? "consumables-unavailable" : undefined;
}
