import type { JobDefinition } from "../../../../batch/job-definition.ts";
import type { ContainerProperties, JobDefinition as JobDefinitionDetail } from "../../../../model/batch.ts";
import { retryStrategyAnswer } from "./retry-strategy.ts";

/** A job definition as DescribeJobDefinitions shows it. */
export function jobDefinitionDetail(definition: JobDefinition): JobDefinitionDetail {
  const { schedulingPriority, retryStrategy, attemptDurationSeconds, platformCapabilities } = definition;
  return {
    jobDefinitionName: definition.jobDefinitionName,
    jobDefinitionArn: definition.jobDefinitionArn,
    revision: definition.revision,
    status: definition.status,
    type: "container",
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    parameters: definition.parameters,
    ...(retryStrategy !== undefined && { retryStrategy: retryStrategyAnswer(retryStrategy) }),
    containerProperties: withoutEmptyVariables(definition.containerProperties),
    ...(attemptDurationSeconds !== undefined && { timeout: { attemptDurationSeconds } }),
    tags: definition.tags,
    propagateTags: definition.propagateTags,
    ...(platformCapabilities.length > 0 && { platformCapabilities }),
    containerOrchestrationType: "ECS",
  };
}

/** AWS drops variables with an empty value from its answers; jobs get them all the same (specification 1.8, 15.21). */
function withoutEmptyVariables(container: ContainerProperties): ContainerProperties {
  const environment = (container.environment ?? []).filter(({ value = "" }) => value !== "");
  return { ...container, environment };
}
