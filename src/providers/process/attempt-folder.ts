import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type AttemptRecord,
  type RefusalReason,
  formatRefusal,
  parseAttemptRecord,
} from "./attempt-record.ts";
import { type ProcessIdentity, parseProcessStat } from "./process-identity.ts";

const FORBIDDEN = "forbidden\n";

/**
 * The folder of an attempt, through which the server and the shim know of each other whatever dies:
 *
 * - `start`: what to run. From the server.
 * - `record`: who took it up and how it ended. Made once: by a runner, or by the server so that no runner can.
 * - `pid`: the command's own line of `/proc/⟨pid⟩/stat`. Made once: by the command's process before it becomes the
 *   command, or by the server so that it never does. Its date is when the attempt started.
 * - `oom`: it went over its memory and was ended for it. From the server, where there are no cgroups.
 * - `work`: the working folder.
 */
export class AttemptFolder {
  readonly path: string;
  readonly workPath: string;

  constructor(attemptsPath: string, taskId: string) {
    this.path = join(attemptsPath, taskId);
    this.workPath = join(this.path, "work");
  }

  /** Throws what the file system throws, as do the methods that write. */
  create(): void {
    makeFolder(this.path);
    makeFolder(this.workPath);
  }

  writeStart(text: string): void {
    writeFileSync(this.#file("start"), text);
  }

  readRecord(): AttemptRecord {
    const text = readIfThere(this.#file("record"));
    return text === undefined ? { kind: "absent" } : parseAttemptRecord(text);
  }

  /** From now on no runner can take it up. False if one has, or if that cannot be written down. */
  refuse(because: RefusalReason): boolean {
    succeeds(() => makeFolder(this.path));
    return createOnce(this.#file("record"), formatRefusal(because));
  }

  /** From now on its command cannot begin. False if it has, or if that cannot be written down. */
  forbidCommand(): boolean {
    return createOnce(this.#file("pid"), FORBIDDEN);
  }

  /** Undefined as long as the line is not there whole, and where the command was forbidden. */
  readCommand(bootId: string): ProcessIdentity | undefined {
    const text = readIfThere(this.#file("pid"));
    if (text === undefined || !text.endsWith("\n")) return undefined;
    const stat = parseProcessStat(text);
    return stat === undefined ? undefined : { bootId, pid: stat.pid, startTicks: stat.startTicks };
  }

  /** The instant of the start, kept as the date of a file, so that it is the same one after a restart. */
  setStartedAt(atMs: number): void {
    succeeds(() => utimesSync(this.#file("pid"), atMs / 1_000, atMs / 1_000));
  }

  /** Undefined if the command never began. */
  startedAtMs(): number | undefined {
    return readIfThere(this.#file("pid")) === FORBIDDEN ? undefined : dateOf(this.#file("pid"));
  }

  /** When its record was last written to. */
  recordedAtMs(): number | undefined {
    return dateOf(this.#file("record"));
  }

  markOutOfMemory(): void {
    succeeds(() => writeFileSync(this.#file("oom"), ""));
  }

  isOutOfMemory(): boolean {
    return statSync(this.#file("oom"), { throwIfNoEntry: false }) !== undefined;
  }

  /**
   * Most folders hold only what this class and the shim wrote; what a job left behind is removed the long way. What
   * even that cannot remove stays, and the next start of the server tries again.
   */
  async remove(): Promise<void> {
    for (const name of ["start", "record", "pid"]) succeeds(() => unlinkSync(this.#file(name)));
    if (succeeds(() => rmdirSync(this.workPath)) && succeeds(() => rmdirSync(this.path))) return;
    if (await removeTree(this.path)) return;
    // A job may have taken the write permission away from its own folders, as module caches do.
    succeeds(() => makeWritable(this.path));
    await removeTree(this.path);
  }

  #file(name: string): string {
    return join(this.path, name);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function createOnce(path: string, text: string): boolean {
  return succeeds(() => writeFileSync(path, text, { flag: "wx" }));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function dateOf(path: string): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : Math.round(stat.mtimeMs);
}

async function removeTree(path: string): Promise<boolean> {
  try {
    await rm(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name));
  }
}

function succeeds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
