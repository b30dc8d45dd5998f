import type { AttemptOutcome } from "../../src/batch/attempt.ts";
import type { Resources } from "../../src/batch/resources.ts";
import type { AttemptSpec, Provider, ProviderNews, RecoveredAttempt } from "../../src/providers/provider.ts";
import { HOST } from "./builders.ts";

/** A provider that runs nothing: it records what it is asked, and tells the news that the test gives it. */
export class RecordingProvider implements Provider {
  readonly name = "process";
  /** What was asked since the last `take`, as in `start 1`, `stop 1`. */
  #asked: string[] = [];
  readonly specs: AttemptSpec[] = [];
  recovered: readonly RecoveredAttempt[] = [];
  host: Resources = HOST;
  /** What `outage` says. */
  cannotStart: string | undefined;
  #news: ProviderNews[] = [];

  onNews(): void {
    // the test calls the tick itself
  }

  async recover(known: readonly RecoveredAttempt[]): Promise<void> {
    this.recovered = known;
  }

  capacity(): Resources {
    return this.host;
  }

  outage(): string | undefined {
    return this.cannotStart;
  }

  stageOf(): undefined {
    return undefined;
  }

  start(spec: AttemptSpec): void {
    this.specs.push(spec);
    this.#asked.push(`start ${spec.jobId}`);
  }

  stop(taskId: string): void {
    this.#asked.push(`stop ${this.#jobOf(taskId)}`);
  }

  kill(taskId: string): void {
    this.#asked.push(`kill ${this.#jobOf(taskId)}`);
  }

  observe(): readonly ProviderNews[] {
    return [...this.#news];
  }

  acknowledge(taskId: string, what: ProviderNews["kind"]): void {
    this.#news = this.#news.filter((news) => news.taskId !== taskId || news.kind !== what);
    this.#asked.push(`acknowledge ${what} ${this.#jobOf(taskId)}`);
  }

  poll(): undefined {
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is open
  }

  /** From now on it tells that the latest attempt of the job has come up. */
  comesUp(jobId: string, atMs: number): void {
    this.#news.push({ kind: "started", taskId: this.#taskOf(jobId), atMs });
  }

  /** From now on it tells that the latest attempt of the job has ended. */
  ends(jobId: string, atMs: number, outcome: AttemptOutcome): void {
    this.#news.push({ kind: "ended", taskId: this.#taskOf(jobId), atMs, outcome });
  }

  /** What it was asked since the last time, in order. */
  take(): readonly string[] {
    const asked = this.#asked;
    this.#asked = [];
    return asked;
  }

  #taskOf(jobId: string): string {
    const spec = this.specs.findLast((one) => one.jobId === jobId);
    if (spec === undefined) throw new Error(`no attempt of ${jobId} was started`);
    return spec.taskId;
  }

  #jobOf(taskId: string): string {
    const all = [...this.specs, ...this.recovered.map(({ spec }) => spec)];
    return all.find((spec) => spec.taskId === taskId)?.jobId ?? "unknown";
  }
}
