import type { JobDetail, ResourceRequirement, SubmitJobRequest } from "../model/batch.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { parentIdOf } from "./find-job.ts";

/**
 * The submission of a job that asks for what another one does: by its definition, with its resources. A node of a multi-node
 * job is no submission.
 */
export function submissionLike(job: JobDetail): SubmitJobRequest {
  const { jobName, jobQueue, jobDefinition, shareIdentifier, schedulingPriority, arrayProperties } = job;
  const { consumableResourceProperties, jobId } = job;
  const wholeId = jobId.includes("#") ? parentIdOf(jobId) : undefined;
  if (wholeId !== undefined) {
    const remedy = `Plan the job that it is a node of: \`batchyard plan --like ${wholeId}\`.`;
    throw new CliError("a node does not run by itself", remedy, { exitCode: EXIT.usage });
  }
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
