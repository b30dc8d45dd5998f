import { jobArn, serviceJobArn } from "../../../../batch/arn.ts";
import type { JobQueue } from "../../../../batch/job-queue.ts";
import { policyKind } from "../../../../batch/scheduling-policy.ts";
import type { ServiceJob } from "../../../../batch/service-job.ts";
import type {
  FrontOfQueueJobSummary,
  GetJobQueueSnapshotRequest,
  GetJobQueueSnapshotResponse,
} from "../../../../model/batch.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { schedulingPolicyOf } from "../queue-shares.ts";
import { readJobQueue } from "../stored-queue.ts";

/** How many jobs a snapshot shows. */
const FRONT_MAX = 100;

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
 *
 * The order is that of the live state, which may be ahead of the store by a commit: a job that is not durable yet is left
 * out. A job's place is not kept over time, so `earliestTimeAtPosition` is when it was submitted.
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
    const quantity = usedVcpus(state, jobQueue.arn);
    const queueUtilization = {
      totalCapacityUsage: [{ capacityUnit: "VCPU", quantity }],
      lastUpdatedAt,
    };
    if (jobQueue.jobQueueType === "SAGEMAKER_TRAINING") {
      return { ...frontOfServiceQueue(state, jobQueue, lastUpdatedAt), queueUtilization };
    }
    const jobIds = state.jobs.frontOf(jobQueue.arn, FRONT_MAX);
    const jobs = (await store.readJobs(scope, jobIds)).map(({ job }) => ({
      jobArn: jobArn(scope, job.jobId),
      earliestTimeAtPosition: job.createdAtMs,
    }));
    return { frontOfQueue: { jobs, lastUpdatedAt }, queueUtilization };
  };
}

function usedVcpus(state: LiveState, jobQueueArn: string): number {
  let vcpuMillis = 0;
  for (const job of state.jobs.active.values()) {
    if (job.jobQueueArn === jobQueueArn) vcpuMillis += job.resources.vcpuMillis;
  }
  return vcpuMillis / 1000;
}

function frontOfServiceQueue(
  state: LiveState,
  jobQueue: JobQueue,
  lastUpdatedAt: number,
): Pick<GetJobQueueSnapshotResponse, "frontOfQueue" | "frontOfQuotaShares"> {
  const waiting = state.serviceJobs.ofQueue(jobQueue.arn);
  const frontOfQueue = { jobs: waiting.slice(0, FRONT_MAX).map(frontEntry), lastUpdatedAt };
  const policy = schedulingPolicyOf(state, jobQueue);
  if (policy === undefined || policyKind(policy) === "fair-share") return { frontOfQueue };
  const quotaShares = new Map<string, readonly FrontOfQueueJobSummary[]>();
  for (const job of waiting) {
    const share = job.quotaShareName ?? "";
    if (!quotaShares.has(share)) quotaShares.set(share, [frontEntry(job)]);
  }
  return {
    frontOfQueue,
    frontOfQuotaShares: { quotaShares: Object.fromEntries(quotaShares), lastUpdatedAt },
  };
}

function frontEntry({ scope, jobId, createdAtMs }: ServiceJob): FrontOfQueueJobSummary {
  return { jobArn: serviceJobArn(scope, jobId), earliestTimeAtPosition: createdAtMs };
}
