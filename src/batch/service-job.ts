import type {
  ServiceJobPreemptionConfiguration,
  ServiceJobRetryStrategy,
  ServiceJobStatus,
  ServiceJobTimeout,
  ServiceJobType,
  SubmitServiceJobRequest,
} from "../model/batch.ts";
import { isResourceName } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { SCHEDULING_PRIORITY_RANGE } from "./job-definition.ts";
import type { JobQueue } from "./job-queue.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { isShareIdentifier } from "./scheduling-policy.ts";
import type { PolicyKind } from "./scheduling-policy.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";

/** A job that another service would run: SageMaker's training jobs are the only kind. */
export interface ServiceJob {
  readonly scope: Scope;
  readonly jobId: string;
  readonly jobName: string;
  readonly jobQueueArn: string;
  readonly serviceJobType: ServiceJobType;
  /** What the other service is asked for; nothing in it is looked at. */
  readonly serviceRequestPayload: string;
  readonly retryStrategy?: ServiceJobRetryStrategy;
  readonly timeoutConfig?: ServiceJobTimeout;
  readonly preemptionConfiguration?: ServiceJobPreemptionConfiguration;
  readonly schedulingPriority?: number;
  /** In queues with fair share, and only there. */
  readonly shareIdentifier?: string;
  /** In queues with quota shares, and only there. */
  readonly quotaShareName?: string;
  readonly createdAtMs: number;
  readonly status: ServiceJobStatus;
  readonly statusReason: string;
  /** Set exactly when the job has ended. */
  readonly stoppedAtMs?: number;
  readonly isTerminated: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Who changed it last. */
  readonly cause: Cause;
}

/** What a service job depends on besides its request. */
export interface ServiceJobFacts {
  readonly scope: Scope;
  readonly jobId: string;
  readonly nowMs: number;
  readonly cause: Cause;
  readonly jobQueue: JobQueue;
  /** Absent where the queue has no scheduling policy. */
  readonly policyKind: PolicyKind | undefined;
  /** Whether the queue has an ENABLED quota share of that name. */
  readonly hasQuotaShare: (quotaShareName: string) => boolean;
}

/** Why every service job waits: this program has nothing that could run one. */
export const NO_SERVICE_BACK_END =
  "No service back end is configured: this version of Batchyard keeps service jobs and does not run them.";

/**
 * Makes a service job, which is RUNNABLE at once: it has no dependencies to wait for (specification 2.10).
 *
 * Order: name, queue, payload, shares, numbers, tags.
 */
export function createServiceJob(
  request: SubmitServiceJobRequest,
  facts: ServiceJobFacts,
): ServiceJob | Refusal {
  const refusal =
    checkName(request.jobName) ??
    checkQueueType(facts.jobQueue) ??
    checkPayload(request) ??
    checkShares(request, facts) ??
    checkNumbers(request);
  if (refusal !== undefined) return refusal;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const { retryStrategy, timeoutConfig, preemptionConfiguration } = request;
  const { schedulingPriority, shareIdentifier, quotaShareName } = request;
  return {
    scope: facts.scope,
    jobId: facts.jobId,
    jobName: request.jobName,
    jobQueueArn: facts.jobQueue.arn,
    serviceJobType: request.serviceJobType,
    serviceRequestPayload: request.serviceRequestPayload,
    ...(retryStrategy !== undefined && { retryStrategy }),
    ...(timeoutConfig !== undefined && { timeoutConfig }),
    ...(preemptionConfiguration !== undefined && { preemptionConfiguration }),
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    ...(quotaShareName !== undefined && { quotaShareName }),
    createdAtMs: facts.nowMs,
    status: "RUNNABLE",
    statusReason: NO_SERVICE_BACK_END,
    isTerminated: false,
    tags,
    cause: facts.cause,
  };
}

/** The job with another place among those of its share. */
export function reprioritiseServiceJob(
  current: ServiceJob,
  schedulingPriority: number,
  facts: Pick<ServiceJobFacts, "policyKind" | "cause">,
): ServiceJob | Refusal {
  if (facts.policyKind === undefined) {
    return Refusal.bare(
      `schedulingPriority can only be updated in job queues with a scheduling policy, ${current.jobQueueArn} has none`,
    );
  }
  const refusal = checkRange(schedulingPriority, "schedulingPriority", SCHEDULING_PRIORITY_RANGE);
  return refusal ?? { ...current, schedulingPriority, cause: facts.cause };
}

