import type { AttemptOutcome, AttemptStop } from "./attempt.ts";
import { unreachable } from "../lib/assert.ts";

// AWS's sentences, letter for letter: clients and retry strategies match on them (specification 3.3).

/** How an attempt ends whose command ended, well or badly. */
export const ESSENTIAL_CONTAINER_EXITED = "Essential container in task exited";

/** How an attempt ends that never ran. */
const TASK_FAILED_TO_START = "Task failed to start";

export const ATTEMPT_TIMED_OUT = "Job attempt duration exceeded timeout";

export const DEPENDENT_JOB_FAILED = "Dependent Job failed";

export const ARRAY_CHILD_FAILED = "Array Child Job failed";

export const JOB_QUEUE_DELETED = "JobQueue deleted";

/** How a job ends that blocked its queue for as long as the queue's `jobStateTimeLimitActions` allow. */
export function canceledByTimeLimit(reason: string): string {
  return `Canceled by JobStateTimeLimit action due to reason: ${reason}`;
}

/** What AWS says of a Fargate task that was taken away: the only sentence that it has for a lost Fargate host. */
export const FARGATE_TASK_LOST = "Your Spot Task was interrupted.";

/** How an attempt ends that went away with its instance: `Host EC2*` in retry strategies. */
export function instanceTerminated(instanceId: string): string {
  return `Host EC2 (instance ${instanceId}) terminated.`;
}

/**
 * The status reason of an attempt that ended.
 *
 * @param stopping the wish that it end, if there was one: it says why, whatever the end looked like.
 * @param instanceId absent on Fargate.
 */
export function attemptStatusReason(
  outcome: AttemptOutcome,
  stopping: AttemptStop | undefined,
  instanceId: string | undefined,
): string {
  if (stopping !== undefined) return stopping.statusReason;
  switch (outcome.kind) {
    case "exited":
      return ESSENTIAL_CONTAINER_EXITED;
    case "start-failed":
      return TASK_FAILED_TO_START;
    case "host-lost":
      return instanceId === undefined ? FARGATE_TASK_LOST : instanceTerminated(instanceId);
    default:
      return unreachable(outcome.kind);
  }
}
