import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { Resources } from "../../batch/resources.ts";
import type { Clock } from "../../lib/clock.ts";
import type { SeededRandom } from "../../lib/seeded-random.ts";
import type { AttemptSpec, Provider, ProviderNews, RecoveredAttempt } from "../provider.ts";
import { UnacknowledgedNews } from "../unacknowledged-news.ts";
import { readSimulatedRun } from "./simulated-spec.ts";

/** Both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** How the attempts of a simulated provider fare. Parts are in so many of a hundred. */
export interface ProviderHabits {
  /** From its start until an attempt comes up. */
  readonly startMs: Range;
  readonly slowStartPercent: number;
  readonly slowStartMs: Range;
  readonly startFailurePercent: number;
  /** How long attempts run whose command does not say. */
  readonly runMs: Range;
  /** Of such attempts, how many end with another exit code than 0. */
  readonly failurePercent: number;
  /** Attempts that do not end by SIGTERM. */
  readonly stubbornPercent: number;
  /** News that come to be known only later, by as much. */
  readonly lateNewsPercent: number;
  readonly lateNewsMs: Range;
  /** News of which nobody is told: they are there for whoever asks. */
  readonly silentNewsPercent: number;
  /** News that come again after they were acknowledged. */
  readonly repeatedNewsPercent: number;
}

/** Where the time of a simulation comes from, and who calls when it has passed. */
export interface SimulatedTime extends Clock {
  after(delayMs: number, call: () => void): void;
}

export interface SimulatedProviderOptions {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly capacity: Resources;
  readonly habits: ProviderHabits;
}

/** An attempt that was given to the provider and whose end is not acknowledged. */
interface SimulatedTask {
  readonly spec: AttemptSpec;
  startedAtMs: number | undefined;
  outcome: AttemptOutcome | undefined;
}

/** How soon whoever polls is told to ask again while there may be news that nobody was told of. */
const SILENT_NEWS_POLL_MS = 1_000;

/** How long it takes an attempt to end by a signal. */
const SIGNAL_MS = { min: 1, max: 2_000 };

/**
 * Runs nothing: its attempts come up, end, fail and get lost by chance, on a clock that somebody else moves. As real
 * providers it outlives the engine: one that comes after a crash finds its attempts, and is told what was not
 * acknowledged.
 */
export class SimulatedProvider implements Provider {
  readonly name = "simulated";
  readonly #options: SimulatedProviderOptions;
  readonly #tasks = new Map<string, SimulatedTask>();
  readonly #news = new UnacknowledgedNews();
  #habits: ProviderHabits;
  #outage: string | undefined;
  #silentCount = 0;
  #messageCount = 0;
  #wake: () => void = () => {};
  #onStart: (spec: AttemptSpec) => void = () => {};

  constructor(options: SimulatedProviderOptions) {
    this.#options = options;
    this.#habits = options.habits;
  }

  /** Orders that came in, acknowledgements among them, and news that went out. */
  get messageCount(): number {
    return this.#messageCount;
  }

  /** From now on attempts fare so. */
  set habits(habits: ProviderHabits) {
    this.#habits = habits;
  }

  /** Called with every attempt that really begins. */
  onStart(call: (spec: AttemptSpec) => void): void {
    this.#onStart = call;
  }

  onNews(wake: () => void): void {
    this.#wake = wake;
  }

