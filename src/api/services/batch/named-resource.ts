import {
  computeEnvironmentArn,
  consumableResourceArn,
  jobQueueArn,
  parseNameOrArn,
  serviceEnvironmentArn,
} from "../../../batch/arn.ts";
import type { NameableType } from "../../../batch/arn.ts";
import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import type { JobQueue, JobQueueFacts } from "../../../batch/job-queue.ts";
import type { PlainResourceOf, PlainResourceType } from "../../../batch/plain-resource.ts";
import { Refusal } from "../../../batch/refusal.ts";
import { isSameScope } from "../../../batch/scope.ts";
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

/** The plain resource that the text names, by name or by ARN, as decisions see it. */
export function findPlainResource<Type extends NameableType & PlainResourceType>(
  state: LiveState,
  scope: Scope,
  type: Type,
  nameOrArn: string,
): PlainResourceOf<Type> | undefined {
  const name = parseNameOrArn(scope, type, nameOrArn);
  return name === undefined ? undefined : state.plainResources.find(type, ARN_OF[type](scope, name));
}

/** The plain resource of that ARN, as decisions see it; those of other scopes are not there. */
export function findByArn<Type extends PlainResourceType>(
  state: LiveState,
  scope: Scope,
  type: Type,
  arn: string,
): PlainResourceOf<Type> | undefined {
  const found = state.plainResources.find(type, arn);
  return found !== undefined && isSameScope(found.scope, scope) ? found : undefined;
}

/** What the rules of job queues look up. */
export function queueLookups(
  state: LiveState,
  scope: Scope,
): Omit<JobQueueFacts, "cause" | "instanceCatalogue"> {
  return {
    findComputeEnvironment: (nameOrArn) => findComputeEnvironment(state, scope, nameOrArn),
    findServiceEnvironment: (nameOrArn) => findPlainResource(state, scope, "service-environment", nameOrArn),
    findSchedulingPolicy: (arn) => findByArn(state, scope, "scheduling-policy", arn),
  };
}

/** The ARN of what the text names in the scope; a text that is neither name nor ARN stays as it is. */
export function toArn(scope: Scope, resourceType: NameableType, nameOrArn: string): string {
  const name = parseNameOrArn(scope, resourceType, nameOrArn);
  return name === undefined ? nameOrArn : ARN_OF[resourceType](scope, name);
}

const ARN_OF: Readonly<Record<NameableType, (scope: Scope, name: string) => string>> = {
  "compute-environment": computeEnvironmentArn,
  "job-queue": jobQueueArn,
  "consumable-resource": consumableResourceArn,
  "service-environment": serviceEnvironmentArn,
};

/** AWS's text for a resource that is not there. */
export function doesNotExist(arn: string): Refusal {
  return Refusal.bare(`${arn} does not exist`);
}
