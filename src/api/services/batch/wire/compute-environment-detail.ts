import type { ComputeEnvironment } from "../../../../batch/compute-environment.ts";
import type { ComputeEnvironmentDetail } from "../../../../model/batch.ts";

/** A compute environment as DescribeComputeEnvironments shows it. */
export function computeEnvironmentDetail(environment: ComputeEnvironment): ComputeEnvironmentDetail {
  const { unmanagedvCpus, computeResources, updatePolicy, context } = environment;
  return {
    computeEnvironmentName: environment.name,
    computeEnvironmentArn: environment.arn,
    ...(unmanagedvCpus !== undefined && { unmanagedvCpus }),
    ecsClusterArn: environment.ecsClusterArn,
    tags: environment.tags,
    type: environment.type,
    state: environment.state,
    status: environment.status,
    statusReason: environment.statusReason,
    ...(computeResources !== undefined && { computeResources }),
    serviceRole: environment.serviceRole,
    ...(updatePolicy !== undefined && { updatePolicy }),
    containerOrchestrationType: "ECS",
    uuid: environment.uuid,
    ...(context !== undefined && { context }),
    ecsSettings: environment.ecsSettings,
  };
}
