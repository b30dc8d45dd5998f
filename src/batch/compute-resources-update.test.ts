import { describe, expect, test } from "vitest";
import { accepted } from "../../test/support/batch-values.ts";
import {
  ECS_FACTS,
  ec2Request,
  fargateRequest,
  INSTANCE_ROLE,
  SPOT_FLEET_ROLE,
  spotRequest,
} from "../../test/support/environment-values.ts";
import type { ComputeResource, ComputeResourceUpdate } from "../model/batch.ts";
import { createComputeResources } from "./compute-resources.ts";
import { updateComputeResources } from "./compute-resources-update.ts";
import { Refusal } from "./refusal.ts";

const FULL: Partial<ComputeResource> = {
  allocationStrategy: "BEST_FIT_PROGRESSIVE",
  minvCpus: 2,
  maxvCpus: 16,
  desiredvCpus: 4,
  imageId: "ami-1",
  ec2KeyPair: "key",
  tags: { Name: "worker" },
  placementGroup: "group",
  spotIamFleetRole: SPOT_FLEET_ROLE,
  launchTemplate: {
    launchTemplateId: "lt-1",
    overrides: [{ launchTemplateId: "lt-2", targetInstanceTypes: ["c5.large"] }],
  },
  ec2Configuration: [{ imageType: "ECS_AL2023", imageIdOverride: "ami-2" }],
  scalingPolicy: { minScaleDownDelayMinutes: 20 },
};
const EC2 = accepted(createComputeResources(ec2Request(FULL), ECS_FACTS));
const SPOT = accepted(createComputeResources(spotRequest({ bidPercentage: 60 }), ECS_FACTS));
const FARGATE = fargateRequest();
const SCALING_DOWN =
  "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment will " +
  "cause it to scale-down to minvCpus.";
const FIXED = Refusal.bare(
  "The following parameters can't be updated for Fargate compute environment: allocationStrategy, bidPercentage, " +
    "ec2Configuration, ec2KeyPair, imageId, instanceRole, instanceTypes, launchTemplate, placementGroup, tags, type, " +
    "updatePolicy, updateToLatestImageVersion.",
);

