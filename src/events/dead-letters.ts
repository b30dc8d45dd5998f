import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { isSystemError } from "../lib/system-error.ts";

/** A file of this size becomes `…1`, in the place of the one before. */
const FILE_BYTES_MAX = 64 * 1_048_576;

export interface DeadLetter {
  readonly atMs: number;
  /** As in `HTTP 400`. */
  readonly problem: string;
  readonly tryCount: number;
  /** EventBridge's form, as JSON. */
  readonly json: string;
}

/** What could not be delivered, a JSON object a line: on the disk when `add` returns. */
export class DeadLetters {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  add({ atMs, problem, tryCount, json }: DeadLetter): void {
    const told = JSON.stringify({ time: new Date(atMs).toISOString(), problem, tries: tryCount });
    this.#append(`${told.slice(0, -1)},"event":${json}}\n`);
  }

  /** Events that were removed from the log before anybody took them. */
  addGap(atMs: number, gap: { readonly after: number; readonly to: number }): void {
    const time = new Date(atMs).toISOString();
    this.#append(`${JSON.stringify({ time, problem: "removed from the log of events", ...gap })}\n`);
  }

  #append(line: string): void {
    if (sizeOf(this.path) > FILE_BYTES_MAX) renameSync(this.path, `${this.path}.1`);
    const file = openSync(this.path, "a", 0o600);
    try {
      writeSync(file, line);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return 0;
    throw error;
  }
}
