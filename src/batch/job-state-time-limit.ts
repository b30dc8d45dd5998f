import type {
  JobQueueType,
  JobStateTimeLimitAction,
  JobStateTimeLimitActionsAction,
} from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

/** Seconds that a job at the head of its queue is left there. */
const MAX_TIME_SECONDS = { min: 600, max: 86_400 };

/** What a kind of queue can do about a job at its head, and why (specification 6.3, 6.4). */
interface TimeLimitRules {
  readonly action: JobStateTimeLimitActionsAction;
  /** The reasons of blocked queues that an action can wait for. */
  readonly reasons: ReadonlySet<string>;
}

const COMPUTE_RULES: TimeLimitRules = {
  action: "CANCEL",
  reasons: new Set([
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
  ]),
};

const SERVICE_RULES: TimeLimitRules = {
  action: "TERMINATE",
  reasons: new Set([
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
  ]),
};

/**
 * Checks the `jobStateTimeLimitActions` of a queue.
 *
 * AWS's texts; those on actions and on doubles are recorded in https://github.com/badmintoncryer/cdk-preflight.
 */
export function checkJobStateTimeLimitActions(
  actions: readonly JobStateTimeLimitAction[] = [],
  jobQueueType: JobQueueType,
): Refusal | undefined {
  const rules = jobQueueType === "SAGEMAKER_TRAINING" ? SERVICE_RULES : COMPUTE_RULES;
  const refusal = firstRefusal(actions, ({ reason, action, maxTimeSeconds }, index) => {
    if (!rules.reasons.has(reason)) return Refusal.wrapped("Invalid job reason");
    if (action !== rules.action) {
      return Refusal.wrapped(`Invalid job action. Valid job actions: [${rules.action}]`);
    }
    return checkRange(maxTimeSeconds, `jobStateTimeLimitActions[${index}].maxTimeSeconds`, MAX_TIME_SECONDS);
  });
  if (refusal !== undefined) return refusal;
  const triggers = new Set(actions.map(({ state, reason }) => `${state} ${reason}`));
  if (triggers.size === actions.length) return undefined;
  return Refusal.wrapped("Duplicate job state limit actions are not allowed.");
}
