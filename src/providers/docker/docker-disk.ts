import { once } from "node:events";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { Clock } from "../../lib/clock.ts";
import {
  type CountedUse,
  type DiskKeeper,
  type DiskOptions,
  DiskWatch,
  type WatchedFolder,
  measureFolder,
} from "../disk-watch.ts";
import { type EngineDisk, EngineAway, type EngineDescription, EngineRefusal } from "./docker-engine.ts";
import { OWNER_LABEL } from "./docker-spec.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import { type Eviction, chooseEvictions, pulledImageBytes } from "./image-eviction.ts";
import { familiarName } from "./image-reference.ts";
import { PulledImages } from "./pulled-images.ts";

export interface DockerDiskOptions {
  readonly link: EngineLink;
  readonly owner: string;
  /** Where it is noted which images were pulled. */
  readonly dir: string;
  readonly clock: Clock;
  /** Absent: the disk is not watched. */
  readonly disk: DiskOptions | undefined;
  /** Names of the images of attempts that are known. */
  readonly usedNames: () => readonly string[];
  /** Containers of ours run, so that some may come free. */
  readonly isAnyRunning: () => boolean;
  readonly diskMsMax: number;
  readonly removeMsMax: number;
  /** An image has gone; nobody can begin with it anew before this returns. */
  readonly onRemoved: () => void;
  /** Something may be started again, or nothing any more. */
  readonly onChange: () => void;
}

/** What Docker calls a volume that nobody gave a name. */
const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/;

/** Watches over the engine's disk: counts what Batchyard has there, and removes images that nobody uses. */
export class DockerDisk implements DiskKeeper {
  readonly notes: PulledImages;
  readonly watch: DiskWatch;
  readonly #options: DockerDiskOptions;
  #latest: EngineDisk | undefined;
  /** Aborted when the next attempt has gone. */
  #nextEnd = new AbortController();
  /** By the names of what is being removed: until that is over. */
  readonly #removing = new Map<string, Promise<void>>();

  constructor(options: DockerDiskOptions) {
    this.#options = options;
    this.notes = new PulledImages(options.dir, options.clock);
    this.watch = new DiskWatch({ ...options, keeper: this });
  }

  get isBusy(): boolean {
    return this.#options.usedNames().length > 0;
  }

  get folder(): WatchedFolder | undefined {
    const path = localDataRoot(this.#options.link.description);
    return path === undefined ? undefined : { path, hasImages: true };
  }

  async count(): Promise<CountedUse | undefined> {
    const { link, owner, diskMsMax } = this.#options;
    const settle = this.notes.beginSettling();
    try {
      const disk = await link.run(diskMsMax, (engine, signal) => engine.measureDisk(signal));
      settle(disk.images);
      this.#latest = disk;
      return {
        imageBytes: pulledImageBytes(disk.images, this.notes.all, disk.layerBytes),
        scratchBytes: scratchBytes(disk, owner),
      };
    } catch (error) {
      if (!isEngineError(error)) throw error;
      return undefined;
    }
  }

  async makeRoom(excessBytes: number, closing: AbortSignal): Promise<boolean> {
    const disk = this.#latest;
    if (disk === undefined) return false;
    const usedIds = new Set(disk.containers.map(({ imageId }) => imageId));
    const facts = { stored: disk.images, pulled: this.notes.all, usedNames: this.#usedNames(), usedIds };
    let hasRemoved = false;
    for (const eviction of chooseEvictions(facts, excessBytes)) {
      if (closing.aborted) return false;
      if (await this.#remove(eviction)) hasRemoved = true;
    }
    return hasRemoved;
  }

  /**
   * The disk did not take an image. Removes as much as is free, so that there is twice the room; else waits for an
   * attempt to go. Answers false where neither can be.
   */
  async makeMore(signal: AbortSignal): Promise<boolean> {
    const folder = this.folder && (await measureFolder(this.folder));
    const hasCounted = (await this.count()) !== undefined;
    if (hasCounted && (await this.makeRoom(Math.max(1, folder?.freeBytes ?? 1), signal))) return true;
    if (!this.#options.isAnyRunning()) return false;
    const end = AbortSignal.any([this.#nextEnd.signal, signal]);
    if (!end.aborted) await once(end, "abort");
    signal.throwIfAborted();
    return true;
  }

  attemptBegins(names: readonly string[]): void {
    for (const name of names) this.notes.used(name);
    this.watch.touch();
  }

  /** An attempt has gone. */
  attemptEnded(): void {
    this.watch.touch();
    this.#nextEnd.abort();
    this.#nextEnd = new AbortController();
  }

  /** An image that is just being removed is waited for: it is pulled anew then. */
  async untilRemoved(name: string): Promise<void> {
    await this.#removing.get(familiarName(name));
  }

  /** Says whether it has gone. An attempt may have begun with it since it was chosen. */
  async #remove(eviction: Eviction): Promise<boolean> {
    const used = new Set(this.#usedNames().map(familiarName));
    if (eviction.names.some((name) => used.has(name))) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const name of eviction.names) this.#removing.set(name, promise);
    try {
      const { link, disk, removeMsMax, onRemoved } = this.#options;
      for (const reference of eviction.references) {
        await link.run(removeMsMax, (engine, signal) => engine.removeImage(reference, signal));
      }
      onRemoved();
      disk?.onImageRemoved?.(eviction.names[0] ?? eviction.id, eviction.bytes);
      return true;
    } catch (error) {
      // Refused where somebody's container has it by now; else tried again with the next count.
      if (!isEngineError(error)) throw error;
      return false;
    } finally {
      for (const name of eviction.names) this.#removing.delete(name);
      resolve();
    }
  }

  #usedNames(): readonly string[] {
    return [...this.#options.usedNames(), ...this.notes.namesBeingPulled];
  }
}

/** The engine's folder where it is on this machine; undefined where the engine runs on another, or in a machine of its own. */
export function localDataRoot(description: EngineDescription | undefined): string | undefined {
  if (description === undefined) return undefined;
  const { hostName, dataRoot } = description;
  return hostName === hostname() && dataRoot !== "" && existsSync(dataRoot) ? dataRoot : undefined;
}

/** What our containers have written over their images, and into volumes that go with them. */
function scratchBytes({ containers, volumes }: EngineDisk, owner: string): number {
  const ours = containers.filter(({ labels }) => labels[OWNER_LABEL] === owner);
  const mounted = new Set(ours.flatMap(({ volumeNames }) => volumeNames));
  const isOurs = (volume: EngineDisk["volumes"][number]): boolean =>
    volume.labels[OWNER_LABEL] === owner || (mounted.has(volume.name) && ANONYMOUS_VOLUME.test(volume.name));
  return (
    ours.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0) +
    volumes.filter(isOurs).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  );
}

function isEngineError(error: unknown): boolean {
  return error instanceof EngineAway || error instanceof EngineRefusal || error instanceof EngineTimeout;
}
