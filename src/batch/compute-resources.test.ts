import { describe, expect, test } from "vitest";
import {
  ECS_FACTS,
  ec2Request,
  fargateRequest,
  INSTANCE_ROLE,
  SPOT_FLEET_ROLE,
  spotRequest,
} from "../../test/support/environment-values.ts";
import type { ComputeResource } from "../model/batch.ts";
import { allocationStrategyOf, createComputeResources } from "./compute-resources.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";

describe("EC2 and SPOT resources", () => {
  test("are kept with the defaults that AWS shows, and without a strategy where none was given", () => {
    const resources = created(ec2Request({ minvCpus: 2 }));
    expect(resources).toEqual({
      type: "EC2",
      minvCpus: 2,
      maxvCpus: 16,
      desiredvCpus: 2,
      instanceTypes: ["c5"],
      subnets: ["subnet-1"],
      securityGroupIds: ["sg-1"],
      instanceRole: INSTANCE_ROLE,
      ec2Configuration: [{ imageType: "ECS_AL2023" }],
    });
    expect(allocationStrategyOf(ec2Request())).toBe("BEST_FIT");
  });

  test("keep everything that was given", () => {
    const request = spotRequest({
      desiredvCpus: 4,
      imageId: "ami-1",
      ec2KeyPair: "key",
      tags: { Name: "worker" },
      placementGroup: "group",
      bidPercentage: 60,
      spotIamFleetRole: SPOT_FLEET_ROLE,
      launchTemplate: { launchTemplateId: "lt-1", version: "$Latest" },
      ec2Configuration: [{ imageType: "ECS_AL2023_NVIDIA", imageIdOverride: "ami-2" }],
      scalingPolicy: { minScaleDownDelayMinutes: 20 },
    });
    expect(created(request)).toEqual(request);
  });

  test("drop what is empty or zero for off", () => {
    const empties: Partial<ComputeResource> = {
      imageId: "",
      ec2KeyPair: "",
      tags: {},
      placementGroup: "",
      bidPercentage: 0,
      spotIamFleetRole: "",
      launchTemplate: { launchTemplateId: "" },
      ec2Configuration: [],
      scalingPolicy: { minScaleDownDelayMinutes: 0 },
    };
    expect(created(ec2Request(empties))).toEqual(created(ec2Request()));
  });

  test("take the Spot Fleet role with EC2 too, as AWS does", () => {
    const resources = created(ec2Request({ spotIamFleetRole: SPOT_FLEET_ROLE }));
    expect(resources).toMatchObject({ type: "EC2", spotIamFleetRole: SPOT_FLEET_ROLE });
  });

  test("take their security groups from a launch template", () => {
    const request = ec2Request({ securityGroupIds: [], launchTemplate: { launchTemplateName: "lt" } });
    expect(created(request)).not.toBeInstanceOf(Refusal);
  });

  test("need no role and no network for this machine itself", () => {
    const local: ComputeResource = {
      type: "EC2",
      minvCpus: 0,
      maxvCpus: 8,
      instanceTypes: ["local.host"],
    };
    expect(created(local)).toEqual({
      ...local,
      desiredvCpus: 0,
      subnets: [],
      securityGroupIds: [],
      ec2Configuration: [{ imageType: "ECS_AL2023" }],
    });
    expect(created({ ...local, instanceTypes: ["local.host", "c5"] })).toEqual(
      Refusal.wrapped("Instance role is required."),
    );
  });

  test.each<[wanted: string, request: ComputeResource]>([
    ["Instance role is required.", { type: "EC2", maxvCpus: 1 }],
    ["Instance role is required.", ec2Request({ instanceRole: "" })],
    ["Resource minvCpus is required.", { type: "EC2", maxvCpus: 1, instanceRole: INSTANCE_ROLE }],
    ["Resource minvCpus is required.", ec2Request({ minvCpus: undefined })],
    [
      "local.host cannot be used with other instance types.",
      ec2Request({ instanceTypes: ["local.host", "c5"] }),
    ],
    ["Resource instanceTypes are required.", ec2Request({ instanceTypes: [] })],
    ["Security group ids are required.", ec2Request({ securityGroupIds: undefined })],
    ["minvCpus should be greater than or equal to 0.", ec2Request({ minvCpus: -1 })],
    ["maxvCpus should be greater than or equal to minvCpus.", ec2Request({ minvCpus: 17 })],
    ["desiredvCpus should be between minvCpus and maxvCpus.", ec2Request({ minvCpus: 4, desiredvCpus: 3 })],
    ["desiredvCpus should be between minvCpus and maxvCpus.", ec2Request({ desiredvCpus: 17 })],
    [
      `Instance type can only be one of [${EC2_CATALOGUE.knownEntries().join(", ")}]`,
      ec2Request({ instanceTypes: ["c5", "c5.gigantic"] }),
    ],
    [
      "arm-based instance type cannot be used with other instance types.",
      ec2Request({ instanceTypes: ["optimal", "c6g"] }),
    ],
    [
      "Allocation strategy SPOT_CAPACITY_OPTIMIZED requires compute resource type SPOT.",
      ec2Request({ allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" }),
    ],
    [
      "Allocation strategy BEST_FIT_PROGRESSIVE_ORDERED requires compute resource type EC2.",
      spotRequest({ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" }),
    ],
    [
      "Instance type bundles (e.g. optimal, default_x86_64) are not allowed for BEST_FIT_PROGRESSIVE_ORDERED allocation " +
        "strategy. Specify instance families or types directly.",
      ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED", instanceTypes: ["optimal"] }),
    ],
    [
      "ComputeResources.spotIamFleetRole cannot not be null or empty",
      spotRequest({ allocationStrategy: undefined }),
    ],
    [
      "ComputeResources.spotIamFleetRole cannot not be null or empty",
      spotRequest({ allocationStrategy: "BEST_FIT" }),
    ],
    ["Bid percentage must be between 0 to 100.", spotRequest({ bidPercentage: 101 })],
    ["bidPercentage is not applicable for EC2.", ec2Request({ bidPercentage: 60 })],
    [
      "Invalid imageType in ComputeResources.ec2Configuration",
      ec2Request({ ec2Configuration: [{ imageType: "EKS_AL2023" }] }),
    ],
    ["Amazon Linux 2 is end-of-life.", ec2Request({ ec2Configuration: [{ imageType: "ECS_AL2" }] })],
    [
      "LaunchTemplateVersion must be either empty or a number or $Default or $Latest",
      ec2Request({ launchTemplate: { launchTemplateId: "lt-1", version: "newest" } }),
    ],
  ])("are refused with %j", (text, request) => {
    expect(created(request)).toEqual(Refusal.wrapped(text));
  });

  test.each<[wanted: string, request: ComputeResource]>([
    ["computeResources.subnets is required for EC2", ec2Request({ subnets: [] })],
    ["computeResources.maxvCpus must be at least 1, got 0", ec2Request({ maxvCpus: 0 })],
    [
      "computeResources.scalingPolicy.minScaleDownDelayMinutes must be between 20 and 10080, got 19",
      ec2Request({ scalingPolicy: { minScaleDownDelayMinutes: 19 } }),
    ],
    [
      "Managed Instances (computeResources.type ECS_MANAGED_INSTANCES) are not supported yet by this version of Batchyard",
      { type: "ECS_MANAGED_INSTANCES", maxvCpus: 1 },
    ],
    [
      "capacity tags (computeResources.capacityTags) are not supported yet by this version of Batchyard",
      ec2Request({ capacityTags: { a: "b" } }),
    ],
  ])("are refused in our own words with %j", (text, request) => {
    expect(created(request)).toEqual(Refusal.bare(text));
  });
});

describe("Fargate resources", () => {
  test.each(["FARGATE", "FARGATE_SPOT"] as const)("of type %s are kept as they are", (type) => {
    const request = fargateRequest({ type });
    expect(created(request)).toEqual(request);
  });

  test.each<[member: string, Partial<ComputeResource>]>([
    ["allocationStrategy", { allocationStrategy: "BEST_FIT" }],
    ["minvCpus", { minvCpus: 0 }],
    ["desiredvCpus", { desiredvCpus: 0 }],
    ["instanceTypes", { instanceTypes: ["local.host"] }],
    ["imageId", { imageId: "ami-1" }],
    ["ec2KeyPair", { ec2KeyPair: "key" }],
    ["instanceRole", { instanceRole: INSTANCE_ROLE }],
    ["tags", { tags: { a: "b" } }],
    ["placementGroup", { placementGroup: "group" }],
    ["bidPercentage", { bidPercentage: 60 }],
    ["spotIamFleetRole", { spotIamFleetRole: SPOT_FLEET_ROLE }],
    ["launchTemplate", { launchTemplate: { launchTemplateId: "lt-1" } }],
    ["ec2Configuration", { ec2Configuration: [{ imageType: "ECS_AL2023" }] }],
    ["scalingPolicy", { scalingPolicy: { minScaleDownDelayMinutes: 20 } }],
  ])("know no %s", (member, members) => {
    expect(created(fargateRequest(members))).toEqual(
      Refusal.wrapped(`${member} is not applicable for Fargate.`),
    );
  });

  test("pass over members that are given empty", () => {
    const request = fargateRequest({ instanceTypes: [], tags: {}, instanceRole: "" });
    expect(created(request)).toEqual(fargateRequest());
  });

  test.each<[Refusal, Partial<ComputeResource>]>([
    [Refusal.bare("computeResources.maxvCpus must be at least 1, got 0"), { maxvCpus: 0 }],
    [Refusal.bare("computeResources.subnets is required for FARGATE"), { subnets: undefined }],
    [Refusal.wrapped("Security group ids are required."), { securityGroupIds: [] }],
    [Refusal.wrapped("Fargate supports a maximum of 16 subnets."), { subnets: many("subnet", 17) }],
    [
      Refusal.wrapped("Fargate supports a maximum of 5 security groups."),
      { securityGroupIds: many("sg", 6) },
    ],
  ])("are refused with %j", (refusal, members) => {
    expect(created(fargateRequest(members))).toEqual(refusal);
  });

  test("take as many subnets and security groups as AWS does", () => {
    const request = fargateRequest({ subnets: many("subnet", 16), securityGroupIds: many("sg", 5) });
    expect(created(request)).toEqual(request);
  });
});

function many(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

function created(request: ComputeResource): ComputeResource | Refusal {
  return createComputeResources(request, ECS_FACTS);
}
