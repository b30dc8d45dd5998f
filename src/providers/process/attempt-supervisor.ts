import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { Clock } from "../../lib/clock.ts";
import type { JobLogs } from "../../logs/logs.ts";
import type { AttemptSpec, RecoveredAttempt } from "../provider.ts";
import { AttemptFolder } from "./attempt-folder.ts";
import type { CommandEnd } from "./attempt-record.ts";
import type { Confinement, Session } from "./confinement.ts";
import { prepareAttempt } from "./prepare-attempt.ts";
import type { ProcessIdentity, ProcessTable } from "./process-identity.ts";
import { HOST_LOST, STOPPED_BEFORE_START, createOutcome } from "./process-outcome.ts";
import type { RecoveryDecision } from "./recovery.ts";
import { Shim, type ShimEvent } from "./shim.ts";
import type { Workplace } from "./workplace.ts";

export interface SupervisorOptions {
  readonly workplace: Workplace;
  readonly confinement: Confinement;
  readonly logs: JobLogs;
  readonly clock: Clock;
  readonly shell: readonly string[];
  readonly path: string;
  readonly onStarted: (taskId: string, atMs: number) => void;
  readonly onEnded: (taskId: string, end: AttemptEnd) => void;
}

export interface AttemptEnd {
  readonly atMs: number;
  readonly outcome: AttemptOutcome;
  readonly startedAtMs: number | undefined;
}

interface LiveAttempt {
  readonly spec: AttemptSpec;
  readonly folder: AttemptFolder;
  /** The first process of the command, once somebody needed to know. */
  command?: ProcessIdentity | undefined;
  startedAtMs?: number | undefined;
  /** What somebody wants of it; done when it has started. */
  wish?: "stop" | "kill";
  isOutOfMemory?: boolean;
  /** Its runner has died while its command was about to begin; looked at once more. */
  isBeingLost?: boolean;
}

/**
 * Brings attempts from their start to their end.
 *
 * What is true of an attempt stands in its folder. The shim's events and the state here only say where to look, so an
 * event that comes twice or never does no harm: `sweep` looks everywhere.
 */
