import type {
  ContainerDisk,
  ContainerEvent,
  ContainerFacts,
  ContainerListing,
  ContainerUse,
  EngineDescription,
  EngineDisk,
  ImageFacts,
  NetworkListing,
  VolumeDisk,
} from "./docker-engine.ts";
import type { StoredImage } from "./image-eviction.ts";

// The engine's answers as it sends them, member by member what we read: https://docs.docker.com/reference/api/engine/
// Podman leaves some of them out, so each is optional.

export interface VersionAnswer {
  readonly Version?: string;
  readonly ApiVersion?: string;
  readonly MinAPIVersion?: string;
  readonly Os?: string;
  readonly Arch?: string;
  readonly Components?: readonly { readonly Name?: string }[] | null;
}

export interface InfoAnswer {
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly SwapLimit?: boolean;
  readonly Driver?: string;
  readonly CgroupVersion?: string;
  readonly Name?: string;
  readonly DockerRootDir?: string;
}

export interface ContainerAnswer {
  readonly Id: string;
  readonly Name?: string;
  readonly Config?: { readonly Labels?: Labels | null; readonly StopSignal?: string | number };
  readonly State?: {
    readonly Status?: string;
    readonly StartedAt?: string;
    readonly FinishedAt?: string;
    readonly ExitCode?: number;
    readonly OOMKilled?: boolean;
    readonly Error?: string;
    readonly Pid?: number;
  };
  readonly NetworkSettings?: {
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string } | null>> | null;
  };
}

export interface NetworkAnswer {
  readonly Name?: string;
  readonly Labels?: Labels | null;
}

export interface VolumesAnswer {
  readonly Volumes?: readonly { readonly Name: string }[] | null;
}

export interface ListingAnswer {
  readonly Id: string;
  readonly Labels?: Labels | null;
}

export interface StatsAnswer {
  readonly pids_stats?: { readonly current?: number };
  readonly memory_stats?: { readonly usage?: number; readonly max_usage?: number };
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
}

export interface EventAnswer {
  readonly Action?: string;
  readonly timeNano?: number;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Labels | null };
}

export interface ImageAnswer {
  readonly Id: string;
  readonly Size?: number;
}

export interface DiskAnswer {
  readonly LayersSize?: number;
  readonly Images?: readonly StoredImageAnswer[] | null;
  readonly Containers?: readonly ContainerDiskAnswer[] | null;
  readonly Volumes?: readonly VolumeDiskAnswer[] | null;
}

interface StoredImageAnswer {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size?: number;
  readonly SharedSize?: number;
}

interface ContainerDiskAnswer {
  readonly Labels?: Labels | null;
  readonly ImageID?: string;
  readonly SizeRw?: number;
  readonly Mounts?: readonly { readonly Type?: string; readonly Name?: string }[] | null;
}

interface VolumeDiskAnswer {
  readonly Name: string;
  readonly Labels?: Labels | null;
  readonly UsageData?: { readonly Size?: number } | null;
}

export interface PullAnswer {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

type Labels = Readonly<Record<string, string>>;

const DEFAULT_STOP_SIGNAL = "SIGTERM";

export function parseDescription(
  version: VersionAnswer,
  info: InfoAnswer,
  apiVersion: string,
): EngineDescription {
  const isPodman = version.Components?.some(({ Name }) => Name === "Podman Engine") ?? false;
  return {
    product: isPodman ? "podman" : "docker",
    version: version.Version ?? "",
    apiVersion,
    cgroupVersion: info.CgroupVersion === "2" ? 2 : 1,
    cpuCount: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    hasSwapLimit: info.SwapLimit ?? false,
    storageDriver: info.Driver ?? "",
    operatingSystem: version.Os ?? "",
    architecture: version.Arch ?? "",
    hostName: info.Name ?? "",
    dataRoot: info.DockerRootDir ?? "",
  };
}

export function parseContainer(answer: ContainerAnswer): ContainerFacts {
  const { Id, Name = "", Config = {}, State = {}, NetworkSettings = {} } = answer;
  const startedAtMs = parseInstant(State.StartedAt);
  const finishedAtMs = parseInstant(State.FinishedAt);
  const addresses = Object.values(NetworkSettings.Networks ?? {}).map((network) => network?.IPAddress ?? "");
  const address = addresses.find((each) => each !== "");
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    labels: Config.Labels ?? {},
    status: parseStatus(State.Status),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(finishedAtMs === undefined ? {} : { finishedAtMs }),
    exitCode: State.ExitCode ?? 0,
    isOutOfMemory: State.OOMKilled ?? false,
    error: State.Error ?? "",
    pid: State.Pid ?? 0,
    stopSignal: parseStopSignal(Config.StopSignal),
    ...(address === undefined ? {} : { address }),
  };
}

