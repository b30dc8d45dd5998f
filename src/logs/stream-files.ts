import {
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { assert } from "../lib/assert.ts";

/**
 * The files of a stream, in a folder named by the last two characters of its id, ids that are made together having the
 * first in common:
 *
 * - `.log`: what a job wrote, byte by byte; its date is the time of its last mark, once it is closed
 * - `.marks`: when a `.log` had grown how far, unless its date says it all
 * - `.events`: what clients put, one JSON record a line; its date is the latest timestamp in it
 * - `.removed`: its length says how much of the other's beginning had to go, its date when; it takes no blocks
 */
export type StreamFileKind = "log" | "marks" | "events" | "removed";

export const STREAM_FILE_KINDS: readonly StreamFileKind[] = ["log", "marks", "events", "removed"];

/** Owner only: logs hold what jobs print. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const SHARD_LENGTH = 2;
const STREAM_ID = /^[A-Za-z0-9][A-Za-z0-9-]{1,63}$/;
const STREAM_FILE = /^([A-Za-z0-9-]{2,64})\.(log|marks|events|removed)$/;

export interface FileFacts {
  readonly size: number;
  readonly modifiedMs: number;
}

/** What stands at the paths of a stream. */
export interface StreamFacts {
  /** Whichever is there: no stream has both. */
  readonly content: (FileFacts & { readonly kind: "log" | "events" }) | undefined;
  readonly removed: FileFacts | undefined;
}

/** Knows where the files of streams lie, and does to them what is done in one stroke. */
export class StreamFiles {
  readonly directory: string;
  readonly #madeShards = new Set<string>();

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: FOLDER_MODE });
    this.directory = directory;
  }

  path(streamId: string, kind: StreamFileKind): string {
    return join(this.directory, shardOf(streamId), `${streamId}.${kind}`);
  }

  facts(streamId: string): StreamFacts {
    const log = fileFacts(this.path(streamId, "log"));
    const removed = fileFacts(this.path(streamId, "removed"));
    if (log !== undefined) return { content: { kind: "log", ...log }, removed };

    const events = fileFacts(this.path(streamId, "events"));
    return { content: events === undefined ? undefined : { kind: "events", ...events }, removed };
  }

  /** Makes the file if it is not there, to be appended to; says how long it is. */
  touch(streamId: string, kind: StreamFileKind): FileFacts {
    const descriptor = this.openForAppending(streamId, kind);
    const { size, mtimeMs } = fstatSync(descriptor);
    closeSync(descriptor);
    return { size, modifiedMs: Math.round(mtimeMs) };
  }

  /** Opens the file for synchronous writing behind its end, making it if it is not there. */
  openForAppending(streamId: string, kind: StreamFileKind): number {
    this.makeShard(streamId);
    return openSync(this.path(streamId, kind), "a", FILE_MODE);
  }

  /** Writes down that the first `size` bytes of the stream had to go. */
  markRemoved(streamId: string, size: number, atMs: number): void {
    const file = this.openForAppending(streamId, "removed");
    try {
      ftruncateSync(file, size);
      futimesSync(file, atMs / 1000, atMs / 1000);
    } finally {
      closeSync(file);
    }
  }

  delete(streamId: string, kinds: readonly StreamFileKind[]): void {
    for (const kind of kinds) rmSync(this.path(streamId, kind), { force: true });
  }

  makeShard(streamId: string): void {
    const shard = shardOf(streamId);
    if (this.#madeShards.has(shard)) return;
    mkdirSync(join(this.directory, shard), { recursive: true, mode: FOLDER_MODE });
    this.#madeShards.add(shard);
  }
}

/** The folder that holds the files of the stream. */
export function shardOf(streamId: string): string {
  assert(STREAM_ID.test(streamId), `a log stream's id must be letters, digits and hyphens, got ${streamId}`);
  return streamId.slice(-SHARD_LENGTH);
}

/** Undefined where the file is none of ours. */
export function parseStreamFileName(
  name: string,
): { readonly streamId: string; readonly kind: StreamFileKind } | undefined {
  const match = STREAM_FILE.exec(name);
  const kind = STREAM_FILE_KINDS.find((candidate) => candidate === match?.[2]);
  return match === null || kind === undefined ? undefined : { streamId: match[1] ?? "", kind };
}

/** Undefined where there is no such file. */
export function fileFacts(path: string): FileFacts | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : { size: stats.size, modifiedMs: Math.round(stats.mtimeMs) };
}
