import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../lib/clock.ts";
import { type ProcessIdentity, type ProcessTable, parseProcessStat } from "./process-identity.ts";

/** What the shim tells of attempts. Each is a hint that may come late, twice or never: the attempt's folder knows. */
export type ShimEvent = "started" | "ended" | "refused";

export interface ShimOptions {
  /** The folder of the provider, with the FIFO `events` and the folder `runners` in it. */
  readonly dir: string;
  readonly table: ProcessTable;
  /** The words that call the shell, as in `["/bin/sh"]`. */
  readonly shell: readonly string[];
  /** PATH of the shim itself. */
  readonly path: string;
  readonly clock: Clock;
  readonly onEvent: (event: ShimEvent, taskId: string) => void;
}

/** Marks the processes of the shim in their environment. Attempts do not carry it. */
export const SHIM_MARKER = "BATCHYARD_PROVIDER_DIR";

/** Runners that are being started at one time. */
const RUNNERS_COMING_MAX = 8;
/** Runners that are kept ready when there is nothing to run. */
const RUNNERS_IDLE_MAX = 32;
const RUNNERS_AT_START = 2;
/** After this a runner that was asked for, or that was given an attempt and did not take it up, has failed. */
const RUNNER_ANSWER_MS_MAX = 10_000;

const SHIM_FILE = fileURLToPath(new URL("shim.sh", import.meta.url));

interface Runner {
  readonly identity: ProcessIdentity;
  /** The FIFO that it takes task ids from; absent for one of an earlier run of the server, which gets no more. */
  readonly fifo: string | undefined;
}

/**
 * The server's end of the shim: a dispatcher, which lives as long as the server and starts runners, and the runners,
 * which outlive it. Gives each attempt to a runner of its own.
 *
 * Starting programs from a shell is cheap, and a runner that is there already has nothing to do for an attempt but to
 * fork once; a spawn of Node holds its loop up for a millisecond and more.
 */
export class Shim {
  readonly #options: ShimOptions;
  readonly #events: Socket;
  readonly #waiting = new Set<string>();
  readonly #idle: Runner[] = [];
  readonly #busy = new Map<string, { readonly runner: Runner; readonly sinceMs: number }>();
  /** Names of runners that were asked for, and when. */
  readonly #coming = new Map<string, { readonly sinceMs: number }>();
  #dispatcher: ChildProcess | undefined;
  #isClosed = false;
  #partialLine = "";

  constructor(options: ShimOptions) {
    this.#options = options;
    // Both ends, so that it never reads as ended; not through the thread pool, which a waiting read would hold.
    const fd = openSync(join(options.dir, "events"), constants.O_RDWR | constants.O_NONBLOCK);
    this.#events = new Socket({ fd, readable: true, writable: false });
    this.#events.setEncoding("latin1");
    this.#events.on("data", (text: string) => this.#takeLines(text));
    this.#askForRunners(RUNNERS_AT_START);
  }

  /** Has the attempt run by the next runner that is free. */
  dispatch(taskId: string): void {
    this.#waiting.add(taskId);
    this.#pump();
  }

  /** Takes note of an attempt that a runner of an earlier run of the server has. */
  adopt(taskId: string, identity: ProcessIdentity): void {
    this.#keepBusy(taskId, { identity, fifo: undefined });
  }

  /** The runner that was given the attempt. */
  runnerOf(taskId: string): ProcessIdentity | undefined {
    return this.#busy.get(taskId)?.runner.identity;
  }

