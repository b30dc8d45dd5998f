import { jobArn, serviceJobArn } from "../../../../batch/arn.ts";
import type { JobQueue } from "../../../../batch/job-queue.ts";
import { policyKind } from "../../../../batch/scheduling-policy.ts";
import type { ServiceJob } from "../../../../batch/service-job.ts";
import type {
  FrontOfQueueJobSummary,
  GetJobQueueSnapshotRequest,
  GetJobQueueSnapshotResponse,
  QueueSnapshotCapacityUsage,
  QueueSnapshotUtilizationDetail,
} from "../../../../model/batch.ts";
import { frontOfQueue } from "../../../../scheduler/ordering/front-of-queue.ts";
import type { ReadyQueue } from "../../../../store/live-queues.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { schedulingPolicyOf } from "../queue-shares.ts";
import { readJobQueue } from "../stored-queue.ts";

/** How many jobs, and how many shares, a snapshot shows. */
const FRONT_MAX = 100;
const SHARES_MAX = 20;

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
 *
 * The order is that of the live state, which may be ahead of the store by a commit: a job that is not durable yet is left
 * out. A job moves up when another of its queue is placed; that others before it were cancelled is not remembered, so
 * `earliestTimeAtPosition` may be too early, the more so behind a restart, but never too late.
 */
export function getJobQueueSnapshot({
  store,
  sequencer,
  clock,
}: BatchServices): Operation<GetJobQueueSnapshotRequest, GetJobQueueSnapshotResponse> {
  return async (input, context) => {
    const { scope } = context;
    const jobQueue = await readJobQueue(store, context, input.jobQueue);
    const { state } = sequencer;
    const lastUpdatedAt = clock.nowMs();
    const queue = state.jobs.readyQueue(jobQueue.arn);
    const queueUtilization = { ...utilization(jobQueue, queue), lastUpdatedAt };
    if (jobQueue.jobQueueType === "SAGEMAKER_TRAINING") {
      return { ...frontOfServiceQueue(state, jobQueue, lastUpdatedAt), queueUtilization };
    }
    const front = frontOfQueue(state, jobQueue.arn, { count: FRONT_MAX, nowMs: lastUpdatedAt });
    const movedAtMs = queue?.lastPlacedAtMs ?? 0;
    const jobs = (await store.readJobs(scope, front)).map(({ job }) => ({
      jobArn: jobArn(scope, job.jobId),
      earliestTimeAtPosition: Math.max(job.createdAtMs, movedAtMs),
    }));
    return { frontOfQueue: { jobs, lastUpdatedAt }, queueUtilization };
  };
}

/**
 * What the jobs of the queue use that have been dispatched, and those of each share
 * (https://docs.aws.amazon.com/batch/latest/APIReference/API_QueueSnapshotUtilizationDetail.html).
 */
function utilization(
  { jobQueueType, schedulingPolicyArn }: JobQueue,
  queue: ReadyQueue | undefined,
): Omit<QueueSnapshotUtilizationDetail, "lastUpdatedAt"> {
  const capacityUnit = jobQueueType === "EKS" ? "cpu" : "VCPU";
  const usage = (vcpuMillis: number): readonly QueueSnapshotCapacityUsage[] => [
    { capacityUnit, quantity: vcpuMillis / 1000 },
  ];
  const totalCapacityUsage = usage(queue?.vcpuMillis ?? 0);
  if (schedulingPolicyArn === undefined || jobQueueType === "SAGEMAKER_TRAINING") {
    return { totalCapacityUsage };
  }
  const using = [...(queue?.shares.values() ?? [])].filter(({ vcpuMillis }) => vcpuMillis > 0);
  const topCapacityUtilization = using
    .toSorted((a, b) => b.vcpuMillis - a.vcpuMillis || (a.identifier < b.identifier ? -1 : 1))
    .slice(0, SHARES_MAX)
    .map(({ identifier, vcpuMillis }) => ({
      shareIdentifier: identifier,
      capacityUsage: usage(vcpuMillis),
    }));
  return {
    totalCapacityUsage,
    fairshareUtilization: { activeShareCount: using.length, topCapacityUtilization },
  };
}

function frontOfServiceQueue(
  state: LiveState,
  jobQueue: JobQueue,
  lastUpdatedAt: number,
): Pick<GetJobQueueSnapshotResponse, "frontOfQueue" | "frontOfQuotaShares"> {
  const waiting = state.serviceJobs.ofQueue(jobQueue.arn);
  const front = { frontOfQueue: { jobs: waiting.slice(0, FRONT_MAX).map(frontEntry), lastUpdatedAt } };
  const policy = schedulingPolicyOf(state, jobQueue);
  if (policy === undefined || policyKind(policy) === "fair-share") return front;
  const quotaShares = new Map<string, readonly FrontOfQueueJobSummary[]>();
  for (const job of waiting) {
    const share = job.quotaShareName ?? "";
    if (!quotaShares.has(share)) quotaShares.set(share, [frontEntry(job)]);
  }
  return {
    ...front,
    frontOfQuotaShares: { quotaShares: Object.fromEntries(quotaShares), lastUpdatedAt },
  };
}

function frontEntry({ scope, jobId, createdAtMs }: ServiceJob): FrontOfQueueJobSummary {
  return { jobArn: serviceJobArn(scope, jobId), earliestTimeAtPosition: createdAtMs };
}
