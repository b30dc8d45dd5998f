import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { unreachable } from "../../lib/assert.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { instancesFor } from "../scaling/scale-out.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { Assessment, JudgedEnvironment } from "./explain.ts";
import type { ConsumableAnswer, EnvironmentVerdict, ExpectedStart, Remedy } from "./explanation.ts";
import { findImpossibility, maxVcpuMillisOf } from "./judge-environment.ts";
import { lowestMaxVcpus } from "./lowest-max-vcpus.ts";
import { remediesOfReservation } from "./reservation.ts";
import { whoIsInTheWay } from "./who-is-in-the-way.ts";

/** What would start a job that an assessment holds up, each by itself. */
export function remediesFor(
  job: LiveJob,
  { environments, consumables, reservation, isImpossible }: Assessment,
  facts: ExplainFacts,
): readonly Remedy[] {
  if (reservation !== undefined && !isImpossible) {
    return remediesOfReservation(reservation, environments, job, facts);
  }
  const remedies = [
    ...environments.flatMap((judged) => remediesIn(judged, job, facts)),
    ...consumables.flatMap(remediesOf),
  ];
  const isTooLarge =
    environments.some(({ answer: { verdict } }) => verdict.kind.startsWith("exceeds-")) ||
    consumables.some(({ quantity, totalQuantity }) => quantity > totalQuantity);
  return isImpossible && isTooLarge ? [...remedies, { kind: "ask-for-less" }] : remedies;
}

/** By when the job starts at the latest; undefined where nobody can tell. */
export function expectStart(
  remedies: readonly Remedy[],
  environments: readonly JudgedEnvironment[],
): ExpectedStart | undefined {
  for (const { answer } of environments) {
    const { verdict } = answer;
    if (verdict.kind === "instances-starting" && verdict.readyAtMs !== undefined)
      return { byMs: verdict.readyAtMs, basis: "boot-time" };
  }
  const ends = remedies.flatMap((remedy) =>
    remedy.kind === "jobs-end" ? [Math.max(...remedy.jobs.map(({ limitAtMs = Infinity }) => limitAtMs))] : [],
  );
  const byMs = Math.min(...ends);
  return byMs === Infinity ? undefined : { byMs, basis: "time-limits" };
}

function remediesIn(
  { environment, answer: { verdict, isEverPossible } }: JudgedEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const { name: computeEnvironment } = environment;
  switch (verdict.kind) {
    case "environments-unavailable":
      if (!isEverPossible) return [];
      return [
        {
          kind: verdict.state === "DISABLED" ? "enable-environment" : "repair-environment",
          computeEnvironment,
        },
      ];
    case "exceeds-environments":
      return raiseMax(environment, (raised) => findImpossibility(raised, job, facts) === undefined);
    case "exceeds-instance-types":
      return [{ kind: "add-larger-type", computeEnvironment, wanted: verdict.wanted }];
    case "environments-full": {
      const jobs = whoIsInTheWay(verdict, environment, job, facts);
      return [
        ...(jobs === undefined ? [] : [{ kind: "jobs-end", jobs, computeEnvironment } as const]),
        ...raiseMax(environment, (raised) => hasRoomIn(raised, verdict, job, facts)),
      ];
    }
    case "host-full": {
      const jobs = whoIsInTheWay(verdict, environment, job, facts);
      return jobs === undefined ? [] : [{ kind: "jobs-end", jobs, computeEnvironment }];
    }
    case "above-bid":
      return [{ kind: "raise-bid", computeEnvironment }];
    case "instances-starting": {
      const { readyAtMs } = verdict;
      return [{ kind: "instance-boots", computeEnvironment, ...(readyAtMs !== undefined && { readyAtMs }) }];
    }
    case "takes":
    case "launches":
    case "kubernetes-unavailable":
    case "multi-node-unsupported":
    case "exceeds-host":
      return [];
    default:
      return unreachable(verdict);
  }
}

/** The lowest `maxvCpus` that is enough, if any is. */
function raiseMax(
  environment: ComputeEnvironment,
  isEnough: (raised: ComputeEnvironment) => boolean,
): readonly Remedy[] {
  const toVcpus = lowestMaxVcpus(environment, isEnough);
  if (toVcpus === undefined) return [];
  return [{ kind: "raise-max-vcpus", computeEnvironment: environment.name, toVcpus }];
}

/** Whether an environment that is full now takes the job, or launches for it, with another `maxvCpus`. */
function hasRoomIn(
  raised: ComputeEnvironment,
  { capacity: kind, vcpuMillis }: Extract<EnvironmentVerdict, { kind: "environments-full" }>,
  job: LiveJob,
  { state, capacity, nowMs }: ExplainFacts,
): boolean {
  const demandVcpuMillis = job.resources.vcpuMillis;
  switch (kind) {
    case "fargate":
      return vcpuMillis + demandVcpuMillis <= maxVcpuMillisOf(raised);
    case "instances":
      return typeof instancesFor(job, raised, { state, capacity, demandVcpuMillis, nowMs }) !== "string";
    case "host":
      return false;
    default:
      return unreachable(kind);
  }
}

function remediesOf({ consumableResource, ...answer }: ConsumableAnswer): readonly Remedy[] {
  const { quantity, totalQuantity, heldQuantity, holders } = answer;
  if (heldQuantity + quantity <= totalQuantity) return [];
  const raise = { kind: "raise-quantity", consumableResource, toQuantity: heldQuantity + quantity } as const;
  const [first] = holders;
  if (quantity > totalQuantity || first === undefined) return [raise];
  return [{ kind: "jobs-end", jobs: [first] }, raise];
}
