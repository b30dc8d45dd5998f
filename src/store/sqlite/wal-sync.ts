import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";

/**
 * Brings what SQLite has appended to its WAL to the disk, beside everything else that this thread has to do: SQLite's own
 * syncing would hold the thread up for as long as the disk takes.
 *
 * A sync that fails stops the process: what the disk has is unknown then, and asking again tells nothing
 * (https://wiki.postgresql.org/wiki/Fsync_Errors). The next start reads what is there.
 */
export class WalSync implements Disposable {
  readonly #descriptor: number;
  #latest: Promise<void> | undefined;

  /** @param path of a database in WAL mode that is open: its WAL is there and stays the same file. */
  constructor(path: string) {
    this.#descriptor = openSync(`${path}-wal`, "r+");
  }

  /** Resolves when all that has been committed so far is on the disk. */
  settled(): Promise<void> | undefined {
    return this.#latest;
  }

  /** To be called after a commit. */
  syncNow(): void {
    try {
      fdatasyncSync(this.#descriptor);
    } catch (error) {
      throw stopFor(error);
    }
  }

  /** The same beside other work. */
  sync(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // It began after everything before it was written, so it stands for syncs that are still under way too.
    this.#latest = promise;
    fdatasync(this.#descriptor, (error) => {
      if (error !== null) throw stopFor(error);
      if (this.#latest === promise) this.#latest = undefined;
      resolve();
    });
    return promise;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

function stopFor(cause: unknown): Error {
  const error = new Error("the disk did not take what was committed: the store must be opened anew", {
    cause,
  });
  process.nextTick(() => {
    throw error;
  });
  return error;
}
