import { createComputeEnvironment, settleComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { ComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { ComputeResourcesFacts } from "../../src/batch/compute-resources.ts";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import type { Refusal } from "../../src/batch/refusal.ts";
import { assert } from "../../src/lib/assert.ts";
import type { ComputeResource, CreateComputeEnvironmentRequest } from "../../src/model/batch.ts";
import { accepted, CAUSE, SCOPE } from "./batch-values.ts";

export const UUID = "7a1c2f0e-1111-4222-8333-944455566677";
export const INSTANCE_ROLE = "arn:aws:iam::111122223333:instance-profile/ecsInstanceRole";
export const SPOT_FLEET_ROLE = "arn:aws:iam::111122223333:role/AmazonEC2SpotFleetRole";

/** On ECS, with no instance types but EC2's. */
export const ECS_FACTS: ComputeResourcesFacts = { instanceCatalogue: EC2_CATALOGUE, orchestration: "ECS" };

/** What AWS asks of an EC2 environment and nothing more. */
export function ec2Request(members: Partial<ComputeResource> = {}): ComputeResource {
  return {
    type: "EC2",
    minvCpus: 0,
    maxvCpus: 16,
    instanceTypes: ["c5"],
    subnets: ["subnet-1"],
    securityGroupIds: ["sg-1"],
    instanceRole: INSTANCE_ROLE,
    ...members,
  };
}

/** What AWS asks of a SPOT environment and nothing more. */
export function spotRequest(members: Partial<ComputeResource> = {}): ComputeResource {
  return ec2Request({ type: "SPOT", allocationStrategy: "SPOT_CAPACITY_OPTIMIZED", ...members });
}

/** What AWS asks of a Fargate environment and nothing more. */
export function fargateRequest(members: Partial<ComputeResource> = {}): ComputeResource {
  return {
    type: "FARGATE",
    maxvCpus: 16,
    subnets: ["subnet-1"],
    securityGroupIds: ["sg-1"],
    ...members,
  };
}

export function environmentRequest(
  members: Partial<CreateComputeEnvironmentRequest> = {},
): CreateComputeEnvironmentRequest {
  return { computeEnvironmentName: "ce", type: "MANAGED", computeResources: ec2Request(), ...members };
}

/** What CreateComputeEnvironment makes of a request. */
export function createEnvironment(
  members: Partial<CreateComputeEnvironmentRequest> = {},
  isNameTaken = false,
): ComputeEnvironment | Refusal {
  const facts = { scope: SCOPE, uuid: UUID, cause: CAUSE, isNameTaken, instanceCatalogue: EC2_CATALOGUE };
  return createComputeEnvironment(environmentRequest(members), facts);
}

/** An environment that has become VALID. */
export function validEnvironment(members: Partial<CreateComputeEnvironmentRequest> = {}): ComputeEnvironment {
  const settled = settleComputeEnvironment(accepted(createEnvironment(members)));
  assert(settled !== "gone", "a new environment is gone");
  return settled;
}