export function parseNetwork({ Name = "", Labels }: NetworkAnswer): NetworkListing {
  return { name: Name, labels: Labels ?? {} };
}

export function parseListing({ Id, Labels }: ListingAnswer): ContainerListing {
  return { id: Id, labels: Labels ?? {} };
}

/** Undefined for the zeros that an engine gives of a container that does not run. */
export function parseUse({ memory_stats: memory, cpu_stats: cpu }: StatsAnswer): ContainerUse | undefined {
  const cpuNanoseconds = cpu?.cpu_usage?.total_usage ?? 0;
  const memoryBytes = memory?.max_usage ?? memory?.usage ?? 0;
  if (cpuNanoseconds === 0 && memoryBytes === 0) return undefined;
  return { memoryBytes, cpuTimeMs: Math.round(cpuNanoseconds / 1e6) };
}

/** Undefined for an event that says nothing of a container's life. */
export function parseEvent({ Action, Actor }: EventAnswer): ContainerEvent | undefined {
  const kind = Action === "died" ? "die" : Action;
  if (kind !== "start" && kind !== "oom" && kind !== "kill" && kind !== "die") return undefined;
  return { containerId: Actor?.ID ?? "", kind, labels: Actor?.Attributes ?? {} };
}

export function parseImage({ Id, Size = 0 }: ImageAnswer): ImageFacts {
  return { id: Id, sizeBytes: Size };
}

export function parseDisk({ LayersSize = 0, Images, Containers, Volumes }: DiskAnswer): EngineDisk {
  return {
    layerBytes: LayersSize,
    images: (Images ?? []).map(parseStoredImage),
    containers: (Containers ?? []).map(parseContainerDisk),
    volumes: (Volumes ?? []).map(parseVolumeDisk),
  };
}

/** A size that the engine has not measured is -1; a name that an image does not have any more is `<none>`. */
function parseStoredImage(image: StoredImageAnswer): StoredImage {
  const { Id, RepoTags, RepoDigests, Size = 0, SharedSize = 0 } = image;
  return {
    id: Id,
    tags: (RepoTags ?? []).filter(isImageName),
    digests: (RepoDigests ?? []).filter(isImageName),
    sizeBytes: Math.max(0, Size),
    uniqueBytes: Math.max(0, Size - Math.max(0, SharedSize)),
  };
}

function isImageName(name: string): boolean {
  return !name.includes("<none>");
}

function parseContainerDisk({
  Labels,
  ImageID = "",
  SizeRw = 0,
  Mounts,
}: ContainerDiskAnswer): ContainerDisk {
  const volumes = (Mounts ?? []).filter(({ Type }) => Type === "volume");
  return {
    labels: Labels ?? {},
    imageId: ImageID,
    writtenBytes: Math.max(0, SizeRw),
    volumeNames: volumes.map(({ Name = "" }) => Name),
  };
}

function parseVolumeDisk({ Name, Labels, UsageData }: VolumeDiskAnswer): VolumeDisk {
  return { name: Name, labels: Labels ?? {}, sizeBytes: Math.max(0, UsageData?.Size ?? 0) };
}

/** The engine writes the year 1 for an instant that has not been. */
function parseInstant(text = ""): number | undefined {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || atMs <= 0 ? undefined : atMs;
}

/** What is neither here nor in Docker's list has not come up yet: Podman's `configured` and `initialized`. */
function parseStatus(status = ""): ContainerFacts["status"] {
  return STATUSES[status] ?? "created";
}

const STATUSES: Readonly<Record<string, ContainerFacts["status"]>> = {
  running: "running",
  paused: "paused",
  restarting: "restarting",
  removing: "removing",
  exited: "exited",
  dead: "dead",
  stopping: "running",
  stopped: "exited",
};

function parseStopSignal(signal: string | number | undefined): string {
  if (signal === undefined || signal === "" || signal === 0) return DEFAULT_STOP_SIGNAL;
  const text = String(signal);
  return /^\d+$/.test(text) || text.startsWith("SIG") ? text : `SIG${text}`;
}
