import { taskArn } from "../batch/arn.ts";
import { childJobId, parseChildJobId } from "../batch/child-job.ts";
import type { Attempt, InstanceReference } from "../batch/attempt.ts";
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
 * The changes that make a placement true: the attempt with its task id and the instance that it is charged to, and the
 * job in STARTING. Nothing outside happens before they are durable.
 *
 * Of an array its next child is placed, and of a multi-node job all nodes at once, or none.
 */
export function startAttempt(
  { job, jobId, computeEnvironment, instances }: Placement,
  state: LiveState,
  ids: IdSource,
  nowMs: number,
): StartedPlacement {
  const number = job.attemptCount + 1;
  const attemptOf = (ofJobId: string, node = 0): Attempt => {
    const instance = instances[node]?.instance;
    const taskId = createTaskId(ids);
    return {
      scope: job.scope,
      jobId: ofJobId,
      number,
      taskId,
      taskArn: taskArn(computeEnvironment.ecsClusterArn, taskId),
      computeEnvironmentArn: computeEnvironment.arn,
      ...(instance !== undefined && { instance: reference(instance) }),
      placedAtMs: nowMs,
    };
  };
  const index = jobId === job.jobId ? undefined : parseChildJobId(jobId)?.index;
  const attempt = attemptOf(jobId, state.jobs.nodesOf(job)?.main);
  return {
    changes: [
      ...(index === undefined ? [] : [putChild(job, index, { status: "RUNNABLE", atMs: nowMs })]),
      ...starting(attempt),
      ...otherNodes(state, job).flatMap((node) => [
        putChild(job, node, { status: "STARTING", atMs: nowMs }),
        ...starting(attemptOf(childJobId({ kind: "multi-node", jobId: job.jobId }, node), node)),
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