/** The end of a job at somebody's wish. */
export function terminateServiceJob(
  current: ServiceJob,
  statusReason: string,
  { cause, nowMs }: Pick<ServiceJobFacts, "cause" | "nowMs">,
): ServiceJob {
  return { ...current, status: "FAILED", statusReason, stoppedAtMs: nowMs, isTerminated: true, cause };
}

export function hasServiceJobEnded({ status }: Pick<ServiceJob, "status">): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/** Within a share the higher priority goes first; equal ones, and jobs of queues without a policy, as they came. */
export function compareServiceJobs(a: ServiceJob, b: ServiceJob): number {
  return (b.schedulingPriority ?? 0) - (a.schedulingPriority ?? 0) || a.createdAtMs - b.createdAtMs;
}

const ATTEMPTS = { min: 1, max: 10 };
const EVALUATE_ON_EXIT_MAX = 5;
const ATTEMPT_DURATION_SECONDS = { min: 60 };
const PREEMPTION_RETRIES = { min: 0 };

function checkName(jobName: string): Refusal | undefined {
  return isResourceName(jobName) ? undefined : Refusal.wrapped("Job name should match valid pattern");
}

function checkQueueType({ arn, jobQueueType }: JobQueue): Refusal | undefined {
  if (jobQueueType === "SAGEMAKER_TRAINING") return undefined;
  return Refusal.bare(`jobQueue must be of type SAGEMAKER_TRAINING, ${arn} is of type ${jobQueueType}`);
}

function checkPayload({ serviceRequestPayload }: SubmitServiceJobRequest): Refusal | undefined {
  return serviceRequestPayload === "" ? Refusal.bare("serviceRequestPayload must not be empty") : undefined;
}

/** Each of the two kinds of shares is required in queues of its kind, and unknown in all others. */
function checkShares(
  { shareIdentifier, quotaShareName }: SubmitServiceJobRequest,
  { policyKind, jobQueue, hasQuotaShare }: ServiceJobFacts,
): Refusal | undefined {
  if ((shareIdentifier !== undefined) !== (policyKind === "fair-share")) {
    const wanted = policyKind === "fair-share" ? "is required" : "must be absent";
    return Refusal.bare(
      `shareIdentifier ${wanted} for jobs of ${jobQueue.arn}, got ${shareIdentifier ?? "none"}`,
    );
  }
  if ((quotaShareName !== undefined) !== (policyKind === "quota-share")) {
    const wanted = policyKind === "quota-share" ? "is required" : "must be absent";
    return Refusal.bare(
      `quotaShareName ${wanted} for jobs of ${jobQueue.arn}, got ${quotaShareName ?? "none"}`,
    );
  }
  if (shareIdentifier !== undefined && !isShareIdentifier(shareIdentifier)) {
    return Refusal.wrapped("ShareIdentifier name should match a valid pattern.");
  }
  if (quotaShareName === undefined || hasQuotaShare(quotaShareName)) return undefined;
  return Refusal.bare(
    `quotaShareName must be that of an ENABLED quota share of the job queue, got ${quotaShareName}`,
  );
}

function checkNumbers({
  schedulingPriority,
  retryStrategy,
  timeoutConfig,
  preemptionConfiguration,
}: SubmitServiceJobRequest): Refusal | undefined {
  const ruleCount = retryStrategy?.evaluateOnExit?.length ?? 0;
  if (ruleCount > EVALUATE_ON_EXIT_MAX) {
    return Refusal.bare(
      `retryStrategy.evaluateOnExit must have at most ${EVALUATE_ON_EXIT_MAX} entries, got ${ruleCount}`,
    );
  }
  return (
    checkRange(schedulingPriority, "schedulingPriority", SCHEDULING_PRIORITY_RANGE) ??
    checkRange(retryStrategy?.attempts, "retryStrategy.attempts", ATTEMPTS) ??
    checkRange(
      timeoutConfig?.attemptDurationSeconds,
      "timeoutConfig.attemptDurationSeconds",
      ATTEMPT_DURATION_SECONDS,
    ) ??
    checkRange(
      preemptionConfiguration?.preemptionRetriesBeforeTermination,
      "preemptionConfiguration.preemptionRetriesBeforeTermination",
      PREEMPTION_RETRIES,
    )
  );
}
