import { childJobId } from "../batch/child-job.ts";
import type { BatchEvent } from "../batch/event.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Change } from "./change.ts";
import type { LiveJob } from "./live-job.ts";
import type { LiveState } from "./live-state.ts";

type JobsBefore = Pick<LiveState["jobs"], "find" | "arrayOf" | "nodesOf">;

interface StateBefore {
  readonly jobs: JobsBefore;
  readonly jobQueues: LiveState["jobQueues"];
}

/**
 * Adds to `events` what the change means to those who follow jobs: one event for each transition, none for a submission
 * (specification 3.1, 9.1), and one for each notice that a job blocks its queue (9.2).
 *
 * A child or node that comes into being placed was RUNNABLE before; one that comes into being PENDING was born so.
 * Children that have no record of their own have no events: those that end together unspawned are told by their parent.
 * The main node, whose record is its job's, has those of its job from its first placement on.
 *
 * @param state as it is before the change.
 */
export function noteEvents(events: BatchEvent[], change: Change, { jobs, jobQueues }: StateBefore): void {
  if (change.kind === "job-changed") noteTransition(events, change, jobs);
  if (change.kind === "child-put") noteChild(events, change, jobs);
  if (change.kind === "job-queue-put") events.push(...newNotices(change.jobQueue, jobQueues, jobs));
}

function noteTransition(
  events: BatchEvent[],
  { scope, jobId, patch, atMs }: Extract<Change, { kind: "job-changed" }>,
  jobs: JobsBefore,
): void {
  const { status, statusReason } = patch;
  if (status === undefined) return;
  const before = jobs.find(scope, jobId);
  if (status === before?.status) return;
  const attemptCount = patch.attemptCount ?? before?.attemptCount ?? 0;
  const event = eventOf({ scope, jobId, status, atMs, attemptCount, statusReason });
  events.push(event);
  const main = before === undefined ? undefined : jobs.nodesOf(before)?.main;
  if (main === undefined || attemptCount === 0) return;
  const node = { ...event, jobId: childJobId({ kind: "multi-node", jobId }, main) };
  if (status === "STARTING" && attemptCount === 1) {
    events.push({ ...node, status: "RUNNABLE", attemptCount: 0 });
  }
  events.push(node);
}

function noteChild(
  events: BatchEvent[],
  { scope, parentJobId, index, progress, atMs }: Extract<Change, { kind: "child-put" }>,
  jobs: JobsBefore,
): void {
  const parent = jobs.find(scope, parentJobId);
  if (parent === undefined) return;
  const kind = jobs.arrayOf(parent) === undefined ? "multi-node" : "array";
  const jobId = childJobId({ kind, jobId: parentJobId }, index);
  const { status, statusReason } = progress;
  // A node is placed with its job, whose attempt this is; its own count follows.
  const { attemptCount } = kind === "array" ? progress : parent;
  const before = statusBefore(jobs.find(scope, jobId));
  if (status === before) return;
  if (before === "PENDING" && status === "STARTING") {
    events.push(eventOf({ scope, jobId, status: "RUNNABLE", atMs, attemptCount: attemptCount - 1 }));
  }
  events.push(eventOf({ scope, jobId, status, atMs, attemptCount, statusReason }));
}

function newNotices(
  { scope, arn, blockedHead }: JobQueue,
  before: LiveState["jobQueues"],
  jobs: JobsBefore,
): readonly BatchEvent[] {
  if (blockedHead === undefined) return [];
  const { jobId, told } = blockedHead;
  const known = before.get(arn)?.blockedHead;
  const knownCount = known?.jobId === jobId ? known.told.length : 0;
  const attemptCount = jobs.find(scope, jobId)?.attemptCount ?? 0;
  return told.slice(knownCount).map((notice) => ({
    kind: "job-queue-blocked",
    scope,
    jobId,
    status: "RUNNABLE",
    attemptCount,
    ...notice,
  }));
}

/** Children are born PENDING (specification 3.4). */
function statusBefore(child: LiveJob | undefined): JobStatus {
  return child?.status ?? "PENDING";
}

function eventOf({
  scope,
  jobId,
  status,
  atMs,
  attemptCount,
  statusReason,
}: Omit<BatchEvent, "kind" | "statusReason"> & { readonly statusReason?: string | undefined }): BatchEvent {
  const event = { kind: "job-changed", scope, jobId, status, atMs, attemptCount } as const;
  return statusReason === undefined ? event : { ...event, statusReason };
}
