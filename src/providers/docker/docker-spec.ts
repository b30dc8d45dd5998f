import { parseResourceArn } from "../../batch/arn.ts";
import type { ContainerProperties, Device, LinuxParameters, Tmpfs } from "../../model/batch.ts";
import { ADDRESS_VARIABLE, type ContainerRun, hasSeveral } from "../container-run.ts";
import { findPlatformFailure } from "../find-platform-failure.ts";
import type { AttemptSpec } from "../provider.ts";
import type { CreateRequest, EngineDescription } from "./docker-engine.ts";
import { createLogConfig } from "./docker-logging.ts";
import { createMounts } from "./docker-volumes.ts";
import type { FileSystemMap } from "./file-system-map.ts";
import { mapImage } from "./image-map.ts";
import type { ImageMap } from "./image-map.ts";
import { withDefaultTag } from "./image-reference.ts";

export interface DockerSpecOptions {
  /** Tells our containers from those of another server on the same engine. */
  readonly owner: string;
  /** `host`, or the name of a network. */
  readonly network: string;
  readonly imageMap: ImageMap;
  readonly fileSystems: FileSystemMap;
  readonly engine: EngineDescription;
  /** How much of a container's output the engine keeps. */
  readonly jobLogBytesMax: number;
}

/** What to ask of the engine for a container, or the container's reason for which it cannot start. */
export type DockerSpec = { readonly request: CreateRequest } | { readonly failure: string };

export const OWNER_LABEL = "batchyard.owner";
/** All containers of a task have it. */
export const TASK_LABEL = "batchyard.task";
/** Tells all but the first of them apart. */
export const RUN_LABEL = "batchyard.run";

const BYTES_PER_MIB = 1024 * 1024;
/** What Docker asks for at least; AWS Batch allows 4 MiB. */
const MEMORY_BYTES_MIN = 6 * BYTES_PER_MIB;
/** The kernel's range of shares, of which 1024 are a vCPU. */
const CPU_SHARES = { perVcpu: 1024, min: 2, max: 262_144 };
const NANO_CPUS_PER_VCPU_MILLI = 1_000_000;
const NANO_CPUS_PER_CPU = 1_000_000_000;

/** Whose container it is; undefined where that cannot be told. */
export function findRunId(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[RUN_LABEL] ?? labels[TASK_LABEL];
}

/** The name by which a container is asked for again. */
export function containerName(runId: string): string {
  return `batchyard-${runId}`;
}

/**
 * Says what to ask of the engine for a container (specification 4.2, 4.7, 4.9 to 4.11), as ECS does it.
 *
 * Order of checks: secrets, image, platform, log driver, volumes. The engine keeps the environment in its own files, secrets included.
 */
export function createDockerSpec(run: ContainerRun, options: DockerSpecOptions): DockerSpec {
  const { properties: container, secrets } = run;
  if (secrets !== undefined && "failure" in secrets) return { failure: secrets.failure };
  if (container.image === undefined || container.image === "") {
    return { failure: "CannotCreateContainerError: the job definition names no image" };
  }
  const unfit = findPlatformFailure(container.runtimePlatform, options.engine);
  if (unfit !== undefined) return { failure: unfit };
  const logConfig = createLogConfig(container.logConfiguration, options);
  if ("failure" in logConfig) return logConfig;
  const mounts = createMounts(container, {
    labels: { [OWNER_LABEL]: options.owner },
    fileSystems: options.fileSystems,
    shareAs: (index) => (hasSeveral(run.task) ? sharedVolumeName(run.task.taskId, index) : undefined),
  });
  if ("failure" in mounts) return mounts;

  const command = container.command ?? [];
  const request: CreateRequest = {
    Image: withDefaultTag(mapImage(container.image, options.imageMap)),
    ...(command.length === 0 ? {} : { Cmd: command }),
    Env: createEnvironment([...run.environment, ...addressVariable(run), ...(secrets?.variables ?? [])]),
    ...(container.user === undefined ? {} : { User: container.user }),
    Labels: createLabels(run, options.owner),
    HostConfig: {
      NetworkMode: options.network,
      ...createModes(run.task),
      LogConfig: logConfig,
      ...mounts,
      ...createCpuLimits(run, options.engine),
      ...createMemoryLimits(run, options.engine),
      ...createGpuRequest(run.resources.gpuCount),
      ...createPrivileges(container),
      ...createLinuxSettings(container.linuxParameters ?? {}),
    },
  };
  return { request };
}

/** The volumes without a source that the containers of a task may share. */
export function sharedVolumesOf({ taskId, containers }: AttemptSpec): readonly string[] {
  const { volumes = [] } = containers[0]?.properties ?? {};
  return volumes.map((_volume, index) => sharedVolumeName(taskId, index));
}

function sharedVolumeName(taskId: string, index: number): string {
  return `${containerName(taskId)}-volume-${index}`;
}

/** The task that a volume was made for; undefined for one that is not shared by containers of ours. */
export function taskOfVolume(name: string): string | undefined {
  return SHARED_VOLUME.exec(name)?.[1];
}

const SHARED_VOLUME = new RegExp(`^${containerName("(.+)")}-volume-\\d+$`);

function addressVariable({ address }: ContainerRun): ContainerRun["environment"] {
  return address === undefined ? [] : [{ name: ADDRESS_VARIABLE, value: address }];
}

