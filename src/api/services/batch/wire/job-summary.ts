import { jobArn } from "../../../../batch/arn.ts";
import type { Scope } from "../../../../batch/scope.ts";
import type { ContainerSummary, JobSummary } from "../../../../model/batch.ts";
import type { JobListEntry } from "../../../../store/store.ts";
import { arrayAnswer, nodeSummary } from "./child-answer.ts";

/**
 * A job as ListJobs shows it.
 *
 * @param nowMs when the counts of an array are told.
 * @param situation why it has not come up; takes the place of what its last attempt left as status reason.
 */
export function jobSummary(
  scope: Scope,
  entry: JobListEntry,
  situation?: string,
  nowMs?: number,
): JobSummary {
  const { shareIdentifier, progress } = entry;
  const { scheduledAtMs, startedAtMs, stoppedAtMs } = progress;
  const statusReason = situation ?? progress.statusReason;
  const container = containerSummary(entry);
  return {
    jobArn: jobArn(scope, entry.jobId),
    jobId: entry.jobId,
    jobName: entry.jobName,
    capacityUsage: [{ capacityUnit: "VCPU", quantity: entry.vcpuMillis / 1000 }],
    createdAt: entry.createdAtMs,
    ...(scheduledAtMs !== undefined && { scheduledAt: scheduledAtMs }),
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    status: progress.status,
    ...(statusReason !== undefined && { statusReason }),
    ...(startedAtMs !== undefined && { startedAt: startedAtMs }),
    ...(stoppedAtMs !== undefined && { stoppedAt: stoppedAtMs }),
    ...(container !== undefined && { container }),
    ...arrayAnswer(entry, nowMs),
    ...nodeSummary(entry),
    jobDefinition: entry.jobDefinitionArn,
    ...(progress.isCancelled && { isCancelled: true }),
    ...(progress.isTerminated && { isTerminated: true }),
  };
}

function containerSummary({ lastOutcome }: JobListEntry): ContainerSummary | undefined {
  const exitCode = lastOutcome?.exitCode;
  const reason = lastOutcome?.reason;
  if (exitCode === undefined && reason === undefined) return undefined;
  return {
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
  };
}
