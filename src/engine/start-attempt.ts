import { containerInstanceArn, taskArn } from "../batch/arn.ts";
import type { Attempt, InstanceReference } from "../batch/attempt.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { LOCAL_HOST } from "../batch/instance-type.ts";
import type { Instance } from "../batch/instance.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Placement } from "../scheduler/schedule.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";

/**
 * The changes that make a placement true: the attempt with its task id, the job in STARTING, and the instance it is
 * charged to where the environment has none yet. Nothing outside happens before they are durable.
 */
export function startAttempt(
  { job, computeEnvironment }: Placement,
  state: LiveState,
  ids: IdSource,
  nowMs: number,
): readonly Change[] {
  const taskId = createTaskId(ids);
  const running = state.instanceOf(computeEnvironment.arn);
  const launched = running === undefined ? launchInstance(computeEnvironment, ids, nowMs) : undefined;
  const instance = running ?? launched;
  const attemptCount = job.attemptCount + 1;
  const attempt: Attempt = {
    scope: job.scope,
    jobId: job.jobId,
    number: attemptCount,
    taskId,
    taskArn: taskArn(computeEnvironment.ecsClusterArn, taskId),
    computeEnvironmentArn: computeEnvironment.arn,
    ...(instance !== undefined && { instance: reference(instance) }),
    placedAtMs: nowMs,
  };
  return [
    ...(launched === undefined ? [] : [{ kind: "instance-put" as const, instance: launched }]),
    { kind: "attempt-put", attempt },
    {
      kind: "job-changed",
      scope: job.scope,
      jobId: job.jobId,
      patch: { status: "STARTING", attemptCount, scheduledAtMs: nowMs },
      atMs: nowMs,
    },
  ];
}

/** The 32 digits of a UUID: what is kept by task id stays in the order of the placements. */
function createTaskId(ids: IdSource): string {
  return ids.uuid().replaceAll("-", "");
}

function reference({ instanceId, containerInstanceArn: arn }: Instance): InstanceReference {
  return { instanceId, containerInstanceArn: arn };
}

/** Fargate has no instances. Elsewhere one instance stands for the whole host until environments scale. */
function launchInstance(
  { scope, arn, ecsClusterArn, computeResources }: ComputeEnvironment,
  ids: IdSource,
  nowMs: number,
): Instance | undefined {
  if (computeResources?.type.startsWith("FARGATE") === true) return undefined;
  return {
    scope,
    computeEnvironmentArn: arn,
    instanceId: `i-${ids.hex(17)}`,
    containerInstanceArn: containerInstanceArn(ecsClusterArn, ids.hex(32)),
    instanceType: LOCAL_HOST,
    launchedAtMs: nowMs,
  };
}
