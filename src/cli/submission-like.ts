import type { JobDetail, ResourceRequirement, SubmitJobRequest } from "../model/batch.ts";

/** The submission of a job that asks for what another one does: by its definition, with its resources. */
export function submissionLike(job: JobDetail): SubmitJobRequest {
  const { jobName, jobQueue, jobDefinition, shareIdentifier, schedulingPriority, arrayProperties } = job;
  const { consumableResourceProperties } = job;
  return {
    jobName,
    jobQueue,
    jobDefinition,
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    ...(schedulingPriority !== undefined && { schedulingPriorityOverride: schedulingPriority }),
    ...(arrayProperties?.index === undefined &&
      arrayProperties?.size !== undefined && { arrayProperties: { size: arrayProperties.size } }),
    ...(consumableResourceProperties !== undefined && {
      consumableResourcePropertiesOverride: consumableResourceProperties,
    }),
    ...overridesLike(job),
  };
}

function overridesLike({ container, ecsProperties, nodeProperties }: JobDetail): Partial<SubmitJobRequest> {
  if (nodeProperties?.nodeRangeProperties !== undefined) {
    const nodePropertyOverrides = nodeProperties.nodeRangeProperties.map((range) => ({
      targetNodes: range.targetNodes,
      containerOverrides: requirementsOf(range.container?.resourceRequirements),
    }));
    return { nodeOverrides: { numNodes: nodeProperties.numNodes, nodePropertyOverrides } };
  }
  if (ecsProperties?.taskProperties !== undefined) {
    const taskProperties = ecsProperties.taskProperties.map(({ containers = [] }) => ({
      containers: containers.map(({ name, resourceRequirements }) => ({
        ...(name !== undefined && { name }),
        ...requirementsOf(resourceRequirements),
      })),
    }));
    return { ecsPropertiesOverride: { taskProperties } };
  }
  return { containerOverrides: requirementsOf(container?.resourceRequirements) };
}

function requirementsOf(resourceRequirements: readonly ResourceRequirement[] = []): {
  readonly resourceRequirements?: readonly ResourceRequirement[];
} {
  return resourceRequirements.length === 0 ? {} : { resourceRequirements };
}
