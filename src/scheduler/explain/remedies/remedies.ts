import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import { maxVcpuMillisOf } from "../../../batch/compute-resources.ts";
import { unreachable } from "../../../lib/assert.ts";
import type { LiveJob } from "../../../store/live-state.ts";
import { isSpotCapacity } from "../../placement.ts";
import { isTooMuch } from "../../wait-reason.ts";
import type { AskedJob, ExplainFacts } from "../asked-job.ts";
import type { Assessment, JudgedEnvironment } from "../assess.ts";
import { exceedsTotal, isShort, isTaking } from "../explanation.ts";
import type {
  ConsumableAnswer,
  EndingJob,
  ExpectedStart,
  HeadBefore,
  PlaceInLine,
  Remedy,
  Reservation,
} from "../explanation.ts";
import { endsThatFreeConsumable } from "./ends-that-free-consumable.ts";
import { judgeEnvironment } from "../judge-environment.ts";
import { whenInstancesLeave, whichIdleLeave } from "./leaving-instances.ts";
import { opensToOthers } from "./opens-to-others.ts";
import { raiseMaxVcpus } from "./raise-max-vcpus.ts";
import { remediesOfReservation } from "./remedies-of-reservation.ts";
import { hasRivals, mayLoseHostRoom } from "./rivals.ts";
import { roomComing } from "./room-coming.ts";
import { hostCheck, endsThatMakeRoom, withBesides } from "./ends-that-make-room.ts";

type Standing = Assessment & { readonly line: PlaceInLine | undefined };

/**
 * What would start a job that an assessment holds up, each by itself; of one that can never start, what it would need for
 * that. Of a job before which others go nothing is known: what comes free may be theirs.
 */
export function remediesFor(asked: AskedJob, standing: Standing, facts: ExplainFacts): readonly Remedy[] {
  if (standing.isImpossible) return remediesOfImpossible(standing, asked.job, facts);
  const sharesBeforeCount = standing.line?.share?.sharesBeforeCount ?? 0;
  return remediesOfPossible(standing, asked.job, facts).filter((remedy) => {
    if (remedy.kind !== "raise-max-vcpus") return true;
    const { computeEnvironment: name, toVcpus } = remedy;
    const judged = standing.environments.find(({ environment }) => environment.name === name);
    return !judged || !opensToOthers({ ...judged, toVcpus }, asked, sharesBeforeCount, facts);
  });
}

function remediesOfPossible(
  { consumables, reservation, line, ...standing }: Standing,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const environments = triedOf(standing.environments);
  const leaving = remediesOfLeaving(job, environments, facts);
  if (line?.before !== undefined) return isOfTurns(line.before) ? leaving : [];
  const short = consumables.filter(isShort);
  const taker = environments.find(({ answer }) => isTaking(answer));
  if (reservation !== undefined) {
    if (short.length > 0) return [];
    // Where no environment takes it either, only what gives back of both is enough.
    if (taker === undefined) return environments.flatMap((judged) => endsIn(judged, job, facts, reservation));
    return withBoot(remediesOfReservation(reservation, taker.environment, job, facts), taker, facts);
  }
  if (short.length === 0) {
    return [...leaving, ...environments.flatMap((judged) => remediesIn(judged, job, facts))];
  }
  // Where two things are lacking neither by itself would do.
  if (short.length > 1 || taker === undefined) return [];
  const remedies = short.flatMap((lack) => remediesOfShort(lack, job, facts));
  return withBoot(remedies, taker, facts);
}

/** The room that is made for jobs on demand is for each of them in its turn, as far as these are looked at. */
function isOfTurns({ because, isOfMany }: HeadBefore): boolean {
  return because === "host-full" && isOfMany !== true;
}

/** With the time that the instance boots where the environment launches one for the job, which it does once jobs have ended. */
function withBoot(
  remedies: readonly Remedy[],
  { answer }: JudgedEnvironment,
  { capacity }: ExplainFacts,
): readonly Remedy[] {
  const { bootMs } = capacity.supply;
  if (bootMs === 0 || answer.verdict.kind !== "launches") return remedies;
  return remedies.map((remedy) => (remedy.kind === "jobs-end" ? { ...remedy, bootMs } : remedy));
}

/** By when the job starts at the latest; undefined where nobody can tell. */
export function expectStart(
  remedies: readonly Remedy[],
  { job, line }: Pick<AskedJob, "job"> & Pick<Standing, "line">,
  facts: ExplainFacts,
): ExpectedStart | undefined {
  if (line?.comingBefore !== undefined) return undefined;
  const isOrderKnown = !hasRivals(job, facts);
  return remedies
    .filter(({ kind }) => kind !== "instance-boots" || !mayLoseHostRoom(job, facts))
    .flatMap((remedy) => startBy(remedy, isOrderKnown) ?? [])
    .toSorted((a, b) => a.byMs - b.byMs)[0];
}

