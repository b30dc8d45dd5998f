import { resolve } from "node:path";
import type { Resources } from "../../batch/resources.ts";
import { assert } from "../../lib/assert.ts";
import type { Clock } from "../../lib/clock.ts";
import type { JobLogs } from "../../logs/logs.ts";
import { UnacknowledgedNews } from "../unacknowledged-news.ts";
import { type DiskOptions, DiskWatch } from "../disk-watch.ts";
import type { AttemptSpec, Provider, ProviderNews, RecoveredAttempt } from "../provider.ts";
import { LoopbackAddresses } from "../loopback-addresses.ts";
import { Tasks } from "../tasks.ts";
import { AttemptSupervisor } from "./attempt-supervisor.ts";
import type { Confinement } from "./confinement.ts";
import { endStrays } from "./end-strays.ts";
import { measureTree } from "./folder-size.ts";
import { surveyAttempts } from "./recovery.ts";
import { DEFAULT_PATH } from "./machine-probe.ts";
import { type Workplace, createConfinement, openWorkplace, rememberBoot } from "./workplace.ts";

export interface ProcessProviderOptions {
  /** The folder that is the provider's alone; made if it is not there. */
  readonly dir: string;
  readonly capacity: Resources;
  readonly logs: JobLogs;
  readonly clock: Clock;
  /** How memory limits are kept; by default by cgroups where that works. */
  readonly memory?: "auto" | "watch";
  /** The words that call the shell of the shim. */
  readonly shell?: readonly string[];
  /** PATH of the shim, and of jobs that do not set their own. */
  readonly path?: string;
  /** Of jobs; the server's own closes what it makes to others. */
  readonly umask?: number;
  /** Absent: the disk is not watched. */
  readonly disk?: DiskOptions;
}

/** What there is once `recover` has been called. */
interface Running {
  readonly workplace: Workplace;
  readonly confinement: Confinement;
  readonly supervisor: AttemptSupervisor;
}

/** A sweep that takes long is followed by a longer pause: it gets this part of the time at most. */
const SWEEP_SHARE = 1 / 20;
const SWEEP_INTERVAL_MS_MAX = 10_000;

/**
 * Runs each container of a task as a process group of this machine, with a working folder of its own, and nothing that
 * would make it a container.
 *
 * Nothing here waits and nothing keeps time: what has to be looked at by and by, `poll` does.
 */
export class ProcessProvider implements Provider {
  readonly name = "process";
  readonly #options: Required<Omit<ProcessProviderOptions, "disk">>;
  readonly #known = new Set<string>();
  readonly #news = new UnacknowledgedNews();
  readonly #tasks: Tasks;
  /** Until the end of these is durable the new boot is not noted, so that another start gives them up again. */
  readonly #unrecorded = new Set<string>();
  readonly #diskWatch: DiskWatch;
  #bootNote: Promise<void> = Promise.resolve();
  #running: Running | undefined;
  #wake: () => void = () => {};
  #nextSweepAtMs = 0;

