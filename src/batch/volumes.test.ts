import { describe, expect, test } from "vitest";
import type { ContainerProperties, EFSVolumeConfiguration, Volume } from "../model/batch.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { checkVolumes } from "./volumes.ts";

const EFS = "containerProperties.volumes[0].efsVolumeConfiguration";

function check(properties: ContainerProperties, platform: Platform = "EC2"): Refusal | undefined {
  return checkVolumes(properties, platform, "containerProperties");
}

function efs(members: Partial<EFSVolumeConfiguration>): readonly Volume[] {
  return [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1", ...members } }];
}

describe("checkVolumes takes", () => {
  test.each<[name: string, properties: ContainerProperties, platform: Platform]>([
    ["none", {}, "EC2"],
    [
      "host volumes with their mount points",
      {
        volumes: [{ name: "a", host: { sourcePath: "/data" } }, { name: "b", host: {} }, { name: "c" }],
        mountPoints: [
          { sourceVolume: "a", containerPath: "/a", readOnly: true },
          { sourceVolume: "a", containerPath: "/again" },
        ],
      },
      "EC2",
    ],
    ["a volume of its own on Fargate", { volumes: [{ name: "a", host: {} }] }, "FARGATE"],
    ["EFS", { volumes: efs({}) }, "EC2"],
    ["EFS on the latest Fargate", { volumes: efs({ rootDirectory: "/x" }) }, "FARGATE"],
    [
      "EFS on Fargate 1.4.0",
      { volumes: efs({}), fargatePlatformConfiguration: { platformVersion: "1.4.0" } },
      "FARGATE",
    ],
    [
      "EFS on Fargate 2.0.0",
      { volumes: efs({}), fargatePlatformConfiguration: { platformVersion: "2.0.0" } },
      "FARGATE",
    ],
    [
      "an access point at the root",
      {
        volumes: efs({
          rootDirectory: "/",
          transitEncryption: "ENABLED",
          transitEncryptionPort: 65_535,
          authorizationConfig: { accessPointId: "fsap-1" },
        }),
      },
      "EC2",
    ],
    [
      "IAM with a job role",
      {
        volumes: efs({ transitEncryption: "ENABLED", authorizationConfig: { iam: "ENABLED" } }),
        jobRoleArn: "arn:aws:iam::111122223333:role/job",
      },
      "EC2",
    ],
    [
      "S3 Files",
      {
        volumes: [{ name: "v", s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:x" } }],
        jobRoleArn: "arn:aws:iam::111122223333:role/job",
      },
      "FARGATE",
    ],
  ])("%s", (_name, properties, platform) => {
    expect(check(properties, platform)).toBeUndefined();
  });
});

describe("checkVolumes refuses", () => {
  const volume = "containerProperties.volumes[0]";
  const mountPoint = "containerProperties.mountPoints[0]";
  test.each<[name: string, properties: ContainerProperties, text: string]>([
    ["no name", { volumes: [{ host: {} }] }, `${volume}.name is required`],
    [
      "a name that volumes do not have",
      { volumes: [{ name: "a b" }] },
      `${volume}.name must be 1 to 255 letters, digits, hyphens and underscores, got a b`,
    ],
    [
      "a name that is given twice",
      { volumes: [{ name: "a" }, { name: "a" }] },
      "containerProperties.volumes[1].name must be given once, got a again",
    ],
    [
      "two kinds in one",
      { volumes: [{ name: "a", host: {}, efsVolumeConfiguration: { fileSystemId: "fs-1" } }] },
      `${volume} must have at most one of host, efsVolumeConfiguration and s3filesVolumeConfiguration, got 2`,
    ],
    [
      "EFS without a file system",
      { volumes: efs({ fileSystemId: "" }) },
      `${EFS}.fileSystemId must not be empty`,
    ],
    [
      "a directory behind an access point",
      {
        volumes: efs({
          rootDirectory: "/x",
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId: "fsap-1" },
        }),
      },
      `${EFS}.rootDirectory must be absent or / with an access point, got /x`,
    ],
    [
      "an access point in the clear",
      { volumes: efs({ authorizationConfig: { accessPointId: "fsap-1" } }) },
      `${EFS}.transitEncryption must be ENABLED with an access point or IAM authorization`,
    ],
    [
      "IAM in the clear",
      { volumes: efs({ transitEncryption: "DISABLED", authorizationConfig: { iam: "ENABLED" } }) },
      `${EFS}.transitEncryption must be ENABLED with an access point or IAM authorization`,
    ],
    [
      "IAM without a job role",
      { volumes: efs({ transitEncryption: "ENABLED", authorizationConfig: { iam: "ENABLED" } }) },
      `${EFS}.authorizationConfig.iam must not be ENABLED without a job role`,
    ],
    [
      "a long directory",
      { volumes: efs({ rootDirectory: "/".repeat(4097) }) },
      `${EFS}.rootDirectory must have at most 4096 characters, got 4097`,
    ],
    [
      "a port that there is not",
      { volumes: efs({ transitEncryptionPort: 65_536 }) },
      `${EFS}.transitEncryptionPort must be between 0 and 65535, got 65536`,
    ],
    [
      "S3 Files without a file system",
      { volumes: [{ name: "v", s3filesVolumeConfiguration: { fileSystemArn: "" } }] },
      `${volume}.s3filesVolumeConfiguration.fileSystemArn must not be empty`,
    ],
    [
      "a mount point of no volume",
      { mountPoints: [{ containerPath: "/a" }] },
      `${mountPoint}.sourceVolume is required`,
    ],
    [
      "a mount point of another volume",
      { volumes: [{ name: "a" }], mountPoints: [{ sourceVolume: "b", containerPath: "/a" }] },
      `${mountPoint}.sourceVolume must name one of the volumes, got b`,
    ],
    [
      "a mount point that is nowhere",
      { volumes: [{ name: "a" }], mountPoints: [{ sourceVolume: "a", containerPath: "" }] },
      `${mountPoint}.containerPath is required`,
    ],
  ])("%s", (_name, properties, text) => {
    expect(check(properties)).toEqual(Refusal.bare(text));
  });

  test("EFS on a Fargate that is too old", () => {
    const fargatePlatformConfiguration = { platformVersion: "1.3.0" };
    expect(check({ volumes: efs({}), fargatePlatformConfiguration }, "FARGATE")).toEqual(
      Refusal.bare("EFS is supported for Fargate platform version 1.4.0"),
    );
  });

  test("S3 Files without a job role", () => {
    const s3filesVolumeConfiguration = { fileSystemArn: "arn:aws:s3files:x" };
    expect(check({ volumes: [{ name: "a", s3filesVolumeConfiguration }] })).toEqual(
      Refusal.wrapped("A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration."),
    );
  });

  test("a folder of the host on Fargate", () => {
    expect(check({ volumes: [{ name: "a", host: { sourcePath: "/x" } }] }, "FARGATE")).toEqual(
      Refusal.wrapped("host.sourcePath should not be set for volumes in Fargate."),
    );
  });
});