function startBy(remedy: Remedy, isOrderKnown: boolean): ExpectedStart | undefined {
  if (remedy.kind === "instance-boots")
    return remedy.readyAtMs === undefined ? undefined : { byMs: remedy.readyAtMs, basis: "boot-time" };
  if (remedy.kind === "instances-leave") {
    if (remedy.atMs === undefined) return undefined;
    const byMs = remedy.atMs + (remedy.bootMs ?? 0);
    if (remedy.computeEnvironment === undefined) return { byMs, basis: "spot-notice" };
    return isOrderKnown ? { byMs, basis: "instances-leave" } : undefined;
  }
  // Nobody knows how long instances are idle.
  if (remedy.kind !== "jobs-end" || remedy.isAfterIdle === true || !isOrderKnown) return undefined;
  const endMs = Math.max(...remedy.jobs.map(lastsUntilMs));
  return endMs === Infinity ? undefined : { byMs: endMs + (remedy.bootMs ?? 0), basis: "time-limits" };
}

/** The time limit is that of an attempt: one that fails before may be followed by another. */
function lastsUntilMs({ limitAtMs = Infinity, attemptsLeft }: EndingJob): number {
  return attemptsLeft === undefined ? limitAtMs : Infinity;
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
  const lacking = consumables.filter(exceedsTotal);
  const isTooLarge = environments.some(({ answer: { verdict, never = verdict } }) => isTooMuch(never.kind));
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
  if (wanted === undefined) return [...mend, ...raiseMaxVcpus(environment, isPossibleIn)];
  const toVcpus = Math.ceil(vcpuMillis / 1000);
  return [...mend, { kind: "add-larger-type", computeEnvironment, wanted, toVcpus }];
}

function mendOf({ name: computeEnvironment, state }: ComputeEnvironment): Remedy {
  return { kind: state === "DISABLED" ? "enable-environment" : "repair-environment", computeEnvironment };
}

/** What would make the environment take a job that it, or another one, can take. */
function remediesIn(judged: JudgedEnvironment, job: LiveJob, facts: ExplainFacts): readonly Remedy[] {
  const {
    environment,
    answer: { verdict },
  } = judged;
  const { name: computeEnvironment } = environment;
  const { vcpuMillis } = job.resources;
  const isTakenBy = (changed: ComputeEnvironment): boolean =>
    isTaking(judgeEnvironment(changed, job, vcpuMillis, facts));
  switch (verdict.kind) {
    case "environments-unavailable":
      return isTakenBy({ ...environment, state: "ENABLED", status: "VALID" }) ? [mendOf(environment)] : [];
    case "exceeds-environments":
      return raiseMaxVcpus(environment, isTakenBy);
    case "exceeds-instance-types": {
      const used = facts.state.instances.ofEnvironment(environment.arn).vcpuMillis;
      const isLeft = used + vcpuMillis <= maxVcpuMillisOf(environment);
      if (!isLeft || !hostCheck(environment, job, facts)([])) return [];
      return [{ kind: "add-larger-type", computeEnvironment, wanted: verdict.wanted }];
    }
    case "environments-full":
      return [
        ...leavesIn(environment, job, facts),
        ...endsIn(judged, job, facts),
        ...raiseMaxVcpus(environment, isTakenBy),
      ];
    case "host-full":
      return endsIn(judged, job, facts);
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

/** Those whose ends make room for it, of what is reserved for other shares as well where that is lacking. */
function endsIn(
  judged: JudgedEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
  reservation?: Reservation,
): readonly Remedy[] {
  const { environment } = judged;
  const making = endsThatMakeRoom(judged, job, withBesides(environment, job, facts, reservation));
  if (making === undefined) return [];
  return [{ kind: "jobs-end", ...making, computeEnvironment: environment.name }];
}

/** Instances that go, by which a full environment may launch one for the job. */
function leavesIn(environment: ComputeEnvironment, job: LiveJob, facts: ExplainFacts): readonly Remedy[] {
  const room = withBesides(environment, job, facts);
  const leaving = whenInstancesLeave(environment, job, room) ?? whichIdleLeave(environment, job, room);
  if (leaving === undefined) return [];
  return [{ kind: "instances-leave", ...leaving, computeEnvironment: environment.name }];
}

function remediesOfShort(lack: ConsumableAnswer, job: LiveJob, facts: ExplainFacts): readonly Remedy[] {
  const jobs = endsThatFreeConsumable(lack, job, facts);
  return [...(jobs === undefined ? [] : [{ kind: "jobs-end", jobs } as const]), moreOf(lack)];
}

function moreOf({ consumableResource, quantity, heldQuantity, exists }: ConsumableAnswer): Remedy {
  const kind = exists ? "raise-quantity" : "create-consumable";
  return { kind, consumableResource, toQuantity: heldQuantity + quantity };
}
