import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileFacts, parseStreamFileName, shardOf, STREAM_FILE_KINDS } from "./stream-files.ts";
import type { FileFacts, StreamFileKind, StreamFiles } from "./stream-files.ts";

/** A stream that was met while counting. */
export interface CountedStream {
  readonly streamId: string;
  readonly lastEventMs: number;
  readonly diskBytes: number;
}

type StreamFileFacts = Partial<Record<StreamFileKind, FileFacts>>;

/** The unit in which common file systems give out space. */
const BLOCK_BYTES = 4096;

/** What a file of this length takes on the disk, its first `removed` bytes being gone. */
export function diskBytes(size: number, removed = 0): number {
  return Math.ceil(Math.max(0, size - removed) / BLOCK_BYTES) * BLOCK_BYTES;
}

/**
 * The disk that logs take, in whole blocks. Counted once by looking at every file, folder by folder, then kept by
 * adding up changes. What a job wrote between the count and the next look at its file is not in it until then.
 */
export class DiskUsage {
  readonly #files: StreamFiles;
  /** Length of a file that is being written, as far as `change` has heard of it. */
  readonly #knownSize: (streamId: string) => number | undefined;
  readonly #bytesByShard = new Map<string, number>();
  #bytes = 0;

  constructor(files: StreamFiles, knownSize: (streamId: string) => number | undefined) {
    this.#files = files;
    this.#knownSize = knownSize;
  }

  /** Right once everything was counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the files of one stream take. */
  ofStream(streamId: string): number {
    const facts: StreamFileFacts = {};
    for (const kind of STREAM_FILE_KINDS) {
      const found = fileFacts(this.#files.path(streamId, kind));
      if (found !== undefined) facts[kind] = found;
    }
    return this.#countStream(streamId, facts).diskBytes;
  }

  change(streamId: string, bytes: number): void {
    const shard = shardOf(streamId);
    this.#bytesByShard.set(shard, (this.#bytesByShard.get(shard) ?? 0) + bytes);
    this.#bytes += bytes;
  }

  /** Counts every file, letting others run between the folders. */
  async count(visit: (stream: CountedStream) => void = () => undefined): Promise<void> {
    for (const shard of foldersIn(this.#files.directory)) {
      const bytes = this.#countShard(shard, visit);
      this.#bytes += bytes - (this.#bytesByShard.get(shard) ?? 0);
      this.#bytesByShard.set(shard, bytes);
      await nextTurn();
    }
  }

  #countShard(shard: string, visit: (stream: CountedStream) => void): number {
    const streams = new Map<string, StreamFileFacts>();
    const folder = join(this.#files.directory, shard);
    for (const name of readdirSync(folder)) {
      const file = parseStreamFileName(name);
      const facts = file === undefined ? undefined : fileFacts(join(folder, name));
      if (file === undefined || facts === undefined) continue;
      streams.set(file.streamId, { ...streams.get(file.streamId), [file.kind]: facts });
    }

    let total = 0;
    for (const [streamId, facts] of streams) {
      const stream = this.#countStream(streamId, facts);
      total += stream.diskBytes;
      visit(stream);
    }
    return total;
  }

  #countStream(streamId: string, facts: StreamFileFacts): CountedStream {
    const { log, events, marks, removed } = facts;
    const content = log ?? events;
    const size = this.#knownSize(streamId) ?? content?.size ?? 0;
    return {
      streamId,
      lastEventMs: content?.modifiedMs ?? removed?.modifiedMs ?? 0,
      diskBytes: diskBytes(size, removed?.size) + diskBytes(marks?.size ?? 0),
    };
  }
}

function foldersIn(directory: string): readonly string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
