import { array, assert, constantFrom, integer, property, record, string } from "fast-check";
import { onlyRun } from "../../../test/support/provider-driver.ts";
import { describe, expect, test } from "vitest";
import type { ContainerProperties } from "../../model/batch.ts";
import type { ContainerRun } from "../container-run.ts";
import type { CreateRequest, EngineDescription } from "./docker-engine.ts";
import { containerName, createDockerSpec } from "./docker-spec.ts";
import type { DockerSpecOptions } from "./docker-spec.ts";

const MIB = 1024 * 1024;
const TASK_ID = "0123456789abcdef0123456789abcdef";

const DOCKER: EngineDescription = {
  product: "docker",
  version: "20.10.24",
  apiVersion: "1.41",
  cgroupVersion: 1,
  cpuCount: 4,
  memoryBytes: 8_000_000_000,
  hasSwapLimit: true,
  storageDriver: "overlay2",
  operatingSystem: "linux",
  architecture: "amd64",
  hostName: "here",
  dataRoot: "/var/lib/docker",
};

const OPTIONS: DockerSpecOptions = {
  owner: "server-1",
  network: "batchyard",
  imageMap: [{ from: "registry.example", to: "localhost:5000" }],
  fileSystems: [{ id: "fs-2", folder: "/srv/two" }],
  engine: DOCKER,
  jobLogBytesMax: 100 * MIB,
};

const LOG_CONFIG = { Type: "local", Config: { "max-size": "52428800", "max-file": "2" } };

