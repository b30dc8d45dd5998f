import { maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import { fitsIn } from "../../batch/resources.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { LiveState } from "../../store/live-state.ts";
import { compareQueues } from "../ordering/compare-queues.ts";
import { headsOf } from "../ordering/queue-order.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import { assess } from "./assess.ts";
import type { Assessment } from "./assess.ts";
import type { HeadBefore, PlaceInLine, ShareStanding } from "./explanation.ts";
import { INSTANCES_LOOKED_AT_MAX } from "./judge-environment.ts";
import { dispatchesBefore } from "./remedies/overtaken.ts";
import { headOfShare } from "./place-in-line.ts";
import type { AskedHead } from "./place-in-line.ts";

/** Of more heads of other shares and queues not all are looked at. */
export const HEADS_LOOKED_AT_MAX = 20;

/**
 * Who goes before a job at the head of its share, from another share of its queue or from a queue that dispatches earlier:
 * one that the next cycle places, where the job itself could be placed; else the first that may take what the job waits for
 * when it comes free. One that can never start takes nothing. Of those that are held up one that waits for the host is told
 * only where all do: they have their turns in the room that is made there.
 */
export function whoGoesBefore(
  asked: AskedJob,
  { assessment, share }: { readonly assessment: Assessment; readonly share: ShareStanding | undefined },
  facts: ExplainFacts,
): Pick<PlaceInLine, "before"> {
  let lookedAtCount = 0;
  let firstForHost: HeadBefore | undefined;
  for (const head of headsBefore(asked, share?.sharesBeforeCount ?? 0, facts)) {
    if (head.jobId === asked.jobId) continue;
    lookedAtCount += 1;
    const isLast = lookedAtCount === HEADS_LOOKED_AT_MAX;
    const other = assess(head, facts);
    const isPlaceable = other.atHead === undefined;
    // Behind so many one that is held up is promised nothing.
    const usable = usableBy(head, other, facts.state);
    // What a queue's reservation leaves is for all of its shares.
    const isOfReservation =
      assessment.reservation !== undefined && isSameQueue(head, asked) && usable.size > 0;
    const isOther = isLast || isOfReservation || isCompeting(assessment, other, usable);
    const isBefore = assessment.atHead === undefined ? isPlaceable : isOther;
    if (isBefore) {
      const before = headBefore(head, other, facts.state);
      if (before.because !== "host-full") return { before };
      firstForHost ??= before;
      if (isLast) return { before: { ...firstForHost, isOfMany: true } };
    }
    if (isLast) break;
  }
  return firstForHost === undefined ? {} : { before: firstForHost };
}

function isSameQueue({ job: a }: AskedHead, { job: b }: AskedHead): boolean {
  return a.jobQueueArn === b.jobQueueArn;
}

/** The heads of the queues that dispatch earlier, and of so many shares of its own. */
export function* headsBefore(
  { job }: AskedJob,
  sharesBeforeCount: number,
  { state, nowMs }: ExplainFacts,
): Generator<AskedHead, undefined, undefined> {
  const jobQueue = state.jobQueues.get(job.jobQueueArn);
  if (jobQueue === undefined) return undefined;
  for (const earlier of queuesBefore(jobQueue, state))
    yield* askedHeadsOf(earlier.arn, Infinity, { state, nowMs });
  yield* askedHeadsOf(jobQueue.arn, sharesBeforeCount, { state, nowMs });
  return undefined;
}

/** The queues that dispatch earlier in a cycle, in their order. */
export function queuesBefore(jobQueue: JobQueue, { jobQueues }: LiveState): readonly JobQueue[] {
  return [...jobQueues.values()].filter((other) => dispatchesBefore(other, jobQueue)).sort(compareQueues);
}

function* askedHeadsOf(
  jobQueueArn: string,
  count: number,
  { state, nowMs }: Pick<ExplainFacts, "state" | "nowMs">,
): Generator<AskedHead, undefined, undefined> {
  const ready = state.jobs.readyQueue(jobQueueArn);
  if (ready === undefined) return undefined;
  let left = count;
  for (const { share } of headsOf(ready, nowMs)) {
    const head = left > 0 ? headOfShare(share, state) : undefined;
    if (head === undefined) return undefined;
    yield head;
    left -= 1;
  }
  return undefined;
}

/**
 * The environments that may take the job some time; none for one that asks for more of a consumable resource than there is.
 * One that is too large for what its environment may launch now may still find an instance there from before.
 */
function usableBy(
  { job: { resources } }: AskedHead,
  { environments, atHead }: Assessment,
  { instances }: LiveState,
): ReadonlySet<string> {
  if (atHead === "exceeds-consumables") return new Set();
  const usable = environments.filter(({ environment, answer }) => {
    if (answer.isEverPossible) return true;
    if (resources.vcpuMillis > maxVcpuMillisOf(environment)) return false;
    const present = firstOf(instances.ofEnvironment(environment.arn).all.values(), INSTANCES_LOOKED_AT_MAX);
    return present.some(({ instance }) => fitsIn(resources, instance.resources));
  });
  return new Set(usable.map(({ environment }) => environment.arn));
}

/** Whether what comes free for the one may be taken by the other. */
function isCompeting(own: Assessment, other: Assessment, usable: ReadonlySet<string>): boolean {
  if (usable.size === 0) return false;
  // The room of the host is for the jobs of all environments.
  if ([own, other].some(waitsForHost)) return true;
  const isShared = own.environments.some(
    ({ environment, answer }) => answer.isEverPossible && usable.has(environment.arn),
  );
  return isShared || other.consumables.some((theirs) => own.consumables.some((one) => isSame(one, theirs)));
}

function waitsForHost({ environments }: Assessment): boolean {
  return environments.some(({ answer }) => answer.verdict.kind === "host-full");
}

function isSame(a: Assessment["consumables"][number], b: Assessment["consumables"][number]): boolean {
  return a.consumableResource === b.consumableResource;
}

function headBefore({ job, jobId }: AskedHead, { atHead }: Assessment, state: LiveState): HeadBefore {
  const { name = job.jobQueueArn, schedulingPolicyArn } = state.jobQueues.get(job.jobQueueArn) ?? {};
  return {
    jobId,
    jobQueue: name,
    ...(schedulingPolicyArn !== undefined && { shareIdentifier: job.share.identifier }),
    ...(atHead !== undefined && { because: atHead }),
  };
}
