import {
  appendFileSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../../lib/system-error.ts";
import { openFifo, openFifoToWrite, openRegularFile, readRegularFile } from "./regular-file.ts";

/** One of 500 attempts has a quarter of this. */
const RECORD_BYTES_MAX = 1024 * 1024;

/**
 * The folder of a runner, through which the server and the shim know of each other whatever dies:
 *
 * - `start`: what to run next. Written over for each attempt: on some file systems, making and removing files costs
 *   more than starting the process.
 * - `orders`: the FIFO by which the runner is told.
 * - `secrets`: the FIFO by which an attempt is given what may be in no file.
 * - `record`: what became of it; see `parseRunnerRecord`.
 * - `work`: the working folder of the attempt.
 */
export class RunnerFolder {
  readonly name: string;
  readonly path: string;
  readonly workPath: string;

  constructor(runnersPath: string, name: string) {
    this.name = name;
    this.path = join(runnersPath, name);
    this.workPath = join(this.path, "work");
  }

  /** False if it cannot be made. */
  create(): boolean {
    return succeeds(() => {
      mkdirSync(this.path);
      makeWork(this.workPath);
      // The environment of a job is nobody else's business.
      writeFileSync(this.#startPath, "", { mode: 0o600 });
      writeFileSync(this.#recordPath, "");
    });
  }

  /**
   * False if `start` is gone. Throws what else the file system throws. What is left of a longer text before it is
   * never read: the new one ends with `exit`.
   */
  writeStart(text: string): boolean {
    using file = openRegularFile(this.#startPath, constants.O_WRONLY);
    if (file === undefined) return false;
    writeFileSync(file.fd, text);
    return true;
  }

  /**
   * Keeps the runner from beginning anything that `readRecord` does not show as claimed from now on: it claims first
   * and opens this file then.
   */
  revokeStart(): void {
    succeeds(() => unlinkSync(this.#startPath));
  }

  /** Tells the runner to begin. False if nobody reads: without a reader a FIFO cannot be opened without waiting. */
  order(runId: string): boolean {
    try {
      using file = openFifoToWrite(join(this.path, "orders"));
      if (file === undefined) return false;
      writeSync(file.fd, `${runId}\n`);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Puts the text into the FIFO `secrets`, from which `start` reads it; in place of what an attempt may have left there.
   * The runner holds the FIFO open, so it is kept whatever becomes of the server. Nothing is left in one that is too
   * small for all of it.
   */
  passSecrets(text: string): "passed" | "too-large" | "gone" {
    using file = openFifo(join(this.path, "secrets"));
    if (file === undefined) return "gone";
    // Whoever fills it again at once is no friend of this attempt's.
    if (!empty(file.fd)) return "gone";
    if (fill(file.fd, Buffer.from(text))) return "passed";
    empty(file.fd);
    return "too-large";
  }

  /** The record from this byte on, up to its last whole line; empty if it is gone. */
  readRecord(offset = 0): string {
    const bytes = readRegularFile(this.#recordPath, RECORD_BYTES_MAX, offset);
    return bytes === undefined ? "" : bytes.toString("latin1", 0, bytes.lastIndexOf("\n") + 1);
  }

  /** Notes something for a later run of the server. On a full disk there will be no note. */
  appendToRecord(line: string): void {
    succeeds(() => {
      using file = openRegularFile(this.#recordPath, constants.O_WRONLY | constants.O_APPEND);
      if (file !== undefined) appendFileSync(file.fd, `${line}\n`);
    });
  }

  recordedAtMs(): number | undefined {
    const stat = lstatSync(this.#recordPath, { throwIfNoEntry: false });
    return stat === undefined ? undefined : Math.round(stat.mtimeMs);
  }

  /** Whether the working folder is as good as new. */
  isWorkUntouched(): boolean {
    try {
      const stat = lstatSync(this.workPath);
      const isAsMade = stat.isDirectory() && (stat.mode & 0o7777) === WORK_MODE;
      return isAsMade && readdirSync(this.workPath).length === 0;
    } catch {
      return false;
    }
  }

  /** Makes a new working folder. What an attempt left is moved to `trash`, where nothing is yet. False if it cannot. */
  renewWork(trash: string): boolean {
    return succeeds(() => {
      renameSync(this.workPath, trash);
      makeWork(this.workPath);
    });
  }

  /**
   * Takes the folder away at once, to a place where nothing is yet: a runner that is only coming up finds it gone, and
   * ends.
   */
  moveTo(path: string): void {
    succeeds(() => renameSync(this.path, path));
  }

  /** Most hold only what this class and the shim made; what attempts left is removed the long way. */
  async remove(): Promise<void> {
    for (const name of ["orders", "secrets", "start", "record"])
      succeeds(() => unlinkSync(join(this.path, name)));
    if (succeeds(() => rmdirSync(this.workPath)) && succeeds(() => rmdirSync(this.path))) return;
    await removeTree(this.path);
  }

  get #startPath(): string {
    return join(this.path, "start");
  }

  get #recordPath(): string {
    return join(this.path, "record");
  }
}

/** Throws away what is in the FIFO; says whether it is empty then. */
function empty(fd: number): boolean {
  const bytes = Buffer.alloc(FIFO_READ_BYTES);
  for (let reads = 0; reads < FIFO_READS_MAX; reads += 1) {
    if (untilBusy(() => readSync(fd, bytes)) === 0) return true;
  }
  return false;
}

/** Says whether the FIFO took all of it. */
function fill(fd: number, bytes: Buffer): boolean {
  let length = 0;
  while (length < bytes.length) {
    const written = untilBusy(() => writeSync(fd, bytes, length));
    if (written === 0) return false;
    length += written;
  }
  return true;
}

const FIFO_READ_BYTES = 65_536;
/** Linux lets anybody make a FIFO of 1 MiB. */
const FIFO_READS_MAX = 32;

/** 0 where the FIFO is empty or full. */
function untilBusy(move: () => number): number {
  try {
    return move();
  } catch (error) {
    if (isSystemError(error) && error.code === "EAGAIN") return 0;
    throw error;
  }
}

const WORK_MODE = 0o755;

/** The mode is set apart from the making, which the umask has a say in. */
function makeWork(path: string): void {
  mkdirSync(path);
  chmodSync(path, WORK_MODE);
}

/** Removes what jobs left. What cannot be removed stays, and the next start of the server tries again. */
export async function removeTree(path: string): Promise<void> {
  if (await canRemove(path)) return;
  // A job may have taken the write permission away from its own folders, as module caches do.
  succeeds(() => makeWritable(path));
  await canRemove(path);
}

async function canRemove(path: string): Promise<boolean> {
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
