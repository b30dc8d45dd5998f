import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import { unreachable } from "../../lib/assert.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { isSpotCapacity } from "../placement.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import type { Assessment, JudgedEnvironment } from "./assess.ts";
import type { ConsumableAnswer, ExpectedStart, PlaceInLine, Remedy } from "./explanation.ts";
import { isShort } from "./is-short.ts";
import { isTaking } from "./is-taking.ts";
import { judgeEnvironment } from "./judge-environment.ts";
import { lowestMaxVcpus } from "./lowest-max-vcpus.ts";
import { hasRivals, isOvertaken } from "./overtaken.ts";
import { remediesOfReservation } from "./reservation.ts";
import { roomComing } from "./room-coming.ts";
import { hostCheck, whoHoldsTooMuch, whoIsInTheWay } from "./who-is-in-the-way.ts";

type Standing = Assessment & { readonly line: PlaceInLine | undefined };

/**
 * What would start a job that an assessment holds up, each by itself; of one that can never start, what it would need for
 * that. Of a job before which others go nothing is known: what comes free may be theirs.
 */
export function remediesFor({ job }: AskedJob, standing: Standing, facts: ExplainFacts): readonly Remedy[] {
  if (standing.isImpossible) return remediesOfImpossible(standing, job, facts);
  return remediesOfPossible(standing, job, facts).filter(
    (remedy) => remedy.kind !== "jobs-end" || !isOvertaken(remedy.jobs, job, facts),
  );
}

function remediesOfPossible(
  { consumables, reservation, line, ...standing }: Standing,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const environments = triedOf(standing.environments);
  const leaving = remediesOfLeaving(job, environments, facts);
  if (line?.before !== undefined) return leaving;
  const short = consumables.filter(isShort);
  if (reservation !== undefined) {
    const ofReservation = remediesOfReservation(reservation, environments, job, facts);
    return short.length > 0 ? [] : withBoot(ofReservation, environments, facts);
  }
  if (short.length === 0) {
    return [...leaving, ...environments.flatMap((judged) => remediesIn(judged, job, facts))];
  }
  // Where two things are lacking neither by itself would do.
  const isTaken = environments.some(({ answer }) => isTaking(answer));
  if (short.length > 1 || !isTaken) return [];
  return withBoot(
    short.flatMap((lack) => remediesOf(lack, facts.state)),
    environments,
    facts,
  );
}

/** An environment that launches an instance for the job does so once jobs have ended. */
function withBoot(
  remedies: readonly Remedy[],
  environments: readonly JudgedEnvironment[],
  { capacity }: ExplainFacts,
): readonly Remedy[] {
  const { bootMs } = capacity.supply;
  const taker = environments.find(({ answer }) => isTaking(answer));
  if (bootMs === 0 || taker?.answer.verdict.kind !== "launches") return remedies;
  return remedies.map((remedy) => (remedy.kind === "jobs-end" ? { ...remedy, bootMs } : remedy));
}

/** By when the job starts at the latest; undefined where nobody can tell. */
export function expectStart(
  remedies: readonly Remedy[],
  job: LiveJob,
  facts: ExplainFacts,
): ExpectedStart | undefined {
  const starts = remedies.flatMap((remedy): readonly ExpectedStart[] => {
    if (remedy.kind === "instances-leave") {
      return [{ byMs: remedy.atMs + (remedy.bootMs ?? 0), basis: "spot-notice" }];
    }
    if (remedy.kind === "instance-boots") {
      return remedy.readyAtMs === undefined ? [] : [{ byMs: remedy.readyAtMs, basis: "boot-time" }];
    }
    if (remedy.kind !== "jobs-end" || hasRivals(job, facts)) return [];
    const endMs = Math.max(...remedy.jobs.map(({ limitAtMs = Infinity }) => limitAtMs));
    return endMs === Infinity ? [] : [{ byMs: endMs + (remedy.bootMs ?? 0), basis: "time-limits" }];
  });
  return starts.toSorted((a, b) => a.byMs - b.byMs)[0];
}

/** Those behind one that starts an instance for the job are not tried. */
function triedOf(environments: readonly JudgedEnvironment[]): readonly JudgedEnvironment[] {
  const last = environments.findIndex(({ answer }) => answer.verdict.kind === "instances-starting");
  return last === -1 ? environments : environments.slice(0, last + 1);
}

/** What keeps it from ever starting, as far as anybody can change that. */
function remediesOfImpossible(
  { environments, consumables }: Pick<Assessment, "environments" | "consumables">,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const isPossible = environments.some(({ answer }) => answer.isEverPossible);
  const ofEnvironments = isPossible
    ? []
    : [
        ...environmentFor(job, environments, facts),
        ...environments.flatMap((judged) => necessitiesOf(judged, job, facts)),
      ];
  const lacking = consumables.filter(({ quantity, totalQuantity }) => quantity > totalQuantity);
  const isTooLarge = environments.some(({ answer: { verdict, never } }) =>
    (never ?? verdict).kind.startsWith("exceeds-"),
  );
  const isLess = (!isPossible && isTooLarge) || lacking.some(({ exists }) => exists);
  return [...ofEnvironments, ...lacking.map(moreOf), ...(isLess ? [{ kind: "ask-for-less" } as const] : [])];
}

