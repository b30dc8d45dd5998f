import { describe, expect, test } from "vitest";
import { ec2Container, fargateContainer } from "../../test/support/batch-values.ts";
import type { ContainerProperties, PlatformCapability } from "../model/batch.ts";
import { parseContainerProperties } from "./container-properties.ts";
import { Refusal } from "./refusal.ts";

const EMPTY_LISTS = {
  command: [],
  environment: [],
  mountPoints: [],
  secrets: [],
  ulimits: [],
  volumes: [],
};

describe("parseContainerProperties takes", () => {
  test("a container for EC2 and adds the lists that AWS adds (section 16, line 10)", () => {
    expect(parseContainerProperties(ec2Container(), [])).toEqual({ ...ec2Container(), ...EMPTY_LISTS });
  });

  test("a container in the deprecated spelling as it was sent", () => {
    const properties = { image: "busybox", vcpus: 1, memory: 64 };
    expect(parseContainerProperties(properties, ["EC2"])).toEqual({
      ...properties,
      ...EMPTY_LISTS,
      resourceRequirements: [],
    });
  });

  test("a container for Fargate and adds its platform version (section 16, line 10)", () => {
    expect(parseContainerProperties(fargateContainer(), ["FARGATE"])).toEqual({
      ...fargateContainer(),
      ...EMPTY_LISTS,
      fargatePlatformConfiguration: { platformVersion: "LATEST" },
    });
  });

  test("all that a container on EC2 may have, and adds the lists within", () => {
    const properties = ec2Container({
      image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/a_b-c@sha256:0a#1",
      command: ["echo", "", "Ref::x"],
      environment: [{ name: "A", value: "" }, { name: "B" }],
      secrets: [{ name: "S", valueFrom: "parameter" }],
      user: "nobody",
      privileged: true,
      readonlyRootFilesystem: true,
      ulimits: [{ name: "nofile", softLimit: 10, hardLimit: 20 }],
      linuxParameters: { devices: [{ hostPath: "/dev/fuse" }], tmpfs: [{ containerPath: "/t", size: 1 }] },
      logConfiguration: { logDriver: "journald" },
    });
    expect(parseContainerProperties(properties, ["EC2"])).toEqual({
      ...EMPTY_LISTS,
      ...properties,
      linuxParameters: {
        devices: [{ hostPath: "/dev/fuse", permissions: [] }],
        tmpfs: [{ containerPath: "/t", size: 1, mountOptions: [] }],
      },
      logConfiguration: { logDriver: "journald", options: {}, secretOptions: [] },
    });
  });

  test("all that a container on Fargate may have", () => {
    const properties = fargateContainer({
      privileged: false,
      ulimits: [],
      networkConfiguration: { assignPublicIp: "ENABLED" },
      fargatePlatformConfiguration: { platformVersion: "1.4.0" },
      ephemeralStorage: { sizeInGiB: 200 },
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
      linuxParameters: { initProcessEnabled: true },
    });
    expect(parseContainerProperties(properties, ["FARGATE"])).toEqual({
      ...EMPTY_LISTS,
      ...properties,
      linuxParameters: { initProcessEnabled: true, devices: [], tmpfs: [] },
    });
  });
});

