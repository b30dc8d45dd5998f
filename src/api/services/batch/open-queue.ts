import type { JobQueue } from "../../../batch/job-queue.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { LiveState } from "../../../store/live-state.ts";
import { findJobQueue } from "./named-resource.ts";

/** The queue that the text names, by name or by ARN, where it takes submissions. */
export function findOpenQueue(state: LiveState, scope: Scope, nameOrArn: string): JobQueue | Refusal {
  const jobQueue = findJobQueue(state, scope, nameOrArn);
  if (jobQueue === undefined) return queueNotFound(nameOrArn);
  if (jobQueue.state !== "ENABLED") {
    return Refusal.bare(`JobQueue ${jobQueue.arn} is not in ENABLED state.`);
  }
  if (jobQueue.status === "DELETING") return Refusal.bare(`JobQueue ${jobQueue.arn} is being deleted.`);
  return jobQueue;
}

export function queueNotFound(nameOrArn: string): Refusal {
  return Refusal.bare(`JobQueue ${nameOrArn} not found.`);
}
