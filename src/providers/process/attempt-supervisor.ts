import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { Clock } from "../../lib/clock.ts";
import { isSystemError } from "../../lib/system-error.ts";
import type { JobLogs } from "../../logs/logs.ts";
import { HOST_LOST, STOPPED_BEFORE_START, createStartFailure } from "../attempt-outcomes.ts";
import type { ContainerRun } from "../container-run.ts";
import type { RunEnd } from "../tasks.ts";
import { AttemptSignals } from "./attempt-signals.ts";
import type { Confinement, Session } from "./confinement.ts";
import { SECRETS_PREFIX, findStartFailure } from "./find-start-failure.ts";
import { type LiveAttempt, confine, findCommand, findRecorded } from "./live-attempt.ts";
import type { ProcessTable } from "./process-identity.ts";
import { type AttemptUsage, createOutcome } from "./process-outcome.ts";
import { createJobEnvironment, createSecretsText, createStartText } from "./process-spec.ts";
import type { Survey, SurveyedAttempt } from "./recovery.ts";
import { findEnd, findStart } from "./recorded-times.ts";
import { RunnerPool } from "./runner-pool.ts";
import { type CommandEnd, type RecordedAttempt, formatOutOfMemory, formatStarted } from "./runner-record.ts";
import type { Runner } from "./runner.ts";
import { isShortage } from "./shortage.ts";
import type { ShimEvent } from "./shim.ts";
import type { Workplace } from "./workplace.ts";

export interface SupervisorOptions {
  readonly workplace: Workplace;
  readonly confinement: Confinement;
  readonly logs: JobLogs;
  readonly clock: Clock;
  readonly shell: readonly string[];
  readonly path: string;
  readonly umask: number;
  readonly onStarted: (run: ContainerRun, atMs: number) => void;
  readonly onEnded: (run: ContainerRun, end: RunEnd) => void;
  /** It was to be looked for, and never began. */
  readonly onAbsent: (run: ContainerRun) => void;
}

/** After this a runner that was given an attempt and has not begun it is given up. */
const BEGIN_MS_MAX = 10_000;

/** After this a runner that does not tell of the end of a command that is dead is given up. */
const TELL_MS_MAX = 10_000;

/** A pipe has 64 KiB, and fewer where its owner has very many of them. */
const SECRETS_TOO_LARGE = `${SECRETS_PREFIX}: together they are larger than the process provider can pass on`;

/** So often the record of a running attempt is read though no event told of it. */
const READ_EVERY_SWEEPS = 16;

/**
 * Brings attempts from their start to their end.
 *
 * What is true of an attempt stands in the record of its runner. The shim's events and the state here only say where to
 * look, so an event that comes twice or never does no harm: `sweep` looks everywhere.
 */
