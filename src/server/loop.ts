import type { Clock } from "../lib/clock.ts";
import { runNextTurn } from "./next-turn.ts";

/** Longest sleep between two calls of the same task: a clock that jumps is noticed soon. */
const SLEEP_MS_MAX = 60_000;

/** How long a task rests after it failed, so that a full disk is not hammered. */
const REST_AFTER_FAILURE_MS = 500;

export interface LoopTask {
  readonly name: string;
  /** Does what is due; resolves with the milliseconds until it wants to be called again, undefined: when woken. */
  run(nowMs: number, monotonicMs: number): Promise<number | undefined>;
}

export interface LoopOptions {
  readonly clock: Clock;
  readonly onFailure: (task: string, error: unknown) => void;
}

/**
 * The only timers of the server. Each task is called when it is woken and when the time comes that it asked for, one
 * call after the other, never two at once.
 */
export class Loop implements AsyncDisposable {
  readonly #options: LoopOptions;
  readonly #runners = new Map<LoopTask, Runner>();
  #isStopped = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Takes a task in and calls it at once. */
  add(task: LoopTask): void {
    this.#runners.set(task, new Runner(task, this.#options));
    this.wake(task);
  }

  /** Calls the task soon, even if it is not due. */
  wake(task: LoopTask): void {
    if (!this.#isStopped) this.#runners.get(task)?.wake();
  }

  /** No task is called again; resolves when those under way have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }
}

class Runner {
  readonly #task: LoopTask;
  readonly #options: LoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWoken = false;
  #isScheduled = false;
  #isStopped = false;

  constructor(task: LoopTask, options: LoopOptions) {
    this.#task = task;
    this.#options = options;
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#isScheduled || this.#running !== undefined || this.#isStopped) return;
    this.#isScheduled = true;
    clearTimeout(this.#timer);
    runNextTurn(() => {
      if (!this.#isStopped) this.#running = this.#run();
      // Only now: a task that wakes itself before it first waits must not be called a second time beside itself.
      this.#isScheduled = false;
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isWoken = false;
    const dueInMs = await this.#callTask();
    this.#running = undefined;
    if (this.#isStopped) return;
    if (this.#isWoken) return this.wake();
    if (dueInMs !== undefined) {
      this.#timer = setTimeout(() => this.wake(), Math.min(Math.ceil(dueInMs), SLEEP_MS_MAX));
    }
  }

  async #callTask(): Promise<number | undefined> {
    const { clock, onFailure } = this.#options;
    try {
      return await this.#task.run(clock.nowMs(), clock.monotonicMs());
    } catch (error) {
      this.#isWoken = false;
      onFailure(this.#task.name, error);
      return REST_AFTER_FAILURE_MS;
    }
  }
}
