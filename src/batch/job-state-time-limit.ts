import type { JobStateTimeLimitAction } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

/** Seconds that a job at the head of its queue is left there. */
const MAX_TIME_SECONDS = { min: 600, max: 86_400 };

/** The reasons of blocked queues that an action can wait for (specification 6.3, 6.4). */
const REASONS: ReadonlySet<string> = new Set([
  "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
  "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
]);

/**
 * Checks the `jobStateTimeLimitActions` of a queue of compute environments.
 *
 * AWS's texts; those on actions and on doubles are recorded in https://github.com/badmintoncryer/cdk-preflight.
 */
export function checkJobStateTimeLimitActions(
  actions: readonly JobStateTimeLimitAction[] = [],
): Refusal | undefined {
  const refusal = firstRefusal(actions, ({ reason, action, maxTimeSeconds }, index) => {
    if (!REASONS.has(reason)) return Refusal.wrapped("Invalid job reason");
    if (action !== "CANCEL") {
      return Refusal.wrapped("Invalid job action. Valid job actions: [CANCEL]");
    }
    return checkRange(maxTimeSeconds, `jobStateTimeLimitActions[${index}].maxTimeSeconds`, MAX_TIME_SECONDS);
  });
  if (refusal !== undefined) return refusal;
  const triggers = new Set(actions.map(({ state, reason }) => `${state} ${reason}`));
  if (triggers.size === actions.length) return undefined;
  return Refusal.wrapped("Duplicate job state limit actions are not allowed.");
}
