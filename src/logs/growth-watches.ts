import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import type { GrowthWatch } from "./logs.ts";

/** Watches at a time, for all streams together. */
const WATCHES_MAX = 500;

interface WatchedStream {
  readonly watches: Set<Watch>;
  readonly fileWatcher: FSWatcher | undefined;
}

/**
 * Tells those who wait for it that a stream has grown. The file that a job writes is watched through the system only
 * while somebody waits for it; where that cannot be had, its growth is told when it is next looked at.
 */
export class GrowthWatches {
  readonly #streams = new Map<string, WatchedStream>();
  #count = 0;

  /**
   * Undefined where too many wait already.
   *
   * @param path the file that a job is writing; undefined where none is.
   */
  watch(streamId: string, path: string | undefined): GrowthWatch | undefined {
    if (this.#count >= WATCHES_MAX) return undefined;
    this.#count += 1;
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      stream = { watches: new Set(), fileWatcher: this.#watchFile(streamId, path) };
      this.#streams.set(streamId, stream);
    }
    const added = new Watch((ended) => this.#end(streamId, ended));
    stream.watches.add(added);
    return added;
  }

  tell(streamId: string): void {
    for (const watched of this.#streams.get(streamId)?.watches ?? []) watched.tell();
  }

  #watchFile(streamId: string, path: string | undefined): FSWatcher | undefined {
    if (path === undefined) return undefined;
    try {
      const watcher = watch(path, { persistent: false }, () => this.tell(streamId));
      return watcher.on("error", () => watcher.close());
    } catch {
      return undefined;
    }
  }

  #end(streamId: string, ended: Watch): void {
    const stream = this.#streams.get(streamId);
    if (stream?.watches.delete(ended) !== true) return;
    this.#count -= 1;
    if (stream.watches.size > 0) return;
    stream.fileWatcher?.close();
    this.#streams.delete(streamId);
  }
}

class Watch implements GrowthWatch {
  readonly #onEnd: (watch: Watch) => void;
  #hasGrown = false;
  #wake: (() => void) | undefined;

  constructor(onEnd: (watch: Watch) => void) {
    this.#onEnd = onEnd;
  }

  async grown(signal: AbortSignal): Promise<void> {
    if (!this.#hasGrown && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const stop = (): void => resolve();
      signal.addEventListener("abort", stop);
      await promise;
      signal.removeEventListener("abort", stop);
    }
    this.#hasGrown = false;
  }

  tell(): void {
    this.#hasGrown = true;
    this.#wake?.();
  }

  [Symbol.dispose](): void {
    this.#onEnd(this);
    this.tell();
  }
}
