import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../lib/clock.ts";
import { EventLines, parseEventLine } from "./event-lines.ts";
import { createPrivateStdio } from "./inherited-descriptors.ts";
import { type ProcessTable, parseProcessStat } from "./process-identity.ts";
import { RunnerFolder } from "./runner-folder.ts";
import { Runner } from "./runner.ts";

/** What the shim tells of attempts. Each is a hint that may come late, twice or never: the runner's record knows. */
export type ShimEvent = "started" | "ended";

export interface ShimOptions {
  /** The folder of the provider, with the FIFO `events` in it. */
  readonly dir: string;
  readonly runnersPath: string;
  readonly table: ProcessTable;
  /** The words that call the shell, as in `["/bin/sh"]`. */
  readonly shell: readonly string[];
  /** PATH of the shim itself. */
  readonly path: string;
  readonly clock: Clock;
  readonly onEvent: (event: ShimEvent, runId: string) => void;
  readonly onRunner: (runner: Runner) => void;
}

/** Marks the processes of the shim in their environment. Attempts do not carry it. */
export const SHIM_MARKER = "BATCHYARD_PROVIDER_DIR";

/** Runners that are being started at one time. */
const RUNNERS_COMING_MAX = 8;
/** After this a runner that was asked for has failed to come. */
const RUNNER_COMING_MS_MAX = 10_000;

const SHIM_FILE = fileURLToPath(new URL("shim.sh", import.meta.url));

interface ComingRunner {
  readonly folder: RunnerFolder;
  readonly sinceMs: number;
}

/**
 * The server's end of the shim: starts runners and hears what they tell.
 *
 * They are started by a dispatcher, a shell that lives as long as the server: starting programs from there is cheap,
 * while a spawn of Node holds its loop up for a millisecond and more. A runner that is there already has nothing to do
 * for an attempt but to fork once.
 */
export class Shim {
  readonly #options: ShimOptions;
  readonly #eventsFd: number;
  readonly #events: Socket;
  readonly #lines = new EventLines();
  readonly #coming = new Map<string, ComingRunner>();
  #dispatcher: ChildProcess | undefined;

  constructor(options: ShimOptions) {
    this.#options = options;
    this.#reopen();
    // Both ends, so that it never reads as ended; not through the thread pool, which a waiting read would hold.
    this.#eventsFd = openSync(join(options.dir, "events"), constants.O_RDWR | constants.O_NONBLOCK);
    this.#events = new Socket({ fd: this.#eventsFd, readable: true, writable: false });
    this.#events.setEncoding("latin1");
    this.#events.on("data", (text: string) => {
      for (const line of this.#lines.take(text)) this.#takeLine(line);
    });
  }

  /**
   * Sees to it that at least so many runners are on their way, but not more than a few at one time. On a full disk
   * there will be none.
   */
  bring(count: number): void {
    this.#forgetOverdue();
    for (let coming = this.#coming.size; coming < Math.min(count, RUNNERS_COMING_MAX); coming += 1) {
      const folder = new RunnerFolder(this.#options.runnersPath, randomBytes(8).toString("hex"));
      if (!folder.create()) return;
      this.#coming.set(folder.name, { folder, sinceMs: this.#options.clock.monotonicMs() });
      this.#dispatcher ??= this.#spawnDispatcher();
      this.#dispatcher.stdin?.write(`${folder.name}\n`);
    }
  }

  /** Ends the dispatcher and hears no more. Answers the folders of runners that had not come yet: they may be about to. */
  async close(): Promise<readonly RunnerFolder[]> {
    this.#events.destroy();
    const folders = [...this.#coming.values()].map(({ folder }) => folder);
    const dispatcher = this.#dispatcher;
    if (dispatcher === undefined) return folders;
    await new Promise<void>((resolve) => {
      dispatcher.once("exit", () => resolve());
      dispatcher.kill("SIGCONT");
      dispatcher.stdin?.end();
    });
    return folders;
  }

  /**
   * Their folders stay until the next start: should one come after all, it finds that nobody waits for it. What a job
   * can have done to keep them from coming is undone.
   */
  #forgetOverdue(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const overdue = [...this.#coming].filter(([, { sinceMs }]) => nowMs - sinceMs > RUNNER_COMING_MS_MAX);
    for (const [name] of overdue) this.#coming.delete(name);
    if (overdue.length === 0) return;
    this.#dispatcher?.kill("SIGCONT");
    this.#reopen();
  }

  /** By this file the dispatcher of an earlier run of the server said that runners that are coming up should go. */
  #reopen(): void {
    rmSync(join(this.#options.dir, "closed"), { force: true, recursive: true });
  }

  /**
   * In a session of its own, so that no terminal's Ctrl-C reaches it, and with nothing of ours but its input and the
   * FIFO `events`: runners get to that whatever stands at its path by then.
   */
  #spawnDispatcher(): ChildProcess {
    const { dir, table, shell, path } = this.#options;
    const [command = "/bin/sh", ...words] = shell;
    using privately = createPrivateStdio(["pipe", "ignore", "ignore", this.#eventsFd]);
    const dispatcher = spawn(command, [...words, SHIM_FILE, "dispatch", dir, table.bootId, ...shell], {
      cwd: "/",
      detached: true,
      env: { PATH: path, [SHIM_MARKER]: dir },
      stdio: privately.stdio,
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

  #takeLine(line: string): void {
    const told = parseEventLine(line);
    if (told?.event === "ready") this.#welcome(told.runnerName, told.statLine);
    else if (told !== undefined) this.#options.onEvent(told.event, told.runId);
  }

  /** One that nobody waits for any more, of this run or an earlier one, is ended. */
  #welcome(name: string, statLine: string): void {
    const { table, onRunner } = this.#options;
    const stat = parseProcessStat(statLine);
    if (stat === undefined) return;
    const identity = { bootId: table.bootId, pid: stat.pid, startTicks: stat.startTicks };
    const coming = this.#coming.get(name);
    if (coming === undefined) {
      table.signalGroupOf(identity, "SIGKILL");
      return;
    }
    this.#coming.delete(name);
    onRunner(new Runner(identity, coming.folder));
  }
}
