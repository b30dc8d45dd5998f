import { orchestrationOf } from "../../../../batch/compute-environment.ts";
import type { ComputeEnvironment } from "../../../../batch/compute-environment.ts";
import type { ComputeEnvironmentDetail } from "../../../../model/batch.ts";

/** A compute environment as DescribeComputeEnvironments shows it. */
export function computeEnvironmentDetail(environment: ComputeEnvironment): ComputeEnvironmentDetail {
  const { unmanagedvCpus, computeResources, updatePolicy, context, eksConfiguration } = environment;
  return {
    computeEnvironmentName: environment.name,
    computeEnvironmentArn: environment.arn,
    ...(unmanagedvCpus !== undefined && { unmanagedvCpus }),
    ...(eksConfiguration === undefined && { ecsClusterArn: environment.ecsClusterArn }),
    tags: environment.tags,
    type: environment.type,
    state: environment.state,
    status: environment.status,
    statusReason: environment.statusReason,
    ...(computeResources !== undefined && { computeResources }),
    serviceRole: environment.serviceRole,
    ...(updatePolicy !== undefined && { updatePolicy }),
    ...(eksConfiguration !== undefined && { eksConfiguration }),
    containerOrchestrationType: orchestrationOf(environment),
    uuid: environment.uuid,
    ...(context !== undefined && { context }),
    ...(eksConfiguration === undefined && { ecsSettings: environment.ecsSettings }),
  };
}
