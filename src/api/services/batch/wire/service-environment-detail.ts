import type { ServiceEnvironment } from "../../../../batch/service-environment.ts";
import type { ServiceEnvironmentDetail } from "../../../../model/batch.ts";

/** A service environment as DescribeServiceEnvironments shows it. */
export function serviceEnvironmentDetail(environment: ServiceEnvironment): ServiceEnvironmentDetail {
  return {
    serviceEnvironmentName: environment.name,
    serviceEnvironmentArn: environment.arn,
    serviceEnvironmentType: environment.serviceEnvironmentType,
    state: environment.state,
    status: "VALID",
    capacityLimits: environment.capacityLimits,
    tags: environment.tags,
  };
}