  async recover(known: readonly RecoveredAttempt[]): Promise<void> {
    const knownIds = new Set(known.map(({ taskId }) => taskId));
    for (const taskId of this.#tasks.keys()) if (!knownIds.has(taskId)) this.#forget(taskId);
    for (const { taskId, spec, isRunning } of known) {
      if (this.#tasks.has(taskId)) continue;
      if (!isRunning) this.start(spec);
      else this.#lose(this.#add(spec));
    }
  }

  capacity(): Resources {
    return this.#options.capacity;
  }

  outage(): string | undefined {
    return this.#outage;
  }

  /** Begins an outage, or ends it. */
  setOutage(outage: string | undefined): void {
    this.#outage = outage;
    this.#wake();
  }

  stageOf(): undefined {
    return undefined;
  }

  start(spec: AttemptSpec): void {
    this.#messageCount += 1;
    if (this.#tasks.has(spec.taskId)) return;
    const task = this.#add(spec);
    this.#onStart(spec);
    const { random, time } = this.#options;
    const { startMs, slowStartMs, slowStartPercent, startFailurePercent } = this.#habits;
    const delay = random.chance(slowStartPercent) ? slowStartMs : startMs;
    const isFailing = random.chance(startFailurePercent);
    time.after(within(delay, random), () => {
      if (isFailing)
        this.#end(task, { kind: "start-failed", reason: "CannotStartContainerError: by chance" });
      else this.#comeUp(task);
    });
  }

  stop(taskId: string): void {
    this.#messageCount += 1;
    const { random, time } = this.#options;
    const task = this.#tasks.get(taskId);
    if (task === undefined || random.chance(this.#habits.stubbornPercent)) return;
    time.after(within(SIGNAL_MS, random), () => this.#endBySignal(task, 143));
  }

  kill(taskId: string): void {
    this.#messageCount += 1;
    const { random, time } = this.#options;
    const task = this.#tasks.get(taskId);
    if (task !== undefined) time.after(within(SIGNAL_MS, random), () => this.#endBySignal(task, 137));
  }

  observe(): readonly ProviderNews[] {
    this.#silentCount = 0;
    return this.#news.all;
  }

  acknowledge(taskId: string, what: ProviderNews["kind"]): void {
    this.#messageCount += 1;
    const isOver = this.#news.acknowledge(taskId, what);
    if (isOver) this.#tasks.delete(taskId);
  }

  poll(): number | undefined {
    const mayBeSilent = this.#tasks.size > 0 && this.#habits.silentNewsPercent > 0;
    return mayBeSilent || this.#silentCount > 0 ? SILENT_NEWS_POLL_MS : undefined;
  }

  /** Something takes so many of the attempts under way away, whatever they were doing. */
  loseSome(count: number): void {
    const underWay = [...this.#tasks.values()].filter(({ outcome }) => outcome === undefined);
    for (const task of this.#options.random.shuffled(underWay).slice(0, count)) this.#lose(task);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #add(spec: AttemptSpec): SimulatedTask {
    const task = { spec, startedAtMs: undefined, outcome: undefined };
    this.#tasks.set(spec.taskId, task);
    return task;
  }

  #forget(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (task !== undefined) task.outcome ??= { kind: "host-lost" };
    this.#tasks.delete(taskId);
    this.#news.acknowledge(taskId, "ended");
  }

  #comeUp(task: SimulatedTask): void {
    if (task.outcome !== undefined) return;
    const { time, random } = this.#options;
    const { taskId } = task.spec;
    const atMs = time.nowMs();
    task.startedAtMs = atMs;
    const address = task.spec.network === undefined ? {} : { address: `10.0.0.${taskId.length}` };
    this.#tell({ kind: "started", taskId, atMs, ...address });
    const run = readSimulatedRun(task.spec) ?? {
      runMs: within(this.#habits.runMs, random),
      exitCode: random.chance(this.#habits.failurePercent) ? 1 : 0,
    };
    time.after(run.runMs, () => this.#end(task, { kind: "exited", exitCode: run.exitCode }));
  }

  #endBySignal(task: SimulatedTask, exitCode: number): void {
    const isUp = task.startedAtMs !== undefined;
    const reason = "CannotStartContainerError: stopped before it came up";
    this.#end(task, isUp ? { kind: "exited", exitCode } : { kind: "start-failed", reason });
  }

  #lose(task: SimulatedTask): void {
    this.#end(task, { kind: "host-lost" });
  }

  #end(task: SimulatedTask, outcome: AttemptOutcome): void {
    if (task.outcome !== undefined) return;
    task.outcome = outcome;
    const { taskId } = task.spec;
    const { startedAtMs } = task;
    const atMs = this.#options.time.nowMs();
    this.#tell({ kind: "ended", taskId, atMs, outcome, ...(startedAtMs !== undefined && { startedAtMs }) });
  }

  #tell(news: ProviderNews): void {
    const { random, time } = this.#options;
    const { lateNewsPercent, lateNewsMs, repeatedNewsPercent } = this.#habits;
    if (random.chance(repeatedNewsPercent)) time.after(within(lateNewsMs, random), () => this.#publish(news));
    if (!random.chance(lateNewsPercent)) return this.#publish(news);
    time.after(within(lateNewsMs, random), () => this.#publish(news));
  }

  #publish(news: ProviderNews): void {
    this.#messageCount += 1;
    this.#news.add(news);
    if (this.#options.random.chance(this.#habits.silentNewsPercent)) this.#silentCount += 1;
    else this.#wake();
  }
}

function within({ min, max }: Range, random: SeededRandom): number {
  return random.between(min, max);
}
