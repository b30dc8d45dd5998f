import { containerInstanceArn, taskArn } from "../batch/arn.ts";
import { childJobId } from "../batch/child-job.ts";
import type { Attempt, InstanceReference } from "../batch/attempt.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { LOCAL_HOST } from "../batch/instance-type.ts";
import type { Instance } from "../batch/instance.ts";
import { newProgress } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Placement } from "../scheduler/schedule.ts";
import type { Change } from "../store/change.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";

/** What makes a placement true, and the attempt that is to be launched first. */
interface StartedPlacement {
  readonly changes: readonly Change[];
  readonly firstTaskId: string;
}

/**
 * The changes that make a placement true: the attempt with its task id, the job in STARTING, and the instance it is
 * charged to where the environment has none yet. Nothing outside happens before they are durable.
 *
 * Of an array its next child is placed, and of a multi-node job all nodes at once, or none.
 */
export function startAttempt(
  { job, computeEnvironment }: Placement,
  state: LiveState,
  ids: IdSource,
  nowMs: number,
): StartedPlacement {
  const running = state.instanceOf(computeEnvironment.arn);
  const launched = running === undefined ? launchInstance(computeEnvironment, ids, nowMs) : undefined;
  const instance = running ?? launched;
  const number = job.attemptCount + 1;
  const attemptOf = (jobId: string): Attempt => {
    const taskId = createTaskId(ids);
    return {
      scope: job.scope,
      jobId,
      number,
      taskId,
      taskArn: taskArn(computeEnvironment.ecsClusterArn, taskId),
      computeEnvironmentArn: computeEnvironment.arn,
      ...(instance !== undefined && { instance: reference(instance) }),
      placedAtMs: nowMs,
    };
  };
  const array = state.jobs.arrayOf(job);
  const index = array?.nextUnspawned();
  const attempt = attemptOf(index === undefined ? job.jobId : childJobId({ kind: "array", ...job }, index));
  return {
    changes: [
      ...(launched === undefined ? [] : [{ kind: "instance-put" as const, instance: launched }]),
      ...(index === undefined ? [] : [putChild(job, index, { status: "RUNNABLE", atMs: nowMs })]),
      ...starting(attempt),
      ...otherNodes(state, job).flatMap((node) => [
        putChild(job, node, { status: "STARTING", atMs: nowMs }),
        ...starting(attemptOf(childJobId({ kind: "multi-node", ...job }, node))),
      ]),
    ],
    firstTaskId: attempt.taskId,
  };
}

function otherNodes({ jobs }: LiveState, job: LiveJob): readonly number[] {
  const nodes = jobs.nodesOf(job);
  if (nodes === undefined) return [];
  return Array.from({ length: nodes.count }, (_, index) => index).filter((index) => index !== nodes.main);
}

function putChild(
  { scope, jobId, queuePosition }: LiveJob,
  index: number,
  { status, atMs }: { readonly status: JobStatus; readonly atMs: number },
): Change {
  const progress = newProgress(status, queuePosition);
  return { kind: "child-put", scope, parentJobId: jobId, index, progress, atMs };
}

function starting(attempt: Attempt): readonly Change[] {
  const { scope, jobId, number, placedAtMs } = attempt;
  const patch = { status: "STARTING", attemptCount: number, scheduledAtMs: placedAtMs } as const;
  return [
    { kind: "attempt-put", attempt },
    { kind: "job-changed", scope, jobId, patch, atMs: placedAtMs },
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
