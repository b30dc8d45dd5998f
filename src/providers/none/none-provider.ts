import { NO_RESOURCES, type Resources } from "../../batch/resources.ts";
import type { AttemptSpec, Provider, ProviderNews, RecoveredAttempt } from "../provider.ts";

const REASON = "CannotStartContainerError: this server has no provider that can run jobs on this machine";

/**
 * Offers nothing, for machines where no other provider can be used: jobs wait in RUNNABLE. What it is given all the
 * same ends: what was running went with the provider that ran it, and the rest cannot start.
 */
export class NoneProvider implements Provider {
  readonly name = "none";
  readonly #news = new Map<string, ProviderNews>();
  /** Given, and not yet told of: the time comes with the next `poll`. */
  readonly #pending = new Map<string, "start-failed" | "host-lost">();
  #wake: () => void = () => {};

  onNews(wake: () => void): void {
    this.#wake = wake;
  }

  recover(known: readonly RecoveredAttempt[]): Promise<void> {
    for (const { spec, isRunning } of known) {
      this.#pending.set(spec.taskId, isRunning ? "host-lost" : "start-failed");
    }
    return Promise.resolve();
  }

  capacity(): Resources {
    return NO_RESOURCES;
  }

  outage(): undefined {
    return undefined;
  }

  stageOf(): undefined {
    return undefined;
  }

  start(spec: AttemptSpec): void {
    if (!this.#news.has(spec.taskId)) this.#pending.set(spec.taskId, "start-failed");
  }

  stop(): void {}

  kill(): void {}

  observe(): readonly ProviderNews[] {
    return [...this.#news.values()];
  }

  acknowledge(taskId: string, what: ProviderNews["kind"]): void {
    if (what === "ended") this.#news.delete(taskId);
  }

  poll(nowMs: number): number | undefined {
    if (this.#pending.size === 0) return undefined;
    for (const [taskId, kind] of this.#pending) {
      const outcome = kind === "host-lost" ? { kind } : { kind, reason: REASON };
      this.#news.set(taskId, { kind: "ended", taskId, atMs: nowMs, outcome });
    }
    this.#pending.clear();
    this.#wake();
    return undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
