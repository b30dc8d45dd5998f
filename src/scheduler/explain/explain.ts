import { parseChildJobId } from "../../batch/child-job.ts";
import { unreachable } from "../../lib/assert.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import { assess } from "./assess.ts";
import type { Assessment } from "./assess.ts";
import { awaitedJobs } from "./awaited-jobs.ts";
import type { AwaitedJob, ExplainedReason, Explanation, PlaceInLine, Remedy } from "./explanation.ts";
import { hideOthersBefore, hideOthersIn } from "./hide-others.ts";
import { headOfShare, placeInLine } from "./place-in-line.ts";
import { expectStart, remediesFor } from "./remedies/remedies.ts";
import { whoGoesBefore } from "./who-goes-before.ts";
import { whoMayComeBefore } from "./who-may-come-before.ts";

/**
 * Says why a job waits, and what would start it: by the rules of a cycle, with the numbers of the moment.
 *
 * It costs about the same however many jobs wait: what is counted and looked through has a limit everywhere.
 */
export function explain(asked: AskedJob, facts: ExplainFacts): Explanation {
  const { state, outage } = facts;
  const { job, jobId } = asked;
  const { scope } = job;
  const status = statusOf(asked, state);
  const isUnderWay = status === "STARTING" || status === "RUNNING";
  const assessment = isUnderWay ? NOTHING_IN_THE_WAY : assess(asked, facts);
  const { environments, consumables, reservation, atHead, isImpossible } = assessment;
  const waitsFor = awaitedJobs(asked, state);
  const line = status === "RUNNABLE" ? standInLine(asked, assessment, facts) : undefined;
  const because = reasonOf(asked, { ...assessment, line, waitsFor }, facts);
  const isHeldUp = because === atHead || isImpossible;
  const remedies = isHeldUp ? remediesFor(asked, { ...assessment, line }, facts) : cancelHead(line);
  const expectedStart = because === atHead ? expectStart(remedies, { job, line }, facts) : undefined;
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
    ...(line !== undefined && { line: hideOthersBefore(line, { scope, state }) }),
    environments: environments.map(({ answer }) => answer),
    ...(reservation !== undefined && { reservation }),
    consumables,
    remedies: remedies.map((remedy) => hideOthersIn(remedy, { scope, state })),
    ...(expectedStart !== undefined && { expectedStart }),
    ...(outage !== undefined && { outage }),
  };
}

const NOTHING_IN_THE_WAY: Assessment = {
  environments: [],
  consumables: [],
  atHead: undefined,
  isImpossible: false,
};

/** Where it stands, and who goes before it: the head of its share, or if it is that itself, one of another share or queue. */
function standInLine(asked: AskedJob, assessment: Assessment, facts: ExplainFacts): PlaceInLine {
  const { state, nowMs } = facts;
  const line = placeInLine(asked, state, nowMs);
  const head = headOfShare(asked.job.share, state);
  if (line.aheadCount === 0 || head === undefined || head.jobId === asked.jobId) {
    const before = whoGoesBefore(asked, { assessment, share: line.share }, facts);
    const isNext = line.aheadCount === 0 && before.before === undefined && assessment.atHead !== undefined;
    return { ...line, ...before, ...(isNext && whoMayComeBefore(asked, facts)) };
  }
  const { atHead: because, isImpossible } = assess(head, facts);
  return {
    ...line,
    head: {
      jobId: head.jobId,
      ...(because !== undefined && { because }),
      ...(isImpossible && { isImpossible }),
    },
  };
}

/** Behind one that can never start nobody of its share starts either. */
function cancelHead(line: PlaceInLine | undefined): readonly Remedy[] {
  return line?.head?.isImpossible === true ? [{ kind: "cancel-job", jobId: line.head.jobId }] : [];
}

interface ReasonParts {
  readonly atHead: Assessment["atHead"];
  readonly line: PlaceInLine | undefined;
  readonly waitsFor: readonly AwaitedJob[];
}

function reasonOf(
  asked: AskedJob,
  { atHead, line, waitsFor }: ReasonParts,
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
      if (line?.head !== undefined) return "behind-others";
      if (atHead !== undefined) return atHead;
      return line?.before === undefined ? "placeable" : "behind-others";
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
