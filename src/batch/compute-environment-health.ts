import type { ComputeResource } from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import { allocationStrategyOf } from "./compute-resources.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";

/** What the health of a compute environment shows in. */
export interface Checkup {
  readonly serviceRole: string;
  readonly computeResources?: ComputeResource;
  readonly cause: Cause;
}

/**
 * Why an environment cannot work, in the words of its `statusReason`; undefined for a healthy one.
 *
 * Roles are never looked up, so that only one that cannot be a role at all is found out: an ARN of something else. AWS's
 * texts, as far as they are known
 * (https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html); those on instance types are ours.
 *
 * Order: service role, instance role, Spot Fleet role, instance types.
 */
export function invalidReasonOf(
  { serviceRole, computeResources, cause }: Checkup,
  catalogue: InstanceCatalogue,
): string | undefined {
  if (isOtherArn(serviceRole, ROLE_ARN)) {
    return (
      "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; Status Code: 403; " +
      `Error Code: AccessDenied; Request ID: ${cause.requestId})`
    );
  }
  if (computeResources === undefined) return undefined;
  const { instanceRole = "", spotIamFleetRole = "" } = computeResources;
  if (isOtherArn(instanceRole, INSTANCE_PROFILE_ARN)) {
    return `CLIENT_ERROR - Instance profile ${instanceRole} does not exist`;
  }
  if (usesSpotFleet(computeResources) && !ROLE_ARN.test(spotIamFleetRole)) {
    return (
      "CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid. (Service: AmazonEC2; Status Code: 400; " +
      `Error Code: InvalidSpotFleetRequestConfig; Request ID: ${cause.requestId})`
    );
  }
  return instanceTypesProblem(computeResources, catalogue);
}

const ROLE_ARN = /^arn:[^:]+:iam::\d{12}:role\/./;
const INSTANCE_PROFILE_ARN = /^arn:[^:]+:iam::\d{12}:instance-profile\/./;

/** Whether it is an ARN, and of something else. Names are taken for what they are to be. */
function isOtherArn(nameOrArn: string, wanted: RegExp): boolean {
  return nameOrArn.startsWith("arn:") && !wanted.test(nameOrArn);
}

function usesSpotFleet(resources: ComputeResource): boolean {
  return resources.type === "SPOT" && allocationStrategyOf(resources) === "BEST_FIT";
}

/** Types that were known when they were asked for may be gone from the user's own, or be different now. */
function instanceTypesProblem(
  { instanceTypes }: ComputeResource,
  catalogue: InstanceCatalogue,
): string | undefined {
  if (instanceTypes === undefined) return undefined;
  if (catalogue.expand(instanceTypes).size === 0) {
    return `CLIENT_ERROR - None of the instance types [${instanceTypes.join(", ")}] is known`;
  }
  if (catalogue.architecturesOf(instanceTypes).size <= 1) return undefined;
  return "CLIENT_ERROR - arm-based instance type cannot be used with other instance types.";
}
