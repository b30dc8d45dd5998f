import { computeEnvironmentArn, jobQueueArn, parseNameOrArn } from "../../../batch/arn.ts";
import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import type { JobQueue } from "../../../batch/job-queue.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { LiveState } from "../../../store/live-state.ts";

/** The environment that the text names, by name or by ARN, as decisions see it. */
export function findComputeEnvironment(
  state: LiveState,
  scope: Scope,
  nameOrArn: string,
): ComputeEnvironment | undefined {
  const name = parseNameOrArn(scope, "compute-environment", nameOrArn);
  return name === undefined ? undefined : state.computeEnvironments.get(computeEnvironmentArn(scope, name));
}

/** The queue that the text names, by name or by ARN, as decisions see it. */
export function findJobQueue(state: LiveState, scope: Scope, nameOrArn: string): JobQueue | undefined {
  const name = parseNameOrArn(scope, "job-queue", nameOrArn);
  return name === undefined ? undefined : state.jobQueues.get(jobQueueArn(scope, name));
}

/** The ARN of what the text names in the scope; a text that is neither name nor ARN stays as it is. */
export function toArn(
  scope: Scope,
  resourceType: "compute-environment" | "job-queue",
  nameOrArn: string,
): string {
  const name = parseNameOrArn(scope, resourceType, nameOrArn);
  if (name === undefined) return nameOrArn;
  return resourceType === "job-queue" ? jobQueueArn(scope, name) : computeEnvironmentArn(scope, name);
}

/** AWS's text for a resource that is not there. */
export function doesNotExist(arn: string): Refusal {
  return Refusal.bare(`${arn} does not exist`);
}