  /** All runners that are up, with the attempt that each was given. */
  runners(): readonly { readonly identity: ProcessIdentity; readonly taskId: string | undefined }[] {
    return [
      ...this.#idle.map(({ identity }) => ({ identity, taskId: undefined })),
      ...[...this.#busy].map(([taskId, { runner }]) => ({ identity: runner.identity, taskId })),
    ];
  }

  /** The attempt is over, or never was the runner's: the runner is free for another. */
  release(taskId: string): void {
    const runner = this.#take(taskId);
    if (runner === undefined) return;
    if (runner.fifo === undefined || this.#idle.length >= RUNNERS_IDLE_MAX) this.#end(runner);
    else this.#idle.push(runner);
    this.#pump();
  }

  /** Ends the runner of the attempt and with it all that is in its process group. */
  retire(taskId: string): void {
    const runner = this.#take(taskId);
    if (runner !== undefined) this.#end(runner);
    this.#pump();
  }

  /** Takes back an attempt that no runner was given yet. */
  withdraw(taskId: string): void {
    this.#waiting.delete(taskId);
  }

  isWaiting(taskId: string): boolean {
    return this.#waiting.has(taskId);
  }

  /** It was given to a runner so long ago that it should have begun. */
  isOverdue(taskId: string): boolean {
    const busy = this.#busy.get(taskId);
    return busy !== undefined && this.#isOverdue(busy.sinceMs);
  }

  /** Asks again for runners that did not come: the dispatcher may have been killed. */
  sweep(): void {
    for (const [name, { sinceMs }] of this.#coming) {
      if (this.#isOverdue(sinceMs)) this.#coming.delete(name);
    }
    this.#pump();
  }

  /** Lets go of the shim. Runners that have an attempt go on; the rest ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#events.destroy();
    for (const runner of this.#idle.splice(0)) this.#end(runner);
    const dispatcher = this.#dispatcher;
    if (dispatcher === undefined) return;
    await new Promise<void>((resolve) => {
      dispatcher.once("exit", () => resolve());
      dispatcher.stdin?.end();
    });
  }

  #take(taskId: string): Runner | undefined {
    this.#waiting.delete(taskId);
    const runner = this.#busy.get(taskId)?.runner;
    this.#busy.delete(taskId);
    return runner;
  }

  #keepBusy(taskId: string, runner: Runner): void {
    this.#busy.set(taskId, { runner, sinceMs: this.#options.clock.monotonicMs() });
  }

  #isOverdue(sinceMs: number): boolean {
    return this.#options.clock.monotonicMs() - sinceMs > RUNNER_ANSWER_MS_MAX;
  }

  /** Whoever leads a live group holds its number, so the group's signal reaches nobody else. */
  #end(runner: Runner): void {
    this.#options.table.signalGroupOf(runner.identity, "SIGKILL");
    if (runner.fifo !== undefined) unlinkIfThere(runner.fifo);
  }

  #pump(): void {
    if (this.#isClosed) return;
    for (const taskId of this.#waiting) {
      const runner = this.#giveToIdle(taskId);
      if (runner === undefined) break;
      this.#waiting.delete(taskId);
      this.#keepBusy(taskId, runner);
    }
    this.#askForRunners(this.#waiting.size - this.#coming.size);
  }

  /** Runners that turn out to have died are dropped on the way. */
  #giveToIdle(taskId: string): Runner | undefined {
    for (;;) {
      const runner = this.#idle.pop();
      if (runner?.fifo === undefined) return undefined;
      if (writeLine(runner.fifo, taskId)) return runner;
      this.#end(runner);
    }
  }

  #askForRunners(wanted: number): void {
    const count = Math.min(wanted, RUNNERS_COMING_MAX - this.#coming.size);
    for (let index = 0; index < count; index += 1) {
      const name = randomBytes(8).toString("hex");
      this.#coming.set(name, { sinceMs: this.#options.clock.monotonicMs() });
      this.#dispatcher ??= this.#spawnDispatcher();
      this.#dispatcher.stdin?.write(`${name}\n`);
    }
  }

  /** In a session of its own, so that no terminal's Ctrl-C reaches it, and with nothing of ours but its input. */
  #spawnDispatcher(): ChildProcess {
    const { dir, table, shell, path } = this.#options;
    const [command = "/bin/sh", ...words] = shell;
    const dispatcher = spawn(command, [...words, SHIM_FILE, "dispatch", dir, table.bootId, ...shell], {
      cwd: "/",
      detached: true,
      env: { PATH: path, [SHIM_MARKER]: dir },
      stdio: ["pipe", "ignore", "ignore"],
    });
    const forget = (): void => {
      if (this.#dispatcher !== dispatcher) return;
      this.#dispatcher = undefined;
      this.#coming.clear();
    };
    dispatcher.on("exit", forget);
    dispatcher.on("error", forget);
    // It died before it read the line: its exit says so too.
    dispatcher.stdin?.on("error", forget);
    return dispatcher;
  }

  #takeLines(text: string): void {
    const lines = (this.#partialLine + text).split("\n");
    this.#partialLine = lines.pop() ?? "";
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    const [event, subject = "", ...rest] = line.split(" ");
    if (event === "ready") this.#welcome(subject, rest.join(" "));
    else if (event === "started" || event === "ended" || event === "refused") {
      this.#options.onEvent(event, subject);
    }
  }

  /** One that nobody waits for any more, of this run or an earlier one, is ended. */
  #welcome(name: string, statLine: string): void {
    const stat = parseProcessStat(statLine);
    if (stat === undefined) return;
    const identity = { bootId: this.#options.table.bootId, pid: stat.pid, startTicks: stat.startTicks };
    const runner = { identity, fifo: join(this.#options.dir, "runners", name) };
    if (!this.#coming.delete(name)) {
      this.#end(runner);
      return;
    }
    this.#idle.push(runner);
    this.#pump();
  }
}

/** False if nobody reads: without a reader a FIFO cannot be opened for writing without waiting. */
function writeLine(fifo: string, line: string): boolean {
  let fd: number;
  try {
    fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    writeSync(fd, `${line}\n`);
    return true;
  } finally {
    closeSync(fd);
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
