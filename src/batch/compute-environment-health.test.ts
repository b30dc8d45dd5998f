import { expect, test } from "vitest";
import { CAUSE } from "../../test/support/batch-values.ts";
import {
  ec2Request,
  fargateRequest,
  INSTANCE_ROLE,
  SPOT_FLEET_ROLE,
  spotRequest,
  validEnvironment,
} from "../../test/support/environment-values.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { invalidReasonOf } from "./compute-environment-health.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";

const EC2 = validEnvironment();
const ROLE = "arn:aws:iam::111122223333:role/batch";

test.each<[text: string, changes: Partial<ComputeEnvironment>]>([
  [
    "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; Status Code: 403; Error " +
      `Code: AccessDenied; Request ID: ${CAUSE.requestId})`,
    { serviceRole: "arn:aws:iam::111122223333:user/batch", computeResources: fargateRequest() },
  ],
  [
    `CLIENT_ERROR - Instance profile ${ROLE} does not exist`,
    { computeResources: ec2Request({ instanceRole: ROLE }) },
  ],
  [
    "CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid. (Service: AmazonEC2; Status Code: 400; " +
      `Error Code: InvalidSpotFleetRequestConfig; Request ID: ${CAUSE.requestId})`,
    { computeResources: spotRequest({ allocationStrategy: "BEST_FIT", spotIamFleetRole: INSTANCE_ROLE }) },
  ],
  [
    "CLIENT_ERROR - None of the instance types [my.large, my.small] is known",
    { computeResources: ec2Request({ instanceTypes: ["my.large", "my.small"] }) },
  ],
  [
    "CLIENT_ERROR - arm-based instance type cannot be used with other instance types.",
    { computeResources: ec2Request({ instanceTypes: ["c5", "c6g"] }) },
  ],
])("says %s", (text, changes) => {
  expect(invalidReasonOf({ ...EC2, ...changes }, EC2_CATALOGUE)).toBe(text);
});

test.each<[Partial<ComputeEnvironment>]>([
  [{}],
  [{ serviceRole: "arn:aws-cn:iam::999900001111:role/team/batch" }],
  [{ computeResources: fargateRequest() }],
  [{ computeResources: ec2Request({ instanceRole: "ecsInstanceRole" }) }],
  [{ computeResources: ec2Request({ instanceTypes: ["my.large", "c5"] }) }],
  [{ computeResources: ec2Request({ instanceTypes: ["local.host"], instanceRole: undefined }) }],
  [{ computeResources: spotRequest({ spotIamFleetRole: "no role" }) }],
  [{ computeResources: spotRequest({ allocationStrategy: "BEST_FIT", spotIamFleetRole: SPOT_FLEET_ROLE }) }],
])("finds nothing wrong with %j", (changes) => {
  expect(invalidReasonOf({ ...EC2, ...changes }, EC2_CATALOGUE)).toBeUndefined();
});
