import { parseChildJobId } from "../../batch/child-job.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { unreachable } from "../../lib/assert.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { isPassedOverByNodes, moreTelling } from "../wait-reason.ts";
import type { WaitReason } from "../wait-reason.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import { awaitedJobs } from "./awaited-jobs.ts";
import type {
  AwaitedJob,
  ConsumableAnswer,
  EnvironmentAnswer,
  ExplainedReason,
  Explanation,
  PlaceInLine,
  Reservation,
} from "./explanation.ts";
import { judgeEnvironment } from "./judge-environment.ts";
import { headOfShare, placeInLine } from "./place-in-line.ts";
import { expectStart, remediesFor } from "./remedies.ts";
import { findReservation } from "./reservation.ts";
import { holdersOf } from "./who-is-in-the-way.ts";

/**
 * Says why a job waits, and what would start it: by the rules of a cycle, with the numbers of the moment.
 *
 * It costs about the same however many jobs wait: what is counted and looked through has a limit everywhere.
 */
export function explain(asked: AskedJob, facts: ExplainFacts): Explanation {
  const { state, outage } = facts;
  const { job, jobId } = asked;
  const status = statusOf(asked, state);
  const isUnderWay = status === "STARTING" || status === "RUNNING";
  const assessment = isUnderWay ? NOTHING_IN_THE_WAY : assess(asked, facts);
  const { environments, consumables, reservation, atHead, isImpossible } = assessment;
  const waitsFor = awaitedJobs(asked, state);
  const line = status === "RUNNABLE" ? standInLine(asked, facts) : undefined;
  const because = line?.head === undefined ? reasonOf(asked, assessment, waitsFor, facts) : "behind-others";
  const isHeldUp = because === atHead || isImpossible;
  const remedies = isHeldUp ? remediesFor(job, assessment, facts) : [];
  const expectedStart = because === atHead ? expectStart(remedies, environments) : undefined;
  return {
    jobId,
    status,
    because,
    ...(atHead !== undefined && { atHead }),
    isImpossible,
    jobQueue: state.jobQueues.get(job.jobQueueArn)?.name ?? job.jobQueueArn,
    needs: job.resources,
    ...(job.nodeResources !== undefined && { nodeCount: job.nodeResources.length }),
    ...(waitsFor.length > 0 && { waitsFor }),
    ...(line !== undefined && { line }),
    environments: environments.map(({ answer }) => answer),
    ...(reservation !== undefined && { reservation }),
    consumables,
    remedies,
    ...(expectedStart !== undefined && { expectedStart }),
    ...(outage !== undefined && { outage }),
  };
}

/** What would become of a job at the head of its queue. */
export interface Assessment {
  readonly environments: readonly JudgedEnvironment[];
  readonly consumables: readonly ConsumableAnswer[];
  readonly reservation?: Reservation;
  readonly atHead: WaitReason | undefined;
  readonly isImpossible: boolean;
}

const NOTHING_IN_THE_WAY: Assessment = {
  environments: [],
  consumables: [],
  atHead: undefined,
  isImpossible: false,
};

export interface JudgedEnvironment {
  readonly environment: ComputeEnvironment;
  readonly answer: EnvironmentAnswer;
}

function assess(asked: AskedJob, facts: ExplainFacts): Assessment {
  const { job, consumableResources } = asked;
  const { state } = facts;
  const environments = judgeEnvironments(job, facts);
  const consumables = consumableResources.map((need) => answerOf(need, state));
  const reservation = findReservation(job, facts);
  const isLacking = consumables.some(({ quantity, totalQuantity }) => quantity > totalQuantity);
  const isPossible = environments.some(({ answer }) => answer.isEverPossible);
  return {
    environments,
    consumables,
    ...(reservation !== undefined && { reservation }),
    atHead: reasonAtHead({ environments, consumables, reservation }, facts),
    isImpossible: isLacking || !isPossible,
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

function answerOf(
  { consumableResource, quantity }: AskedJob["consumableResources"][number],
  state: LiveState,
): ConsumableAnswer {
  const { consumables, plainResources } = state;
  const totalQuantity = plainResources.find("consumable-resource", consumableResource)?.totalQuantity ?? 0;
  const heldQuantity = consumables.heldOf(consumableResource);
  const isFree = heldQuantity + quantity <= totalQuantity;
  const holders = isFree ? [] : holdersOf(consumableResource, state);
  return { consumableResource, quantity, totalQuantity, heldQuantity, holders };
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
  if (reservation !== undefined) return "shares-reserved";
  const lack = lackOf(consumables);
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

/** Whether the environment does not come to the question whether an instance is to be launched: that waits for consumables. */
function isRefusedAsItIs(verdict: EnvironmentAnswer["verdict"]): boolean {
  switch (verdict.kind) {
    case "environments-unavailable":
    case "kubernetes-unavailable":
    case "multi-node-unsupported":
    case "exceeds-environments":
    case "exceeds-host":
    case "host-full":
      return true;
    case "environments-full":
      return verdict.capacity === "fargate";
    case "takes":
    case "launches":
    case "exceeds-instance-types":
    case "above-bid":
    case "instances-starting":
      return false;
    default:
      return unreachable(verdict);
  }
}

function lackOf(consumables: readonly ConsumableAnswer[]): WaitReason | undefined {
  let because: WaitReason | undefined;
  for (const { quantity, totalQuantity, heldQuantity } of consumables) {
    if (quantity > totalQuantity) return "exceeds-consumables";
    if (heldQuantity + quantity > totalQuantity) because = "consumables-unavailable";
  }
  return because;
}

function standInLine(asked: AskedJob, facts: ExplainFacts): PlaceInLine {
  const { state, nowMs } = facts;
  const line = placeInLine(asked, state, nowMs);
  const head = headOfShare(asked.job, state);
  if (line.aheadCount === 0 || head === undefined || head.jobId === asked.jobId) return line;
  const { atHead: because } = assess(
    {
      ...head,
      dependsOn: [],
      consumableResources: state.consumables.neededBy(head.jobId),
    },
    facts,
  );
  return { ...line, head: { jobId: head.jobId, ...(because !== undefined && { because }) } };
}

/** Of a job that nobody goes before. */
function reasonOf(
  asked: AskedJob,
  { atHead }: Assessment,
  waitsFor: readonly AwaitedJob[],
  { state }: ExplainFacts,
): ExplainedReason {
  const status = statusOf(asked, state);
  switch (status) {
    case "SUBMITTED":
      return "submitted";
    case "PENDING":
      if (waitsFor.length > 0 || parseChildJobId(asked.jobId) !== undefined) return "dependencies";
      return state.jobs.arrayOf(asked.job)?.unspawned === undefined ? "submitted" : "children";
    case "RUNNABLE":
      return atHead ?? "placeable";
    case "STARTING":
    case "RUNNING":
    case "SUCCEEDED":
    case "FAILED":
      return "not-waiting";
    default:
      return unreachable(status);
  }
}

/** A child that was not spawned has no status of its own, and an array that of its next child as long as it has one. */
function statusOf({ job }: AskedJob, { jobs }: LiveState): LiveJob["status"] {
  const array = jobs.arrayOf(job);
  if (array === undefined || array.unspawned === undefined || array.unspawnedCount === 0) return job.status;
  return array.unspawned.status;
}
