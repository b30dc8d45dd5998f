import type { DefinitionProperties } from "../../../../batch/definition-properties.ts";
import type { JobDefinition } from "../../../../batch/job-definition.ts";
import { unreachable } from "../../../../lib/assert.ts";
import type { JobDefinition as JobDefinitionDetail } from "../../../../model/batch.ts";
import { retryStrategyAnswer } from "./retry-strategy.ts";
import {
  containerWithoutEmptyVariables,
  nodesWithoutEmptyVariables,
  podWithoutEmptyVariables,
  taskWithoutEmptyVariables,
} from "./without-empty-variables.ts";

/** A job definition as DescribeJobDefinitions shows it. */
export function jobDefinitionDetail(definition: JobDefinition): JobDefinitionDetail {
  const { schedulingPriority, retryStrategy, attemptDurationSeconds, platformCapabilities } = definition;
  const { consumableResources } = definition;
  return {
    jobDefinitionName: definition.jobDefinitionName,
    jobDefinitionArn: definition.jobDefinitionArn,
    revision: definition.revision,
    status: definition.status,
    type: definition.kind === "multi-node" ? "multinode" : "container",
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    parameters: definition.parameters,
    ...(retryStrategy !== undefined && { retryStrategy: retryStrategyAnswer(retryStrategy) }),
    ...propertiesAnswer(definition),
    ...(attemptDurationSeconds !== undefined && { timeout: { attemptDurationSeconds } }),
    tags: definition.tags,
    propagateTags: definition.propagateTags,
    ...(platformCapabilities.length > 0 && { platformCapabilities }),
    containerOrchestrationType: isForEks(definition) ? "EKS" : "ECS",
    ...(consumableResources !== undefined && {
      consumableResourceProperties: { consumableResourceList: consumableResources },
    }),
  };
}

function propertiesAnswer(
  properties: DefinitionProperties,
): Pick<JobDefinitionDetail, "containerProperties" | "ecsProperties" | "eksProperties" | "nodeProperties"> {
  switch (properties.kind) {
    case "container":
      return { containerProperties: containerWithoutEmptyVariables(properties.containerProperties) };
    case "ecs":
      return { ecsProperties: taskWithoutEmptyVariables(properties.ecsProperties) };
    case "eks":
      return { eksProperties: podWithoutEmptyVariables(properties.eksProperties) };
    case "multi-node":
      return { nodeProperties: nodesWithoutEmptyVariables(properties.nodeProperties) };
    default:
      return unreachable(properties);
  }
}

/** Ranges of nodes are all for EKS or none. */
function isForEks(properties: DefinitionProperties): boolean {
  if (properties.kind !== "multi-node") return properties.kind === "eks";
  return properties.nodeProperties.nodeRangeProperties.some(
    ({ eksProperties }) => eksProperties !== undefined,
  );
}
