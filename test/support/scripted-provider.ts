import type { AttemptOutcome } from "../../src/batch/attempt.ts";
import type { Resources } from "../../src/batch/resources.ts";
import type { AttemptSpec, Provider, ProviderNews, RecoveredAttempt } from "../../src/providers/provider.ts";
import { HOST } from "./builders.ts";

/** An attempt that was given to the provider and whose end is not acknowledged. */
export interface ScriptedTask {
  readonly spec: AttemptSpec;
  startedAtMs: number | undefined;
  hasEnded: boolean;
  isToldToStop: boolean;
  isKilled: boolean;
}

/**
 * A provider whose attempts do what the test says. As real ones it outlives the engine: one that comes after a crash
 * finds its attempts, and is told all that was not acknowledged.
 */
export class ScriptedProvider implements Provider {
  readonly name = "process";
  host: Resources;
  /** What runs jobs cannot be reached. */
  isAway = false;
  /** All that was ever started, in order. */
  readonly started: AttemptSpec[] = [];
  readonly #tasks = new Map<string, ScriptedTask>();
  #news: ProviderNews[] = [];

  constructor(host: Resources = HOST) {
    this.host = host;
  }

  onNews(): void {
    // the test calls the tick itself
  }

  async recover(known: readonly RecoveredAttempt[]): Promise<void> {
    const knownIds = new Set(known.map(({ taskId }) => taskId));
    for (const taskId of this.#tasks.keys()) if (!knownIds.has(taskId)) this.#forget(taskId);
    for (const { taskId, spec, isRunning } of known) {
      if (isRunning && !this.#tasks.has(taskId)) throw new Error(`${spec.jobId} runs and was never started`);
      this.start(spec);
    }
  }

  capacity(): Resources {
    return this.host;
  }

  outage(): string | undefined {
    return this.isAway ? "what runs jobs is away" : undefined;
  }

  stageOf(): undefined {
    return undefined;
  }

  start(spec: AttemptSpec): void {
    if (this.#tasks.has(spec.taskId)) return;
    this.started.push(spec);
    this.#tasks.set(spec.taskId, {
      spec,
      startedAtMs: undefined,
      hasEnded: false,
      isToldToStop: false,
      isKilled: false,
    });
  }

  stop(taskId: string): void {
    this.#taskToStop(taskId).isToldToStop = true;
  }

  kill(taskId: string): void {
    const task = this.#taskToStop(taskId);
    task.isToldToStop = true;
    task.isKilled = true;
  }

  observe(): readonly ProviderNews[] {
    return [...this.#news];
  }

  acknowledge(taskId: string, what: ProviderNews["kind"]): void {
    if (what === "ended") this.#forget(taskId);
    this.#news = this.#news.filter((news) => news.taskId !== taskId || news.kind !== what);
  }

  poll(): undefined {
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is open
  }

  /** What has not ended, in the order of the starts. */
  get underWay(): readonly ScriptedTask[] {
    return [...this.#tasks.values()].filter(({ hasEnded }) => !hasEnded);
  }

  /** The jobs that were told to end and have not, in the order of their ids. */
  get stopping(): readonly string[] {
    return this.underWay.flatMap(({ spec, isToldToStop }) => (isToldToStop ? [spec.jobId] : [])).sort();
  }

  comesUp(jobId: string, atMs: number): void {
    const task = this.#taskOf(jobId);
    task.startedAtMs = atMs;
    this.#news.push({ kind: "started", taskId: task.spec.taskId, atMs, address: `address of ${jobId}` });
  }

  ends(jobId: string, atMs: number, outcome: AttemptOutcome): void {
    const task = this.#taskOf(jobId);
    task.hasEnded = true;
    // What exits has come up before, even if there was no time to tell.
    if (outcome.kind === "exited") task.startedAtMs ??= atMs;
    const { startedAtMs, spec } = task;
    this.#news.push({
      kind: "ended",
      taskId: spec.taskId,
      atMs,
      outcome,
      ...(startedAtMs !== undefined && { startedAtMs }),
    });
  }

  #taskToStop(taskId: string): ScriptedTask {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new Error(`${taskId} is to be stopped and was never started`);
    return task;
  }

  #taskOf(jobId: string): ScriptedTask {
    const task = this.underWay.find(({ spec }) => spec.jobId === jobId);
    if (task === undefined) throw new Error(`no attempt of ${jobId} is under way`);
    return task;
  }

  #forget(taskId: string): void {
    this.#tasks.delete(taskId);
    this.#news = this.#news.filter((news) => news.taskId !== taskId);
  }
}
