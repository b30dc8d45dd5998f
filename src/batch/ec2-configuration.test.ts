import { describe, expect, test } from "vitest";
import { ec2Request } from "../../test/support/environment-values.ts";
import type { ComputeResource } from "../model/batch.ts";
import {
  checkEc2Configuration,
  checkNewImages,
  defaultEc2Configuration,
  normaliseEc2Configuration,
} from "./ec2-configuration.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";

test.each([
  [["c5.large"], ["ECS_AL2023"]],
  [["optimal"], ["ECS_AL2023"]],
  [["local.host"], ["ECS_AL2023"]],
  [["g4dn"], ["ECS_AL2023_NVIDIA"]],
  [
    ["g4dn.xlarge", "c5"],
    ["ECS_AL2023", "ECS_AL2023_NVIDIA"],
  ],
])("the images for %j are %j", (instanceTypes, imageTypes) => {
  expect(defaultEc2Configuration(instanceTypes, "ECS", EC2_CATALOGUE)).toEqual(
    imageTypes.map((imageType) => ({ imageType })),
  );
});

test("images for EKS are EKS's own, and may have a version of Kubernetes", () => {
  expect(defaultEc2Configuration(["c5"], "EKS", EC2_CATALOGUE)).toEqual([{ imageType: "EKS_AL2023" }]);
  const configuration = [{ imageType: "EKS_AL2023", imageKubernetesVersion: "1.32" }];
  expect(checkEc2Configuration(configuration, "EKS")).toBeUndefined();
  expect(checkEc2Configuration([{ imageType: "ECS_AL2023" }], "EKS")).toEqual(
    Refusal.wrapped("Invalid imageType in ComputeResources.ec2Configuration"),
  );
});

test("the status of an image is not taken from the caller", () => {
  const given = [{ imageType: "ECS_AL2023", batchImageStatus: "LATEST" }];
  expect(normaliseEc2Configuration(given)).toEqual([{ imageType: "ECS_AL2023" }]);
});

describe("checkEc2Configuration", () => {
  test.each([undefined, [], [{ imageType: "ECS_AL2" }, { imageType: "ECS_AL2_NVIDIA" }]])(
    "takes %j",
    (configurations) => {
      expect(checkEc2Configuration(configurations, "ECS")).toBeUndefined();
    },
  );

  test("refuses a third entry", () => {
    const three = Array.from({ length: 3 }, () => ({ imageType: "ECS_AL2023" }));
    expect(checkEc2Configuration(three, "ECS")).toEqual(
      Refusal.bare("computeResources.ec2Configuration must have 1 or 2 entries, got 3"),
    );
  });

  test("refuses an EKS image and a Kubernetes version", () => {
    expect(checkEc2Configuration([{ imageType: "EKS_AL2023" }], "ECS")).toEqual(
      Refusal.wrapped("Invalid imageType in ComputeResources.ec2Configuration"),
    );
    expect(
      checkEc2Configuration([{ imageType: "ECS_AL2023", imageKubernetesVersion: "1.32" }], "ECS"),
    ).toEqual(Refusal.wrapped("At least one imageKubernetesVersion in EC2Configuration is not supported."));
  });
});

describe("checkNewImages", () => {
  test.each<[boolean, Partial<ComputeResource>]>([
    [true, { ec2Configuration: [{ imageType: "ECS_AL2023" }] }],
    [true, { ec2Configuration: [{ imageType: "ECS_AL2", imageIdOverride: "ami-1" }] }],
    [true, { ec2Configuration: [{ imageType: "ECS_AL2" }], imageId: "ami-1" }],
    [true, { ec2Configuration: [{ imageType: "ECS_AL2" }], launchTemplate: { launchTemplateId: "lt-1" } }],
    [false, { ec2Configuration: [{ imageType: "ECS_AL2023" }, { imageType: "ECS_AL2_NVIDIA" }] }],
  ])("answers %j for %j", (isTaken, members) => {
    const refusal = isTaken ? undefined : Refusal.wrapped("Amazon Linux 2 is end-of-life.");
    expect(checkNewImages(ec2Request(members))).toEqual(refusal);
  });
});