describe("updateComputeResources on EC2", () => {
  test.each<[ComputeResourceUpdate, Partial<ComputeResource>]>([
    [{ maxvCpus: 32 }, { maxvCpus: 32 }],
    [{ minvCpus: 0 }, { minvCpus: 0 }],
    [{ desiredvCpus: 8 }, { desiredvCpus: 8 }],
    [{ desiredvCpus: 4 }, {}],
    [{ minvCpus: 8 }, { minvCpus: 8, desiredvCpus: 8 }],
    [
      { minvCpus: 0, maxvCpus: 3 },
      { minvCpus: 0, maxvCpus: 3, desiredvCpus: 3 },
    ],
    [
      { scalingPolicy: { minScaleDownDelayMinutes: 60 } },
      { scalingPolicy: { minScaleDownDelayMinutes: 60 } },
    ],
    [{ scalingPolicy: { minScaleDownDelayMinutes: 0 } }, { scalingPolicy: undefined }],
  ])("scales by %j", (update, changed) => {
    expect(updated(EC2, update)).toEqual({
      resources: { ...EC2, ...changed },
      infrastructureMembers: [],
    });
  });

  test.each<[ComputeResourceUpdate, Partial<ComputeResource>]>([
    [{ imageId: "" }, { imageId: undefined }],
    [{ ec2KeyPair: "" }, { ec2KeyPair: undefined }],
    [{ placementGroup: "" }, { placementGroup: undefined }],
    [{ tags: {} }, { tags: undefined }],
    [{ securityGroupIds: [] }, { securityGroupIds: [] }],
    [{ subnets: [] }, { subnets: [] }],
    [{ ec2Configuration: [] }, { ec2Configuration: [{ imageType: "ECS_AL2023" }] }],
    [{ launchTemplate: { launchTemplateId: "" } }, { launchTemplate: undefined }],
    [{ launchTemplate: { launchTemplateName: "" } }, { launchTemplate: undefined }],
    [{ launchTemplate: { launchTemplateId: "lt-1" } }, { launchTemplate: { launchTemplateId: "lt-1" } }],
    [
      { launchTemplate: { launchTemplateId: "lt-1", overrides: [] } },
      { launchTemplate: { launchTemplateId: "lt-1" } },
    ],
    [{ instanceRole: "other" }, { instanceRole: "other" }],
    [{ instanceTypes: ["c5", "m5"] }, { instanceTypes: ["c5", "m5"] }],
    [{ subnets: ["subnet-2"] }, { subnets: ["subnet-2"] }],
    [
      { allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" },
      { allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" },
    ],
    [{ updateToLatestImageVersion: true }, {}],
  ])("replaces instances for %j", (update, changed) => {
    expect(updated(EC2, update)).toEqual({
      resources: { ...EC2, ...changed },
      infrastructureMembers: Object.keys(update),
    });
  });

  test("tells members that replace instances from those of scaling beside them", () => {
    const update: ComputeResourceUpdate = {
      updateToLatestImageVersion: true,
      type: "SPOT",
      allocationStrategy: "SPOT_CAPACITY_OPTIMIZED",
      bidPercentage: 100,
      maxvCpus: 32,
      imageId: "ami-1",
    };
    const { updateToLatestImageVersion: _, ...changed } = update;
    expect(updated(EC2, update)).toEqual({
      resources: { ...EC2, ...changed },
      infrastructureMembers: ["allocationStrategy", "bidPercentage", "type", "updateToLatestImageVersion"],
    });
  });

  test.each<ComputeResourceUpdate>([
    { instanceTypes: ["c5"], type: "EC2", tags: { Name: "worker" }, imageId: "ami-1" },
    { updateToLatestImageVersion: false },
  ])("replaces nothing where nothing changes: %j", (update) => {
    expect(updated(EC2, update)).toEqual({ resources: EC2, infrastructureMembers: [] });
  });

  test("takes desiredvCpus that the engine shows at the limit for what they are", () => {
    const full = { ...EC2, desiredvCpus: 16 };
    expect(updated(full, { maxvCpus: 8 })).toEqual({
      resources: { ...EC2, maxvCpus: 8, desiredvCpus: 8 },
      infrastructureMembers: [],
    });
    expect(updated(full, { desiredvCpus: 8 })).toEqual(Refusal.wrapped(SCALING_DOWN));
  });

  test.each<[Refusal, ComputeResourceUpdate]>([
    [Refusal.bare("At least one compute-resources attribute must be specified"), {}],
    [Refusal.bare("At least one compute-resources attribute must be specified"), { maxvCpus: undefined }],
    [Refusal.wrapped(SCALING_DOWN), { desiredvCpus: 3 }],
    [Refusal.wrapped(SCALING_DOWN), { desiredvCpus: 0, minvCpus: 0 }],
    [Refusal.wrapped("desiredvCpus should be between minvCpus and maxvCpus."), { desiredvCpus: 17 }],
    [
      Refusal.wrapped("desiredvCpus should be between minvCpus and maxvCpus."),
      { desiredvCpus: 6, minvCpus: 8 },
    ],
    [Refusal.wrapped("maxvCpus should be greater than or equal to minvCpus."), { maxvCpus: 1 }],
    [Refusal.wrapped("Resource instanceTypes are required."), { instanceTypes: [] }],
    [Refusal.wrapped("Instance role is required."), { instanceRole: "" }],
    [
      Refusal.wrapped("arm-based instance type cannot be used with other instance types."),
      { instanceTypes: ["c5", "c6g"] },
    ],
    [
      Refusal.wrapped("LaunchTemplate.overrides have targetInstanceTypes that do not match"),
      { instanceTypes: ["m5"] },
    ],
    [
      Refusal.wrapped("Allocation strategy SPOT_CAPACITY_OPTIMIZED requires compute resource type SPOT."),
      { allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" },
    ],
    [Refusal.bare("computeResources.type cannot change from EC2 to FARGATE"), { type: "FARGATE" }],
    [
      Refusal.bare(
        "Managed Instances (computeResources.type ECS_MANAGED_INSTANCES) are not supported yet by this version of Batchyard",
      ),
      { type: "ECS_MANAGED_INSTANCES" },
    ],
  ])("refuses with %j what %j asks", (refusal, update) => {
    expect(updated(EC2, update)).toEqual(refusal);
  });
});

describe("updateComputeResources on SPOT", () => {
  test("forgets the bid when it becomes EC2", () => {
    const update = { type: "EC2", allocationStrategy: "BEST_FIT_PROGRESSIVE" } as const;
    expect(updated(SPOT, update)).toEqual({
      resources: { ...SPOT, ...update, bidPercentage: undefined },
      infrastructureMembers: ["allocationStrategy", "bidPercentage", "type"],
    });
  });

  test("takes 0 for no bid", () => {
    expect(updated(SPOT, { bidPercentage: 0 })).toEqual({
      resources: { ...SPOT, bidPercentage: undefined },
      infrastructureMembers: ["bidPercentage"],
    });
  });
});

describe("updateComputeResources on Fargate", () => {
  test.each<[ComputeResourceUpdate, Partial<ComputeResource>]>([
    [{ maxvCpus: 32 }, { maxvCpus: 32 }],
    [{ subnets: ["subnet-2"] }, { subnets: ["subnet-2"] }],
    [{ subnets: [], securityGroupIds: [] }, {}],
    [{ type: "FARGATE", updateToLatestImageVersion: false }, {}],
  ])("takes %j without replacing anything", (update, changed) => {
    expect(updated(FARGATE, update)).toEqual({
      resources: { ...FARGATE, ...changed },
      infrastructureMembers: [],
    });
  });

  test.each<[Refusal, ComputeResourceUpdate]>([
    [Refusal.wrapped("desiredvCpus is not applicable for Fargate."), { desiredvCpus: 4 }],
    [Refusal.wrapped("minvCpus is not applicable for Fargate."), { minvCpus: 4 }],
    [FIXED, { instanceRole: INSTANCE_ROLE }],
    [FIXED, { updateToLatestImageVersion: true }],
    [FIXED, { type: "FARGATE_SPOT" }],
    [FIXED, { type: "EC2" }],
    [Refusal.bare("computeResources.maxvCpus must be at least 1, got 0"), { maxvCpus: 0 }],
  ])("refuses with %j what %j asks", (refusal, update) => {
    expect(updated(FARGATE, update)).toEqual(refusal);
  });
});

function updated(current: ComputeResource, update: ComputeResourceUpdate) {
  return updateComputeResources(current, update, ECS_FACTS);
}