/** The last entry of a name wins. */
function createEnvironment(entries: ContainerRun["environment"]): string[] {
  const environment = new Map(entries.map(({ name, value }) => [name, value]));
  environment.delete("");
  return [...environment].map(([name, value]) => `${name}=${value}`);
}

/** Ours, and those of the ECS agent, by which tools find the containers of a task. */
function createLabels(
  { runId, name, task: { taskId, taskArn, jobId, jobDefinitionArn } }: ContainerRun,
  owner: string,
): Record<string, string> {
  const definition = parseResourceArn(jobDefinitionArn);
  const revision = definition?.resourceType === "job-definition" ? definition.revision : undefined;
  return {
    [OWNER_LABEL]: owner,
    [TASK_LABEL]: taskId,
    ...(runId === taskId ? {} : { [RUN_LABEL]: runId }),
    "batchyard.job": jobId,
    "com.amazonaws.ecs.task-arn": taskArn,
    "com.amazonaws.ecs.container-name": name,
    "com.amazonaws.ecs.task-definition-family": definition?.name ?? "",
    "com.amazonaws.ecs.task-definition-version": String(revision ?? ""),
    "com.amazonaws.ecs.cluster": taskArn.split("/")[1] ?? "",
  };
}

/** What containers share with each other is seen to where they are put together. */
function createModes({ ipcMode, pidMode }: AttemptSpec): object {
  return {
    ...(ipcMode === "host" || ipcMode === "none" ? { IpcMode: ipcMode } : {}),
    ...(pidMode === "host" ? { PidMode: pidMode } : {}),
  };
}

/** vCPUs are a share of time; on Fargate also a limit, which no engine takes above what its machine has. */
function createCpuLimits(
  { resources, task: { isVcpuLimited } }: ContainerRun,
  engine: EngineDescription,
): object {
  const shares = Math.round((resources.vcpuMillis * CPU_SHARES.perVcpu) / 1000);
  const nanoCpus = resources.vcpuMillis * NANO_CPUS_PER_VCPU_MILLI;
  return {
    CpuShares: Math.min(Math.max(shares, CPU_SHARES.min), CPU_SHARES.max),
    ...(isVcpuLimited ? { NanoCpus: Math.min(nanoCpus, engine.cpuCount * NANO_CPUS_PER_CPU) } : {}),
  };
}

/** There is no swap unless `maxSwap` grants some; the engine counts memory and swap together. */
function createMemoryLimits(
  { resources, properties }: ContainerRun,
  { hasSwapLimit, cgroupVersion }: EngineDescription,
): object {
  const { maxSwap, swappiness } = properties.linuxParameters ?? {};
  const memory = Math.max(resources.memoryMiB * BYTES_PER_MIB, MEMORY_BYTES_MIN);
  // Swappiness of a container is a notion of the first cgroups only.
  const hasSwappiness = maxSwap !== undefined && swappiness !== undefined && cgroupVersion === 1;
  return {
    Memory: memory,
    ...(hasSwapLimit ? { MemorySwap: memory + (maxSwap ?? 0) * BYTES_PER_MIB } : {}),
    ...(hasSwappiness ? { MemorySwappiness: swappiness } : {}),
  };
}

/** As `docker run --gpus n`. Unverified: no machine with a GPU has run it yet. */
function createGpuRequest(gpuCount: number): object {
  if (gpuCount === 0) return {};
  return { DeviceRequests: [{ Driver: "", Count: gpuCount, Capabilities: [["gpu"]] }] };
}

function createPrivileges({ privileged, readonlyRootFilesystem, ulimits = [] }: ContainerProperties): object {
  return {
    ...(privileged === true ? { Privileged: true } : {}),
    ...(readonlyRootFilesystem === true ? { ReadonlyRootfs: true } : {}),
    ...(ulimits.length === 0
      ? {}
      : {
          Ulimits: ulimits.map(({ name, softLimit, hardLimit }) => ({
            Name: name,
            Soft: softLimit,
            Hard: hardLimit,
          })),
        }),
  };
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html */
function createLinuxSettings({
  initProcessEnabled,
  sharedMemorySize,
  tmpfs = [],
  devices = [],
}: LinuxParameters): object {
  return {
    ...(initProcessEnabled === true ? { Init: true } : {}),
    ...(sharedMemorySize === undefined ? {} : { ShmSize: sharedMemorySize * BYTES_PER_MIB }),
    ...(tmpfs.length === 0 ? {} : { Tmpfs: Object.fromEntries(tmpfs.map(createTmpfs)) }),
    ...(devices.length === 0 ? {} : { Devices: devices.map(createDevice) }),
  };
}

function createTmpfs({ containerPath, size, mountOptions = [] }: Tmpfs): [path: string, options: string] {
  return [containerPath, [`size=${size}m`, ...mountOptions].join(",")];
}

function createDevice({ hostPath, containerPath = hostPath, permissions = [] }: Device): object {
  const letters = permissions.map((permission) => DEVICE_PERMISSIONS[permission]).join("");
  return {
    PathOnHost: hostPath,
    PathInContainer: containerPath,
    CgroupPermissions: letters === "" ? "rwm" : letters,
  };
}

const DEVICE_PERMISSIONS = { READ: "r", WRITE: "w", MKNOD: "m" } as const;