describe("parseContainerProperties refuses", () => {
  const ulimits = [{ name: "files", softLimit: 1, hardLimit: 1 }];
  test.each<[name: string, properties: ContainerProperties, text: string]>([
    ["no image", { image: undefined }, "containerProperties.image is required"],
    ["an empty image", { image: "" }, "containerProperties.image is required"],
    [
      "a long image",
      { image: "i".repeat(256) },
      "containerProperties.image must have at most 255 characters, got 256",
    ],
    [
      "a character that images do not have",
      { image: "a b" },
      "containerProperties.image must be made of letters, digits and -_:./#@, got a b",
    ],
    [
      "a reserved variable (section 16, line 20)",
      { environment: [{ name: "A" }, { name: "AWS_BATCH_X", value: "1" }] },
      "containerProperties.environment[1].name must not begin with AWS_BATCH, got AWS_BATCH_X",
    ],
    [
      "a command that cannot be passed on",
      { command: ["a", "b\0c"] },
      "containerProperties.command[1] must not contain a null character",
    ],
    ["a bad user", { user: "No Body" }, "User 'No Body' does not match regex"],
    ["a user that is too long", { user: "u".repeat(32) }, `User '${"u".repeat(32)}' does not match regex`],
    [
      "a limit that there is not",
      { ulimits },
      "containerProperties.ulimits[0].name must be one of core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack, got files",
    ],
    [
      "an instance type",
      { instanceType: "m5.large" },
      "containerProperties.instanceType must be absent: it is for multi-node parallel jobs only",
    ],
    [
      "a secret without a name",
      { secrets: [{ name: "", valueFrom: "x" }] },
      "containerProperties.secrets[0].name must not be empty",
    ],
    [
      "a secret that takes the place of a variable of Batch's",
      { secrets: [{ name: "AWS_BATCH_JOB_ID", valueFrom: "x" }] },
      "containerProperties.secrets[0].name must not begin with AWS_BATCH, got AWS_BATCH_JOB_ID",
    ],
    [
      "a secret whose name is no variable's",
      { secrets: [{ name: "A=B", valueFrom: "x" }] },
      "containerProperties.secrets[0].name must not contain = or a null character, got A=B",
    ],
    ["a network", { networkConfiguration: {} }, "networkConfiguration not applicable for EC2."],
    [
      "a platform version",
      { fargatePlatformConfiguration: {} },
      "fargatePlatformConfiguration not applicable for EC2.",
    ],
    ["storage", { ephemeralStorage: { sizeInGiB: 21 } }, "ephemeralStorage not applicable for EC2."],
    ["a runtime", { runtimePlatform: {} }, "runtimePlatform not applicable for EC2."],
    [
      "bad linuxParameters",
      { linuxParameters: { maxSwap: -1 } },
      "containerProperties.linuxParameters.maxSwap must be at least 0, got -1",
    ],
    ["a bad volume", { volumes: [{}] }, "containerProperties.volumes[0].name is required"],
    [
      "a bad log group",
      { logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "" } } },
      "containerProperties.logConfiguration.options.awslogs-group must be 1 to 512 letters, digits and .-_/#, got ",
    ],
  ])("on EC2 %s", (_name, members, text) => {
    expect(parseContainerProperties(ec2Container(members), ["EC2"])).toEqual(refusalOf(text));
  });

  const runtime = "containerProperties.runtimePlatform";
  const windows = { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" };
  test.each<[name: string, properties: ContainerProperties, text: string]>([
    ["privileges", { privileged: true }, "privileged is not applicable for Fargate."],
    ["limits", { ulimits }, "ulimits is not applicable for Fargate."],
    [
      "no execution role",
      { executionRoleArn: undefined },
      "containerProperties.executionRoleArn is required for Fargate",
    ],
    [
      "a platform version that is none",
      { fargatePlatformConfiguration: { platformVersion: "newest" } },
      "containerProperties.fargatePlatformConfiguration.platformVersion must be LATEST or such as 1.4.0, got newest",
    ],
    [
      "too little storage",
      { ephemeralStorage: { sizeInGiB: 20 } },
      "Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB",
    ],
    [
      "too much storage",
      { ephemeralStorage: { sizeInGiB: 201 } },
      "Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB",
    ],
    [
      "another system",
      { runtimePlatform: { operatingSystemFamily: "BSD" } },
      `${runtime}.operatingSystemFamily must be one of LINUX, WINDOWS_SERVER_2019_CORE, WINDOWS_SERVER_2019_FULL, WINDOWS_SERVER_2022_CORE, WINDOWS_SERVER_2022_FULL, got BSD`,
    ],
    [
      "another architecture",
      { runtimePlatform: { cpuArchitecture: "RISCV" } },
      `${runtime}.cpuArchitecture must be one of X86_64, ARM64, got RISCV`,
    ],
    [
      "Windows on ARM",
      { runtimePlatform: { ...windows, cpuArchitecture: "ARM64" } },
      `${runtime}.cpuArchitecture must be X86_64 for Windows, got ARM64`,
    ],
    [
      "Windows with Linux parameters",
      { runtimePlatform: windows, linuxParameters: {} },
      "containerProperties.linuxParameters must be absent for Windows",
    ],
    [
      "Windows with a user",
      { runtimePlatform: windows, user: "nobody" },
      "containerProperties.user must be absent for Windows",
    ],
    [
      "Windows with a root that is read only",
      { runtimePlatform: windows, readonlyRootFilesystem: true },
      "containerProperties.readonlyRootFilesystem must be absent for Windows",
    ],
    [
      "Windows with EFS",
      {
        runtimePlatform: windows,
        volumes: [{ name: "a" }, { name: "b", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
      },
      "containerProperties.volumes[1].efsVolumeConfiguration must be absent for Windows",
    ],
    [
      "a device",
      { linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } },
      "linuxParameter.devices is not allowed for Fargate.",
    ],
    [
      "a log driver",
      { logConfiguration: { logDriver: "gelf" } },
      "Log driver for Fargate is not valid: gelf",
    ],
  ])("on Fargate %s", (_name, members, text) => {
    expect(parseContainerProperties(fargateContainer(members), ["FARGATE"])).toEqual(refusalOf(text));
  });

  test.each<[capabilities: readonly PlatformCapability[], expected: Refusal]>([
    [["EC2"], Refusal.wrapped("vCPU is not provided.")],
    [["FARGATE"], Refusal.wrapped("vCPU is not provided.")],
  ])("for %j a container without resources", (capabilities, expected) => {
    expect(parseContainerProperties({ image: "busybox" }, capabilities)).toEqual(expected);
  });
});

/** AWS wraps its texts but for the one on users; those of ours begin with a path. */
function refusalOf(text: string): Refusal {
  return /^(containerProperties\.|User )/.test(text) ? Refusal.bare(text) : Refusal.wrapped(text);
}