/** An environment for a multi-node job, where the queue has only such as take none. */
function environmentFor(
  { jobQueueArn }: LiveJob,
  environments: readonly JudgedEnvironment[],
  { state }: ExplainFacts,
): readonly Remedy[] {
  const jobQueue = state.jobQueues.get(jobQueueArn);
  const isTakenByNone = environments.every(
    ({ answer: { verdict, never = verdict } }) => never.kind === "multi-node-unsupported",
  );
  if (jobQueue === undefined || environments.length === 0 || !isTakenByNone) return [];
  return [{ kind: "add-environment", jobQueue: jobQueue.name, type: "EC2" }];
}

/** Spot capacity that is taken back for the job. */
function remediesOfLeaving(
  job: LiveJob,
  environments: readonly JudgedEnvironment[],
  facts: ExplainFacts,
): readonly Remedy[] {
  const [full] = environments.flatMap(({ environment, answer: { verdict } }) =>
    verdict.kind === "host-full" && !isSpotCapacity(environment) ? [verdict] : [],
  );
  if (full === undefined) return [];
  const leaving = roomComing(job, facts);
  if (leaving === undefined) return [];
  const { bootMs } = full;
  return [{ kind: "instances-leave", ...leaving, ...(bootMs !== undefined && { bootMs }) }];
}

/** What an environment lacks that could never take the job: of one thing or two each. */
function necessitiesOf(
  { environment, answer: { verdict, never = verdict } }: JudgedEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const { name: computeEnvironment } = environment;
  const mend = verdict.kind === "environments-unavailable" ? [mendOf(environment)] : [];
  if (never.kind === "exceeds-instance-types") {
    return [...mend, { kind: "add-larger-type", computeEnvironment, wanted: never.wanted }];
  }
  if (never.kind !== "exceeds-environments") return [];
  const { wanted } = never;
  const { vcpuMillis } = job.resources;
  const isPossibleIn = (raised: ComputeEnvironment): boolean =>
    judgeEnvironment(raised, job, vcpuMillis, facts).isEverPossible;
  if (wanted === undefined) return [...mend, ...raiseMax(environment, isPossibleIn)];
  const toVcpus = Math.ceil(vcpuMillis / 1000);
  return [...mend, { kind: "add-larger-type", computeEnvironment, wanted, toVcpus }];
}

function mendOf({ name: computeEnvironment, state }: ComputeEnvironment): Remedy {
  return { kind: state === "DISABLED" ? "enable-environment" : "repair-environment", computeEnvironment };
}

/** What would make the environment take a job that it, or another one, can take. */
function remediesIn(
  { environment, answer: { verdict } }: JudgedEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const { name: computeEnvironment } = environment;
  const { vcpuMillis } = job.resources;
  const isTakenBy = (changed: ComputeEnvironment): boolean =>
    isTaking(judgeEnvironment(changed, job, vcpuMillis, facts));
  switch (verdict.kind) {
    case "environments-unavailable":
      return isTakenBy({ ...environment, state: "ENABLED", status: "VALID" }) ? [mendOf(environment)] : [];
    case "exceeds-environments":
      return raiseMax(environment, isTakenBy);
    case "exceeds-instance-types": {
      const used = facts.state.instances.ofEnvironment(environment.arn).vcpuMillis;
      const isLeft = used + vcpuMillis <= maxVcpuMillisOf(environment);
      if (!isLeft || !hostCheck(environment, job, facts)([])) return [];
      return [{ kind: "add-larger-type", computeEnvironment, wanted: verdict.wanted }];
    }
    case "environments-full": {
      const making = whoIsInTheWay(verdict, environment, job, facts);
      return [
        ...(making === undefined ? [] : [{ kind: "jobs-end", ...making, computeEnvironment } as const]),
        ...raiseMax(environment, isTakenBy),
      ];
    }
    case "host-full": {
      const making = whoIsInTheWay(verdict, environment, job, facts);
      return making === undefined ? [] : [{ kind: "jobs-end", ...making, computeEnvironment }];
    }
    case "above-bid":
      return hostCheck(environment, job, facts)([]) ? [{ kind: "raise-bid", computeEnvironment }] : [];
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

function remediesOf(lack: ConsumableAnswer, state: LiveState): readonly Remedy[] {
  const jobs = whoHoldsTooMuch(lack, state);
  return [...(jobs === undefined ? [] : [{ kind: "jobs-end", jobs } as const]), moreOf(lack)];
}

function moreOf({ consumableResource, quantity, heldQuantity, exists }: ConsumableAnswer): Remedy {
  const kind = exists ? "raise-quantity" : "create-consumable";
  return { kind, consumableResource, toQuantity: heldQuantity + quantity };
}
