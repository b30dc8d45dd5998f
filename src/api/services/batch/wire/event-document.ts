import { jobArn } from "../../../../batch/arn.ts";
import type { Attempt } from "../../../../batch/attempt.ts";
import type { BatchEvent } from "../../../../batch/event.ts";
import { isTerminal, isUnderWay } from "../../../../batch/job.ts";
import type { Job, JobProgress } from "../../../../batch/job.ts";
import type { JobDetail, JobStatus } from "../../../../model/batch.ts";
import type { StoredJob } from "../../../../store/store.ts";
import { jobDetail } from "./job-detail.ts";

/** What is read of a job to tell an event of it; its attempts by number, later ones included. */
export type EventJob = Pick<StoredJob, "attempts" | "childCounts"> & { readonly job: Job };

export const DETAIL_TYPES: Readonly<Record<BatchEvent["kind"], string>> = {
  "job-changed": "Batch Job State Change",
  "job-queue-blocked": "Batch Job Queue Blocked",
};

/**
 * An event in EventBridge's form: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
 * One of a queue that is blocked names the queue as well:
 * https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html
 *
 * @param id of the event; the same whenever it is shown.
 * @param found absent where the job is kept no more: then no more is told than the event itself has.
 */
export function eventDocument(event: BatchEvent, id: string, found: EventJob | undefined): object {
  const { scope, jobId, atMs, kind } = event;
  const arn = jobArn(scope, jobId);
  const queueArns = kind === "job-queue-blocked" && found !== undefined ? [found.job.jobQueueArn] : [];
  return {
    version: "0",
    id,
    "detail-type": DETAIL_TYPES[kind],
    source: "aws.batch",
    account: scope.accountId,
    time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    region: scope.region,
    resources: [arn, ...queueArns],
    detail: found === undefined ? sparseDetail(event, arn) : eventDetail(jobDetail(jobAsOf(event, found))),
  };
}

function sparseDetail({ jobId, status, statusReason }: BatchEvent, arn: string): Partial<JobDetail> {
  return { jobArn: arn, jobId, status, ...(statusReason !== undefined && { statusReason }) };
}

/** AWS's events leave out what came later to DescribeJobs, and have the value of a requirement before its type. */
function eventDetail(detail: JobDetail): Partial<JobDetail> {
  const {
    tags: _tags,
    eksAttempts: _eks,
    isCancelled: _cancelled,
    isTerminated: _terminated,
    ...shown
  } = detail;
  const { container } = shown;
  if (container?.resourceRequirements === undefined) return shown;
  const resourceRequirements = container.resourceRequirements.map(({ value, type }) => ({ value, type }));
  return { ...shown, container: { ...container, resourceRequirements } };
}

/** The job as it was when the event came about, from what it became: attempts by then are known by their number. */
function jobAsOf(event: BatchEvent, { job, attempts, childCounts }: EventJob): StoredJob {
  const { status, attemptCount, atMs } = event;
  const endedCount = isUnderWay(status) ? attemptCount - 1 : attemptCount;
  const known = attempts
    .filter(({ number }) => number <= attemptCount)
    .map((attempt) => (attempt.number <= endedCount ? attempt : attemptUnderWay(attempt, status)));
  const statusReason =
    event.statusReason ?? known.findLast(({ number }) => number <= endedCount)?.statusReason;
  const startedAtMs = known.findLast((attempt) => attempt.startedAtMs !== undefined)?.startedAtMs;
  const progress: JobProgress = {
    status,
    ...(statusReason !== undefined && { statusReason }),
    queuePosition: 0,
    attemptCount,
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(isTerminal(status) && { stoppedAtMs: atMs }),
    isCancelled: false,
    isTerminated: false,
  };
  return { job, progress, attempts: known, ...(childCounts !== undefined && { childCounts }) };
}

/** What was known of an attempt while it was placed, or ran. */
function attemptUnderWay(attempt: Attempt, status: JobStatus): Attempt {
  const { stoppedAtMs: _stoppedAtMs, outcome: _outcome, statusReason: _reason, ...running } = attempt;
  if (status === "RUNNING") return running;
  const { startedAtMs: _startedAtMs, logGroupName: _group, logStreamName: _stream, ...starting } = running;
  return starting;
}