  constructor(options: ProcessProviderOptions) {
    this.#options = {
      memory: "auto",
      shell: ["/bin/sh"],
      path: DEFAULT_PATH,
      umask: 0o022,
      ...options,
      dir: resolve(options.dir),
    };
    this.#tasks = new Tasks({
      clock: options.clock,
      runs: {
        start: (run) => this.#require().supervisor.start(run),
        end: (runId, wish) => this.#require().supervisor.end(runId, wish),
        forget: (runId) => this.#forgetRun(runId),
      },
      addresses: new LoopbackAddresses(),
      onNews: (news) => this.#add(news),
    });
    const known = this.#known;
    const { dir } = this.#options;
    this.#diskWatch = new DiskWatch({
      disk: options.disk,
      clock: options.clock,
      keeper: {
        folder: { path: dir, hasImages: false },
        get isBusy() {
          return known.size > 0;
        },
        count: async (signal) => ({ imageBytes: 0, scratchBytes: await measureTree(dir, signal) }),
        makeRoom: () => Promise.resolve(false),
      },
      onChange: () => this.#wake(),
    });
  }

  onNews(wake: () => void): void {
    this.#wake = wake;
  }

  capacity(): Resources {
    return this.#options.capacity;
  }

  outage(): string | undefined {
    return this.#diskWatch.shortage;
  }

  stageOf(): undefined {
    return undefined;
  }

  /**
   * Everything of the shim but the runners whose attempt goes on is ended before anything begins, so that nothing takes
   * up an attempt behind the provider's back.
   */
  async recover(known: readonly RecoveredAttempt[]): Promise<void> {
    assert(this.#running === undefined, "the process provider recovers once");
    const workplace = await openWorkplace(this.#options);
    const survey = surveyAttempts(workplace, this.#tasks.recover(known));
    endStrays({ ...workplace, ...survey });
    const confinement = createConfinement(workplace, survey.keptRunners);
    const supervisor = new AttemptSupervisor({
      ...this.#options,
      workplace,
      confinement,
      onStarted: (run, atMs) => this.#tasks.runStarted(run, atMs),
      onEnded: (run, end) => this.#tasks.runEnded(run, end),
      onAbsent: (run) => this.#tasks.runAbsent(run),
    });
    this.#running = { workplace, confinement, supervisor };
    for (const { taskId } of known) this.#known.add(taskId);
    supervisor.takeUp(survey);
    for (const runId of survey.unrecordedRunIds) this.#unrecorded.add(runId);
    if (this.#unrecorded.size === 0) await rememberBoot(workplace);
  }

  start(spec: AttemptSpec): void {
    if (this.#known.has(spec.taskId)) return;
    this.#known.add(spec.taskId);
    this.#diskWatch.touch();
    this.#tasks.start(spec);
  }

  stop(taskId: string): void {
    this.#tasks.end(taskId, "stop");
  }

  kill(taskId: string): void {
    this.#tasks.end(taskId, "kill");
  }

  observe(): readonly ProviderNews[] {
    return this.#news.all;
  }

  acknowledge(taskId: string, what: ProviderNews["kind"]): void {
    if (!this.#news.acknowledge(taskId, what)) return;
    this.#known.delete(taskId);
    this.#tasks.forget(taskId);
    this.#diskWatch.touch();
  }

  poll(nowMs: number): number | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    const dueInMs = [this.#tasks.poll(), this.#pollSweep(running, nowMs), this.#diskWatch.poll()].filter(
      (ms) => ms !== undefined,
    );
    return dueInMs.length === 0 ? undefined : Math.min(...dueInMs);
  }

  #pollSweep(running: Running, nowMs: number): number | undefined {
    if (!this.#hasWork(running)) return undefined;
    const waitMs = this.#nextSweepAtMs - nowMs;
    const wasClockSetBack = waitMs > SWEEP_INTERVAL_MS_MAX;
    if (waitMs > 0 && !wasClockSetBack) return waitMs;

    const tookMs = this.#sweep(running);
    const intervalMs = Math.max(running.confinement.sweepIntervalMs, Math.ceil(tookMs / SWEEP_SHARE));
    this.#nextSweepAtMs = nowMs + Math.min(intervalMs, SWEEP_INTERVAL_MS_MAX);
    return this.#hasWork(running) ? this.#nextSweepAtMs - nowMs : undefined;
  }

  /** Leaves running attempts alone: the next run of the server takes them up. */
  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await running.supervisor.close();
    await this.#diskWatch.close();
    await this.#bootNote;
    await running.confinement[Symbol.asyncDispose]();
  }

  #hasWork({ confinement, supervisor }: Running): boolean {
    return supervisor.hasWork() || confinement.hasWork();
  }

  #sweep({ supervisor }: Running): number {
    const { clock } = this.#options;
    const beganAtMs = clock.monotonicMs();
    supervisor.sweep();
    return clock.monotonicMs() - beganAtMs;
  }

  #forgetRun(runId: string): void {
    const { workplace, supervisor } = this.#require();
    supervisor.forget(runId);
    const wasLast = this.#unrecorded.delete(runId) && this.#unrecorded.size === 0;
    if (wasLast) this.#bootNote = rememberBoot(workplace);
  }

  #add(news: ProviderNews): void {
    this.#news.add(news);
    this.#wake();
  }

  #require(): Running {
    assert(this.#running !== undefined, "the process provider was not told to recover");
    return this.#running;
  }
}