export class AttemptSupervisor {
  readonly #options: SupervisorOptions;
  readonly #pool: RunnerPool;
  readonly #signals: AttemptSignals;
  readonly #attempts = new Map<string, LiveAttempt>();
  readonly #waiting = new Set<LiveAttempt>();
  #sweepCount = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#signals = new AttemptSignals(options.workplace.table, options.confinement);
    this.#pool = new RunnerPool({
      ...options,
      onEvent: (event, runId) => this.#takeEvent(event, runId),
      onIdle: () => this.#beginWaiting(),
    });
  }

  /** Whether `sweep` has something to look at. */
  hasWork(): boolean {
    return this.#attempts.size > 0 || this.#pool.isTidyingUp();
  }

  start(run: ContainerRun): void {
    const attempt = this.#add(run);
    const failure = findStartFailure(run, {
      defaultPath: this.#options.path,
      isShellExportExact: this.#options.workplace.isShellExportExact,
    });
    if (failure !== undefined) {
      this.#settle(attempt, failure);
      return;
    }
    this.#waiting.add(attempt);
    this.#beginWaiting();
  }

  /** Takes up what an earlier run of the server left. */
  takeUp({ attempts, spentRunners }: Survey): void {
    for (const attempt of attempts) this.#takeUpAttempt(attempt);
    for (const { runner, runIds } of spentRunners) this.#pool.end(runner, runIds);
  }

  /** SIGTERM or SIGKILL to all of it, as soon as there is something to send it to. */
  end(runId: string, wish: "stop" | "kill"): void {
    const attempt = this.#attempts.get(runId);
    if (attempt === undefined || (attempt.wish !== undefined && wish === "stop")) return;
    if (this.#waiting.has(attempt)) {
      this.#settle(attempt, STOPPED_BEFORE_START);
      return;
    }
    attempt.wish = wish;
    if (wish === "kill") attempt.killedAtMs ??= this.#options.clock.monotonicMs();
    const { runner, startedAtMs } = attempt;
    if (runner !== undefined && startedAtMs !== undefined) this.#signals.send(attempt, runner, wish);
  }

  /** The end of its task is durable elsewhere. */
  forget(runId: string): void {
    this.#pool.forgive(runId);
  }

  /** Looks at everything, for what no event told. */
  sweep(): void {
    const { confinement } = this.#options;
    for (const runId of confinement.sweep(this.#listSessions())) this.#endForMemory(runId);
    this.#sweepCount += 1;
    for (const attempt of this.#attempts.values()) {
      if (attempt.runner !== undefined) this.#check(attempt, attempt.runner);
    }
    this.#pool.sweep();
    this.#beginWaiting();
  }

  /** Lets go. Attempts that a runner has go on, and the runner ends with its attempt. */
  async close(): Promise<void> {
    const runners = [...this.#attempts.values()].flatMap(({ runner }) => runner ?? []);
    for (const { folder } of runners) folder.order("quit");
    await this.#pool.close(new Set(runners.map(({ identity }) => identity.pid)));
  }

  get #table(): ProcessTable {
    return this.#options.workplace.table;
  }

  #add(run: ContainerRun): LiveAttempt {
    const attempt: LiveAttempt = { run };
    this.#attempts.set(run.runId, attempt);
    return attempt;
  }

  #takeUpAttempt({ known, decision, found }: SurveyedAttempt): void {
    const { run, hasRun, isHeld } = known;
    if (decision.action === "start") {
      if (isHeld) this.#options.onAbsent(run);
      else this.start(run);
      return;
    }
    const attempt = this.#add(run);
    if (found === undefined) {
      this.#settle(attempt, HOST_LOST);
      return;
    }
    const { recorded, runner, isLatest } = found;
    this.#give(attempt, runner);
    attempt.isRunnerSpent = true;
    attempt.isOutOfMemory = recorded.isOutOfMemory ?? false;
    const startedAtMs = this.#findStart(recorded, runner);
    if (hasRun && !isHeld) attempt.startedAtMs = startedAtMs;
    else this.#noteStart(attempt, runner, startedAtMs);

    if (decision.action === "adopt") {
      this.#options.logs.openFile(run.logStreamId);
    } else if (recorded.end === undefined) {
      this.#settle(attempt, HOST_LOST);
    } else {
      const usage = isLatest ? this.#readUsage(attempt, runner) : { isOutOfMemory: attempt.isOutOfMemory };
      const outcome = createOutcome(recorded.end, { ...usage, hasBegun: recorded.command !== undefined });
      const atMs = findEnd(recorded.end, runner, this.#table, this.#options.clock.nowMs());
      this.#settle(attempt, outcome, atMs);
    }
  }

  /** Begins as many attempts as there are runners for, and has more runners come. */
  #beginWaiting(): void {
    for (const attempt of this.#waiting) {
      const runner = this.#pool.take();
      if (runner === undefined) break;
      this.#waiting.delete(attempt);
      this.#begin(attempt, runner);
    }
    this.#pool.bring(this.#waiting.size);
  }

  #begin(attempt: LiveAttempt, runner: Runner): void {
    const { folder } = runner;
    const secrets = createSecretsText(attempt.run);
    try {
      const passed = secrets === undefined ? "passed" : folder.passSecrets(secrets);
      const isWritten = passed === "passed" && folder.writeStart(this.#createStart(attempt.run, runner));
      if (isWritten && folder.order(attempt.run.runId)) {
        this.#give(attempt, runner);
        return;
      }
      if (passed === "too-large") this.#settle(attempt, createStartFailure(SECRETS_TOO_LARGE));
      else this.#waiting.add(attempt);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (isShortage(error)) this.#waiting.add(attempt);
      else this.#settle(attempt, createStartFailure(`CannotCreateContainerError: ${error.message}`));
    }
    this.#pool.end(runner, []);
  }

  #createStart(run: ContainerRun, runner: Runner): string {
    const { workplace, confinement, logs, path, umask } = this.#options;
    const { workPath } = runner.folder;
    const places = {
      workFolder: workPath,
      cgroupProcsFile: confinement.prepare(runner.name, run.resources.memoryMiB),
      logFile: logs.openFile(run.logStreamId),
      umask,
      isShellExportExact: workplace.isShellExportExact,
    };
    return createStartText(run, places, createJobEnvironment(run, path, workPath));
  }

  #give(attempt: LiveAttempt, runner: Runner): void {
    attempt.runner = runner;
    attempt.givenAtMs = this.#options.clock.monotonicMs();
    this.#pool.owe(attempt.run.runId, runner);
  }

  #takeEvent(event: ShimEvent, runId: string): void {
    const attempt = this.#attempts.get(runId);
    if (attempt?.runner === undefined) return;
    try {
      if (event === "started") this.#noteStart(attempt, attempt.runner, this.#options.clock.nowMs());
      else this.#consult(attempt, attempt.runner);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      attempt.isUnread = true; // the next sweep looks again
    }
  }

  #noteStart(attempt: LiveAttempt, runner: Runner, atMs: number | undefined): void {
    if (attempt.startedAtMs !== undefined || atMs === undefined) return;
    const { runId } = attempt.run;
    attempt.startedAtMs = atMs;
    runner.folder.appendToRecord(formatStarted(runId, atMs));
    this.#options.onStarted(attempt.run, atMs);
    if (attempt.wish !== undefined) this.#signals.send(attempt, runner, attempt.wish);
  }

  #check(attempt: LiveAttempt, runner: Runner): void {
    const hasStarted = attempt.startedAtMs !== undefined;
    const isKilled = attempt.killedAtMs !== undefined;
    const stat = this.#table.find(runner.identity);
    if (hasStarted && stat?.state === "T") this.#signals.wake(runner);
    // Once more: it may have been having children faster than they could be found.
    if (hasStarted && isKilled) this.#signals.send(attempt, runner, "kill");
    const isInTurn = hasStarted ? this.#sweepCount % READ_EVERY_SWEEPS === 0 : this.#isOverdue(attempt);
    if (isInTurn || isKilled || attempt.isUnread === true || stat === undefined)
      this.#consult(attempt, runner);
  }

  #isOverdue({ givenAtMs = 0 }: LiveAttempt): boolean {
    return this.#options.clock.monotonicMs() - givenAtMs > BEGIN_MS_MAX;
  }

  /** It was killed and is dead, and the runner does not say so. */
  #isUntold(attempt: LiveAttempt, runner: Runner): boolean {
    const { killedAtMs = Number.POSITIVE_INFINITY } = attempt;
    if (this.#options.clock.monotonicMs() - killedAtMs <= TELL_MS_MAX) return false;
    const command = findCommand(attempt, runner);
    return command === undefined || !this.#table.isAlive(command);
  }

  /** Acts on what the record says; it is complete only once the runner is known to be dead, and is read again then. */
  #consult(attempt: LiveAttempt, runner: Runner): void {
    const seen = findRecorded(runner, attempt);
    const isAlive = seen?.end !== undefined || this.#table.isAlive(runner.identity);
    const recorded = isAlive ? seen : findRecorded(runner, attempt);
    attempt.isUnread = false;
    if (recorded?.end !== undefined) {
      this.#finish(attempt, runner, recorded, recorded.end);
    } else if (recorded === undefined && attempt.startedAtMs === undefined) {
      if (!isAlive || this.#isOverdue(attempt)) this.#takeBack(attempt, runner);
    } else if (recorded === undefined || !isAlive || this.#isUntold(attempt, runner)) {
      this.#lose(attempt, runner, recorded);
    } else {
      this.#noteStart(attempt, runner, this.#findStart(recorded, runner));
    }
  }

  #finish(attempt: LiveAttempt, runner: Runner, recorded: RecordedAttempt, end: CommandEnd): void {
    const { runId } = attempt.run;
    const hasBegun = recorded.command !== undefined;
    if (hasBegun) this.#noteStart(attempt, runner, this.#findStart(recorded, runner));
    const usage = this.#readUsage(attempt, runner);
    const hasLeft = this.#options.confinement.leave(confine(attempt, runner));
    this.#settle(attempt, createOutcome(end, { ...usage, hasBegun }));
    // The process group of one that was killed may hold more of it: the runner goes with it, another one comes.
    const isRunnerSpent = attempt.isRunnerSpent === true || attempt.wish === "kill" || usage.isOutOfMemory;
    if (isRunnerSpent || !hasLeft) this.#pool.end(runner, [runId]);
    else this.#pool.giveBack(runner);
  }

  /** The runner is gone or its record, and with it the exit code. Whatever is left is ended. */
  #lose(attempt: LiveAttempt, runner: Runner, recorded: RecordedAttempt | undefined): void {
    const { runId } = attempt.run;
    if (recorded?.command !== undefined) attempt.startedAtMs ??= this.#findStart(recorded, runner);
    const command = findCommand(attempt, runner);
    if (command !== undefined) this.#table.signal(command, "SIGKILL");
    this.#pool.end(runner, [runId]);
    this.#settle(attempt, HOST_LOST);
  }

  /** The runner did not begin it, and now never will: another one does. Unless it claims it at this moment. */
  #takeBack(attempt: LiveAttempt, runner: Runner): void {
    runner.folder.revokeStart();
    if (findRecorded(runner, attempt) !== undefined) {
      attempt.isRunnerSpent = true;
      return;
    }
    this.#pool.forgive(attempt.run.runId);
    this.#pool.end(runner, []);
    attempt.runner = undefined;
    if (attempt.wish === undefined) this.#waiting.add(attempt);
    else this.#settle(attempt, STOPPED_BEFORE_START);
  }

  #settle(attempt: LiveAttempt, outcome: AttemptOutcome, atMs = this.#options.clock.nowMs()): void {
    const { run, startedAtMs } = attempt;
    this.#attempts.delete(run.runId);
    this.#waiting.delete(attempt);
    // Recorded instants are exact to a hundredth of a second, and clocks are set: no end is before its start.
    const endedAtMs = Math.max(atMs, startedAtMs ?? atMs);
    const began = startedAtMs === undefined ? {} : { startedAtMs };
    this.#options.onEnded(run, { atMs: endedAtMs, outcome, ...began });
    this.#options.logs.closeFile(run.logStreamId); // last: the end is told also where the file system refuses this
  }

  #endForMemory(runId: string): void {
    const attempt = this.#attempts.get(runId);
    if (attempt?.runner === undefined) return;
    if (attempt.isOutOfMemory !== true) attempt.runner.folder.appendToRecord(formatOutOfMemory(runId));
    attempt.isOutOfMemory = true;
    attempt.killedAtMs ??= this.#options.clock.monotonicMs();
    this.#signals.send(attempt, attempt.runner, "kill");
  }

  #listSessions(): readonly Session[] {
    const idle = this.#pool.listIdle().map(({ identity }) => ({ runner: identity, attempt: undefined }));
    const busy = [...this.#attempts.values()].flatMap((attempt) => {
      const { runner, run } = attempt;
      if (runner === undefined) return [];
      const command = attempt.startedAtMs === undefined ? undefined : findCommand(attempt, runner);
      const described = { ...confine(attempt, runner), memoryMiB: run.resources.memoryMiB, command };
      return [{ runner: runner.identity, attempt: described }];
    });
    return [...idle, ...busy];
  }

  #readUsage(attempt: LiveAttempt, runner: Runner): AttemptUsage {
    const usage = this.#options.confinement.usage(confine(attempt, runner));
    return { ...usage, isOutOfMemory: usage.isOutOfMemory || attempt.isOutOfMemory === true };
  }

  #findStart(recorded: RecordedAttempt, runner: Runner): number | undefined {
    return findStart(recorded, runner, this.#table, this.#options.clock.nowMs());
  }
}
