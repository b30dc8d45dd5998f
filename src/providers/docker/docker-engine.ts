import type { StoredImage } from "./image-eviction.ts";

/**
 * The part of a container engine's API that the provider uses: Docker's own, or Podman's compatible one.
 *
 * Containers are named by us, so that whatever is asked may be asked twice. What the engine refuses is an
 * `EngineRefusal`; an engine that cannot be reached, or goes away, is an `EngineAway`; what outlasts its signal rejects
 * with the signal's reason.
 */
export interface DockerEngine extends AsyncDisposable {
  /**
   * Answers once the engine is there and its API is one that we speak. Asks over a new connection: an engine on its way
   * out still serves those that it has.
   */
  describe(signal: AbortSignal): Promise<EngineDescription>;

  /** Makes the container; one of that name that is already there is left as it is. Answers its id. */
  createContainer(name: string, request: CreateRequest, signal: AbortSignal): Promise<string>;
  /** Harmless where it is running, or has run. */
  startContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Harmless where it does not run. */
  signalContainer(id: string, name: string, signal: AbortSignal): Promise<void>;
  /** Ends it if it runs, and takes its anonymous volumes along. Harmless where it is not there. */
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** By id or name; undefined where it is not there. */
  inspectContainer(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined>;
  /** Those that carry the label with the value, running or not. */
  listContainers(label: string, value: string, signal: AbortSignal): Promise<readonly ContainerListing[]>;
  /** What it uses at the moment; undefined where it does not run. */
  measureContainer(id: string, signal: AbortSignal): Promise<ContainerUse | undefined>;

  /** What happens to containers that carry the label with the value, from now on; ends by rejecting. */
  events(label: string, value: string, signal: AbortSignal): AsyncIterable<ContainerEvent>;
  /**
   * Whether the engine has not been started anew since the instant at which a container of it came up. True also where
   * that cannot be told.
   */
  hasRunSince(atMs: number, signal: AbortSignal): Promise<boolean>;
  /** Whether the engine has not been started anew since it made the container. True also where that cannot be told. */
  remembersMaking(id: string, signal: AbortSignal): Promise<boolean>;
  /**
   * What it printed, from its first byte that the engine still has. Pieces in the order in which the engine wrote them.
   * A log that is followed rejects with `LogCutShort` where the engine ended it before its end.
   */
  readLog(id: string, reading: LogReading, signal: AbortSignal): AsyncIterable<readonly LogPiece[]>;

  /** Undefined where the engine does not have it. */
  inspectImage(reference: string, signal: AbortSignal): Promise<ImageFacts | undefined>;
  /**
   * Gets it from its registry; `onProgress` gets a phrase now and then, as in `12 of 40 MB`, empty before sizes are
   * known. The reference must have a tag or a digest: without one, all tags are pulled.
   *
   * @param registryAuth credentials as the engine wants them in its header.
   */
  pullImage(
    reference: string,
    onProgress: (text: string) => void,
    signal: AbortSignal,
    registryAuth?: string,
  ): Promise<void>;

  /** Makes an image of that name out of a tar archive with its root file system. */
  importImage(reference: string, archive: Uint8Array, signal: AbortSignal): Promise<void>;

  /** Takes the name away from the image, and the image with its last name. Refused while a container has that. */
  removeImage(reference: string, signal: AbortSignal): Promise<void>;
  /** What it has on its disk. It looks through all of it, which takes its time. */
  measureDisk(signal: AbortSignal): Promise<EngineDisk>;

  /** Names of those that carry the label with the value. */
  listVolumes(label: string, value: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Harmless where it is not there. Refused while a container has it. */
  removeVolume(name: string, signal: AbortSignal): Promise<void>;
  /** Removes the anonymous volumes that carry the label with the value and belong to no container. */
  removeUnusedVolumes(label: string, value: string, signal: AbortSignal): Promise<void>;

  /** Makes the bridge network if it is not there. */
  ensureNetwork(network: NetworkRequest, signal: AbortSignal): Promise<void>;
  /** Those that carry the label with the value. */
  listNetworks(label: string, value: string, signal: AbortSignal): Promise<readonly NetworkListing[]>;
  /** Harmless where it is not there. Refused while a container that runs is in it. */
  removeNetwork(name: string, signal: AbortSignal): Promise<void>;
}

export interface NetworkRequest {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Nothing outside can be reached from it. */
  readonly isInternal: boolean;
}

export interface NetworkListing {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface EngineDescription {
  readonly product: "docker" | "podman";
  readonly version: string;
  readonly apiVersion: string;
  readonly cgroupVersion: 1 | 2;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly hasSwapLimit: boolean;
  readonly storageDriver: string;
  /** As Go names them: `linux`, `amd64`. */
  readonly operatingSystem: string;
  readonly architecture: string;
  /** Of the machine that it runs on. */
  readonly hostName: string;
  /** Its folder there. */
  readonly dataRoot: string;
}

/** The body of the engine's own create call, as far as we use it: https://docs.docker.com/reference/api/engine/ */
export interface CreateRequest {
  readonly Image: string;
  readonly Cmd?: readonly string[];
  readonly Env: readonly string[];
  readonly User?: string;
  readonly StopSignal?: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  /** Absent until it has come up. */
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** What the engine says went wrong; empty where nothing did. */
  readonly error: string;
  /** 0 while it does not run. */
  readonly pid: number;
  /** The signal that asks it to stop, as in `SIGTERM`. */
  readonly stopSignal: string;
  /** The IPv4 address that its network gave it; absent while it does not run, or where it has none of its own. */
  readonly address?: string;
}

export interface ContainerListing {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerUse {
  /** The highest so far where the engine knows it, else that of the moment. */
  readonly memoryBytes: number;
  readonly cpuTimeMs: number;
}

export interface ContainerEvent {
  readonly containerId: string;
  /** `kill`: somebody has sent it a signal. */
  readonly kind: "start" | "oom" | "kill" | "die";
  readonly labels: Readonly<Record<string, string>>;
}

export interface LogReading {
  /** Also what is still to come, until the container ends. */
  readonly follow: boolean;
  /** Leaves out pieces with an earlier stamp: seconds since 1970 by the engine's clock. */
  readonly sinceSeconds?: number;
}

export interface LogPiece {
  /** The engine's own stamp to the nanosecond, as text: a mark to find the piece by again. */
  readonly stamp: string;
  readonly bytes: Uint8Array;
}

export interface ImageFacts {
  readonly id: string;
  readonly sizeBytes: number;
}

export interface EngineDisk {
  /** What all images take together. */
  readonly layerBytes: number;
  readonly images: readonly StoredImage[];
  readonly containers: readonly ContainerDisk[];
  readonly volumes: readonly VolumeDisk[];
}

export interface ContainerDisk {
  readonly labels: Readonly<Record<string, string>>;
  readonly imageId: string;
  /** What it has written over its image. */
  readonly writtenBytes: number;
  readonly volumeNames: readonly string[];
}

export interface VolumeDisk {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
}

/** The engine said no: `status` is that of HTTP, the message the engine's own words. */
export class EngineRefusal extends Error {
  override readonly name = "EngineRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The engine ended a log that was followed, and there is more of it. */
export class LogCutShort extends Error {
  override readonly name = "LogCutShort";
}

/** The engine cannot be reached. The message says what was tried; the cause is kept. */
export class EngineAway extends Error {
  override readonly name = "EngineAway";
}