export class AttemptSupervisor {
  readonly #options: SupervisorOptions;
  readonly #shim: Shim;
  readonly #attempts = new Map<string, LiveAttempt>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#shim = new Shim({
      dir: options.workplace.dir,
      table: options.workplace.table,
      shell: options.shell,
      path: options.path,
      clock: options.clock,
      onEvent: (event, taskId) => this.#takeEvent(event, taskId),
    });
  }

  hasAttempts(): boolean {
    return this.#attempts.size > 0;
  }

  start(spec: AttemptSpec): void {
    const { workplace, confinement, logs, path } = this.#options;
    const attempt = this.#add(spec);
    const failure = prepareAttempt(spec, attempt.folder, {
      confinement,
      logs,
      defaultPath: path,
      isShellExportExact: workplace.isShellExportExact,
    });
    if (failure === undefined) this.#shim.dispatch(spec.taskId);
    else this.#settle(attempt, failure);
  }

  /** Takes up an attempt of an earlier run of the server. */
  takeUp({ spec, isRunning }: RecoveredAttempt, decision: RecoveryDecision): void {
    if (decision.action === "start") {
      this.start(spec);
      return;
    }
    const attempt = this.#add(spec);
    const startedAtMs = attempt.folder.startedAtMs();
    if (startedAtMs !== undefined && isRunning) attempt.startedAtMs = startedAtMs;
    else if (startedAtMs !== undefined) this.#reportStart(attempt, startedAtMs);
    switch (decision.action) {
      case "adopt":
        this.#options.logs.openFile(spec.logStreamId);
        attempt.isOutOfMemory = attempt.folder.isOutOfMemory();
        this.#shim.adopt(spec.taskId, decision.runner);
        break;
      case "report":
        attempt.isOutOfMemory = attempt.folder.isOutOfMemory();
        this.#checkRecord(attempt, attempt.folder.recordedAtMs());
        break;
      case "give-up":
        this.#settle(attempt, HOST_LOST);
        break;
    }
  }

  /** SIGTERM or SIGKILL to all of it, as soon as there is something to send it to. */
  end(taskId: string, wish: "stop" | "kill"): void {
    const attempt = this.#attempts.get(taskId);
    if (attempt === undefined || (attempt.wish !== undefined && wish === "stop")) return;
    if (attempt.startedAtMs === undefined && attempt.folder.refuse("stopped")) {
      this.#shim.withdraw(taskId);
      this.#settle(attempt, STOPPED_BEFORE_START);
      return;
    }
    attempt.wish = wish;
    if (attempt.startedAtMs !== undefined) this.#fulfil(attempt, wish);
  }

  /** Looks at every attempt, for what no event told. */
  sweep(): void {
    const { confinement } = this.#options;
    for (const taskId of confinement.sweep(this.#listSessions())) this.#endForMemory(taskId);
    for (const attempt of this.#attempts.values()) this.#check(attempt);
    this.#shim.sweep();
  }

  /** Lets go. Attempts that a runner has go on. */
  async close(): Promise<void> {
    await this.#shim.close();
  }

  get #table(): ProcessTable {
    return this.#options.workplace.table;
  }

  #add(spec: AttemptSpec): LiveAttempt {
    const folder = new AttemptFolder(this.#options.workplace.attemptsPath, spec.taskId);
    const attempt: LiveAttempt = { spec, folder };
    this.#attempts.set(spec.taskId, attempt);
    return attempt;
  }

  #takeEvent(event: ShimEvent, taskId: string): void {
    const attempt = this.#attempts.get(taskId);
    if (event === "refused") this.#shim.release(taskId);
    if (attempt === undefined) return;
    if (event === "started") this.#noteStart(attempt, this.#options.clock.nowMs());
    else this.#checkRecord(attempt);
  }

  #noteStart(attempt: LiveAttempt, atMs: number): void {
    if (attempt.startedAtMs !== undefined) return;
    attempt.folder.setStartedAt(atMs);
    this.#reportStart(attempt, atMs);
    if (attempt.wish !== undefined) this.#fulfil(attempt, attempt.wish);
  }

  #reportStart(attempt: LiveAttempt, atMs: number): void {
    attempt.startedAtMs = atMs;
    this.#options.onStarted(attempt.spec.taskId, atMs);
  }

  #check(attempt: LiveAttempt): void {
    const { taskId } = attempt.spec;
    if (this.#shim.isWaiting(taskId)) return;
    const runner = this.#shim.runnerOf(taskId);
    const isRunnerAlive = runner !== undefined && this.#table.isAlive(runner);
    if (isRunnerAlive && (attempt.startedAtMs !== undefined || !this.#shim.isOverdue(taskId))) return;
    this.#checkRecord(attempt);
  }

  /** Acts on what the record says, whoever was thought to have the attempt. */
  #checkRecord(attempt: LiveAttempt, endedAtMs = this.#options.clock.nowMs()): void {
    const { taskId } = attempt.spec;
    const record = attempt.folder.readRecord();
    switch (record.kind) {
      case "ended":
        this.#finish(attempt, record.end, endedAtMs);
        break;
      case "claimed":
        if (!this.#table.isAlive(record.runner)) this.#lose(attempt, record.runner);
        else if (this.#shim.runnerOf(taskId) === undefined) this.#shim.adopt(taskId, record.runner);
        break;
      case "absent":
        this.#shim.retire(taskId);
        this.#shim.dispatch(taskId);
        break;
      case "incomplete":
        this.#lose(attempt, this.#shim.runnerOf(taskId));
        break;
      case "refused":
        this.#settle(attempt, record.because === "stopped" ? STOPPED_BEFORE_START : HOST_LOST);
        break;
    }
  }

  #finish(attempt: LiveAttempt, end: CommandEnd, atMs: number): void {
    const { taskId } = attempt.spec;
    const startedAtMs = end.hasRun ? attempt.folder.startedAtMs() : undefined;
    if (startedAtMs !== undefined && attempt.startedAtMs === undefined)
      this.#reportStart(attempt, startedAtMs);
    const usage = this.#options.confinement.usage(taskId);
    const isOutOfMemory = usage.isOutOfMemory || attempt.isOutOfMemory === true;
    // The group of one that was killed may hold more of it: the runner goes with it, another one comes.
    if (isOutOfMemory || attempt.wish === "kill") this.#shim.retire(taskId);
    else this.#shim.release(taskId);
    this.#settle(attempt, createOutcome(end, { ...usage, isOutOfMemory }), { atMs });
  }

  /**
   * The runner is gone, and with it the exit code. Whatever is left is ended. A command that was about to begin either
   * finds that it may not, or has made itself known by the next sweep.
   */
  #lose(attempt: LiveAttempt, runner: ProcessIdentity | undefined): void {
    const isForbidden = attempt.folder.forbidCommand();
    const command = this.#commandOf(attempt);
    if (!isForbidden && command === undefined && attempt.isBeingLost !== true) {
      attempt.isBeingLost = true;
      return;
    }
    if (command !== undefined) {
      attempt.startedAtMs ??= attempt.folder.startedAtMs();
      this.#table.signal(command, "SIGKILL");
    }
    this.#shim.retire(attempt.spec.taskId);
    this.#settle(attempt, HOST_LOST, { lostRunner: runner });
  }

  #settle(
    attempt: LiveAttempt,
    outcome: AttemptOutcome,
    { atMs, lostRunner }: { readonly atMs?: number; readonly lostRunner?: ProcessIdentity | undefined } = {},
  ): void {
    const { taskId, logStreamId } = attempt.spec;
    this.#attempts.delete(taskId);
    this.#options.logs.closeFile(logStreamId);
    this.#options.confinement.condemn(taskId, lostRunner);
    this.#options.onEnded(taskId, {
      atMs: atMs ?? this.#options.clock.nowMs(),
      outcome,
      startedAtMs: attempt.startedAtMs,
    });
  }

  /** A runner outlives SIGTERM to its group; SIGKILL goes to the command first, and to the group when that has ended. */
  #fulfil(attempt: LiveAttempt, wish: "stop" | "kill"): void {
    const { taskId } = attempt.spec;
    const { confinement } = this.#options;
    if (wish === "kill") {
      const command = this.#commandOf(attempt);
      if (command !== undefined) this.#table.signal(command, "SIGKILL");
      confinement.condemn(taskId);
      return;
    }
    const runner = this.#shim.runnerOf(taskId);
    if (runner === undefined) return;
    this.#table.signalGroupOf(runner, "SIGTERM");
    for (const pid of confinement.members(taskId)) {
      const stat = this.#table.stat(pid);
      const hasLeftGroup = stat !== undefined && stat.groupId !== runner.pid;
      if (hasLeftGroup) this.#table.signal({ ...stat, bootId: this.#table.bootId }, "SIGTERM");
    }
  }

  #endForMemory(taskId: string): void {
    const attempt = this.#attempts.get(taskId);
    if (attempt === undefined) return;
    attempt.isOutOfMemory = true;
    attempt.folder.markOutOfMemory();
    this.#fulfil(attempt, "kill");
  }

  #listSessions(): readonly Session[] {
    return this.#shim.runners().map(({ identity, taskId }) => {
      const attempt = taskId === undefined ? undefined : this.#attempts.get(taskId);
      return { runner: identity, attempt: attempt && this.#describe(attempt) };
    });
  }

  #describe(attempt: LiveAttempt): Session["attempt"] {
    const { taskId, resources } = attempt.spec;
    const main = attempt.startedAtMs === undefined ? undefined : this.#commandOf(attempt);
    return { taskId, memoryMiB: resources.memoryMiB, main };
  }

  #commandOf(attempt: LiveAttempt): ProcessIdentity | undefined {
    attempt.command ??= attempt.folder.readCommand(this.#table.bootId);
    return attempt.command;
  }
}
