import type { ProcessIdentity } from "./process-identity.ts";
import type { RunnerFolder } from "./runner-folder.ts";
import { type RunnerRecord, parseRunnerRecord } from "./runner-record.ts";

/** A shell of the shim that runs one attempt after another. */
export class Runner {
  readonly identity: ProcessIdentity;
  readonly folder: RunnerFolder;
  /** Attempts that it was given and whose end is not durable elsewhere yet: its folder has to stay for them. */
  readonly owed = new Set<string>();
  #attemptCount = 0;
  #offset = 0;
  #childrenCpuMs = 0;
  /** What `read` found last. */
  #latest = { length: 0, childrenCpuMs: 0 };

  constructor(identity: ProcessIdentity, folder: RunnerFolder) {
    this.identity = identity;
    this.folder = folder;
  }

  get name(): string {
    return this.folder.name;
  }

  /** How many attempts it has behind it. */
  get attemptCount(): number {
    return this.#attemptCount;
  }

  /** What its record says since `turnPage`. */
  read(): RunnerRecord {
    const text = this.folder.readRecord(this.#offset);
    const record = parseRunnerRecord(text, this.#childrenCpuMs);
    this.#latest = { length: text.length, childrenCpuMs: record.childrenCpuMs };
    return record;
  }

  /** Leaves behind what was read last: the end of an attempt. */
  turnPage(): void {
    this.#offset += this.#latest.length;
    this.#childrenCpuMs = this.#latest.childrenCpuMs;
    this.#latest = { length: 0, childrenCpuMs: this.#childrenCpuMs };
    this.#attemptCount += 1;
  }
}