describe("createDockerSpec", () => {
  test("asks for no more than a plain job needs", () => {
    expect(createDockerSpec(aSpec({ image: "busybox:1", command: ["true"] }), OPTIONS)).toEqual({
      request: {
        Image: "busybox:1",
        Cmd: ["true"],
        Env: ["A=1", "B=2"],
        Labels: {
          "batchyard.owner": "server-1",
          "batchyard.task": TASK_ID,
          "batchyard.job": "job-1",
          "com.amazonaws.ecs.task-arn": `arn:aws:ecs:us-east-1:123456789012:task/AWSBatch-ce-1/${TASK_ID}`,
          "com.amazonaws.ecs.container-name": "default",
          "com.amazonaws.ecs.task-definition-family": "definition",
          "com.amazonaws.ecs.task-definition-version": "3",
          "com.amazonaws.ecs.cluster": "AWSBatch-ce-1",
        },
        HostConfig: {
          NetworkMode: "batchyard",
          LogConfig: LOG_CONFIG,
          CpuShares: 1536,
          Memory: 64 * MIB,
          MemorySwap: 64 * MIB,
        },
      },
    });
  });

  test("asks for all that a job can have", () => {
    const container: ContainerProperties = {
      image: "registry.example/team/app",
      user: "nobody",
      privileged: true,
      readonlyRootFilesystem: true,
      ulimits: [{ name: "nofile", softLimit: 10, hardLimit: 20 }],
      volumes: [{ name: "host", host: { sourcePath: "/data" } }, { name: "own" }, { name: "unused" }],
      mountPoints: [
        { sourceVolume: "host", containerPath: "/in", readOnly: true },
        { sourceVolume: "host", containerPath: "/out" },
        { sourceVolume: "own", containerPath: "/own" },
      ],
      linuxParameters: {
        initProcessEnabled: true,
        sharedMemorySize: 5,
        tmpfs: [
          { containerPath: "/run", size: 7, mountOptions: ["noexec", "mode=700"] },
          { containerPath: "/scratch", size: 8 },
        ],
        devices: [
          { hostPath: "/dev/null", containerPath: "/dev/nothing", permissions: ["READ", "MKNOD"] },
          { hostPath: "/dev/zero" },
        ],
        maxSwap: 16,
        swappiness: 30,
      },
    };
    expect(hostConfigOf(aSpec(container, { gpuCount: 2 }, true))).toEqual({
      NetworkMode: "batchyard",
      LogConfig: LOG_CONFIG,
      Binds: ["/data:/in:ro", "/data:/out"],
      Mounts: [
        {
          Type: "volume",
          Target: "/own",
          ReadOnly: false,
          VolumeOptions: { Labels: { "batchyard.owner": "server-1" } },
        },
      ],
      CpuShares: 1536,
      NanoCpus: 1_500_000_000,
      Memory: 64 * MIB,
      MemorySwap: 80 * MIB,
      MemorySwappiness: 30,
      DeviceRequests: [{ Driver: "", Count: 2, Capabilities: [["gpu"]] }],
      Privileged: true,
      ReadonlyRootfs: true,
      Ulimits: [{ Name: "nofile", Soft: 10, Hard: 20 }],
      Init: true,
      ShmSize: 5 * MIB,
      Tmpfs: { "/run": "size=7m,noexec,mode=700", "/scratch": "size=8m" },
      Devices: [
        { PathOnHost: "/dev/null", PathInContainer: "/dev/nothing", CgroupPermissions: "rm" },
        { PathOnHost: "/dev/zero", PathInContainer: "/dev/zero", CgroupPermissions: "rwm" },
      ],
    });
    const request = requestOf(aSpec(container));
    expect(request).toMatchObject({ Image: "localhost:5000/team/app:latest", User: "nobody" });
    expect(request).not.toHaveProperty("Cmd");
  });

  test.each<[name: string, container: ContainerProperties, failure: string]>([
    ["no image", { image: undefined }, "CannotCreateContainerError: the job definition names no image"],
    ["an empty image", { image: "" }, "CannotCreateContainerError: the job definition names no image"],
    [
      "a log router",
      { logConfiguration: { logDriver: "awsfirelens" } },
      "CannotCreateContainerError: the log driver awsfirelens needs a router container, which is not supported",
    ],
    [
      "EFS",
      { volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] },
      "ResourceInitializationError: volume data is fs-1 on Amazon EFS: say where its files are on the machine of the container engine: --efs-map fs-1=FOLDER",
    ],
    [
      "another platform",
      { runtimePlatform: { cpuArchitecture: "ARM64" } },
      "CannotCreateContainerError: runtimePlatform.cpuArchitecture is ARM64, but jobs run on amd64 here",
    ],
    [
      "a volume of its own at two places",
      {
        volumes: [{ name: "own", host: {} }],
        mountPoints: [
          { sourceVolume: "own", containerPath: "/a" },
          { sourceVolume: "own", containerPath: "/b" },
        ],
      },
      "InvalidVolumeError: volume own has no sourcePath, so it can be mounted once only",
    ],
  ])("refuses %s", (_name, container, failure) => {
    expect(createDockerSpec(aSpec({ image: "busybox:1", ...container }), OPTIONS)).toEqual({ failure });
  });

  test("binds the folder that stands for a file system of AWS", () => {
    const volumes = [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-2", rootDirectory: "/a" } }];
    const mountPoints = [{ sourceVolume: "data", containerPath: "/data", readOnly: true }];
    expect(hostConfigOf(aSpec({ image: "a:1", volumes, mountPoints }))).toMatchObject({
      Binds: ["/srv/two/a:/data:ro"],
    });
  });

  test("leaves the command to the image where the job has none", () => {
    expect(requestOf(aSpec({ image: "a:1", command: [] }))).not.toHaveProperty("Cmd");
  });

  test("gives each variable once, with its last value", () => {
    const names = constantFrom("A", "B", "C", "");
    const entries = array(record({ name: names, value: string() }), { maxLength: 8 });
    assert(
      property(entries, (environment) => {
        const { Env } = requestOf({ ...aSpec({ image: "a:1" }), environment });
        const expected = ["A", "B", "C"].flatMap((name) => {
          const last = environment.findLast((entry) => entry.name === name);
          return last === undefined ? [] : [`${name}=${last.value}`];
        });
        expect(Env.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  test.each<[vcpuMillis: number, shares: number, nanoCpus: number]>([
    [1, 2, 1_000_000],
    [250, 256, 250_000_000],
    [1000, 1024, 1_000_000_000],
    [4000, 4096, 4_000_000_000],
    [16_000, 16_384, 4_000_000_000],
    [1_000_000, 262_144, 4_000_000_000],
  ])(
    "turns %d thousandths of a vCPU into shares, and on Fargate into a limit",
    (vcpuMillis, shares, nanoCpus) => {
      expect(hostConfigOf(aSpec({ image: "a:1" }, { vcpuMillis }))).toMatchObject({ CpuShares: shares });
      expect(hostConfigOf(aSpec({ image: "a:1" }, { vcpuMillis }))).not.toHaveProperty("NanoCpus");
      expect(hostConfigOf(aSpec({ image: "a:1" }, { vcpuMillis }, true))).toMatchObject({
        CpuShares: shares,
        NanoCpus: nanoCpus,
      });
    },
  );

  test("never gives less memory than Docker takes, nor swap that nobody asked for", () => {
    assert(
      property(integer({ min: 1, max: 10_000 }), integer({ min: 0, max: 100 }), (memoryMiB, swappiness) => {
        const spec = aSpec({ image: "a:1", linuxParameters: { swappiness } }, { memoryMiB });
        const { Memory, ...config } = hostConfigOf(spec);
        expect(Memory).toBe(Math.max(memoryMiB, 6) * MIB);
        expect(config).toMatchObject({ MemorySwap: Memory });
        expect(config).not.toHaveProperty("MemorySwappiness");
      }),
    );
  });

  test("leaves out what the engine cannot limit", () => {
    const spec = aSpec({ image: "a:1", linuxParameters: { maxSwap: 1, swappiness: 1 } });
    const without = { ...OPTIONS, engine: { ...DOCKER, hasSwapLimit: false, cgroupVersion: 2 } as const };
    expect(hostConfigOf(spec, without)).not.toHaveProperty("MemorySwap");
    expect(hostConfigOf(spec, without)).not.toHaveProperty("MemorySwappiness");
  });
});

describe("the log driver", () => {
  const podman = { ...OPTIONS, engine: { ...DOCKER, product: "podman" } } as const;

  test.each<
    [
      name: string,
      configuration: ContainerProperties["logConfiguration"],
      options: DockerSpecOptions,
      expected: object,
    ]
  >([
    [
      "is local for CloudWatch Logs",
      { logDriver: "awslogs", options: { "awslogs-group": "/g" } },
      OPTIONS,
      LOG_CONFIG,
    ],
    ["is json-file on Podman", undefined, podman, { Type: "json-file", Config: { "max-size": "104857600" } }],
    [
      "is another with its options",
      { logDriver: "syslog", options: { "syslog-address": "udp://localhost:514" } },
      OPTIONS,
      { Type: "syslog", Config: { "syslog-address": "udp://localhost:514" } },
    ],
    ["is journald on Podman", { logDriver: "journald" }, podman, { Type: "journald", Config: {} }],
  ])("%s", (_name, logConfiguration, options, expected) => {
    expect(hostConfigOf(aSpec({ image: "a:1", logConfiguration }), options)).toMatchObject({
      LogConfig: expected,
    });
  });

  test("is refused where Podman has none", () => {
    const spec = aSpec({ image: "a:1", logConfiguration: { logDriver: "gelf" } });
    expect(createDockerSpec(spec, podman)).toEqual({
      failure: "CannotCreateContainerError: Podman has no log driver gelf: use json-file or journald",
    });
  });
});

test("a container is named for its task", () => {
  expect(containerName(TASK_ID)).toBe(`batchyard-${TASK_ID}`);
});

function aSpec(
  container: ContainerProperties,
  resources: Partial<ContainerRun["resources"]> = {},
  isVcpuLimited = false,
): ContainerRun {
  const properties = {
    name: "default",
    properties: container,
    resources: { vcpuMillis: 1500, memoryMiB: 64, gpuCount: 0, ...resources },
    isEssential: true,
    dependsOn: [],
    environment: [
      { name: "A", value: "0" },
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    logStreamId: "stream-1",
  };
  return onlyRun({
    taskId: TASK_ID,
    taskArn: `arn:aws:ecs:us-east-1:123456789012:task/AWSBatch-ce-1/${TASK_ID}`,
    jobId: "job-1",
    jobDefinitionArn: "arn:aws:batch:us-east-1:123456789012:job-definition/definition:3",
    containers: [properties],
    resources: properties.resources,
    isVcpuLimited,
  });
}

function requestOf(run: ContainerRun, options: DockerSpecOptions = OPTIONS): CreateRequest {
  const made = createDockerSpec(run, options);
  if ("failure" in made) throw new Error(made.failure);
  return made.request;
}

function hostConfigOf(run: ContainerRun, options: DockerSpecOptions = OPTIONS): CreateRequest["HostConfig"] {
  return requestOf(run, options).HostConfig;
}
