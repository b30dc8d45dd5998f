import { once } from "node:events";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { Clock } from "../../lib/clock.ts";
import { HOST_LOST } from "../attempt-outcomes.ts";
import type { AttemptLogs } from "./attempt-logs.ts";
import { diedWithEngine, isEndByEngine } from "./container-end.ts";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import type { ContainerFacts } from "./docker-engine.ts";
import { createOutcome, timeoutReasonOf } from "./docker-outcome.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import { addStep, type LiveAttempt } from "./live-attempt.ts";

export interface RunningOptions {
  readonly link: EngineLink;
  readonly clock: Clock;
  readonly logs: AttemptLogs;
  readonly askMsMax: number;
  readonly measureMsMax: number;
  readonly signalMsMax: number;
  /** It is to be looked at soon. */
  readonly onUp: () => void;
  readonly onStarted: (attempt: LiveAttempt, atMs: number, address: string | undefined) => void;
  readonly onEnded: (attempt: LiveAttempt, outcome: AttemptOutcome, atMs?: number) => void;
  /** It does not end although it was killed. */
  readonly onGivenUp: (name: string) => void;
}

/** Most are over by then: they are told of, and their log is read, once and for all at their end. */
const FIRST_LOOK_MS = 40;
const LOOK_MS_MIN = 1_000;
const LOOK_MS_MAX = 30_000;
/** Those whose turn to be measured has not come are due all the time. */
const POLL_MS_MIN = 10;
/** Attempts that are measured at the same time. */
const MEASURED_AT_ONCE_MAX = 4;
const DRAIN_MS_MAX = 2_000;

/** Containers that came up: looks at them, measures and signals them, and tells of their end. */
export class RunningAttempts {
  readonly #options: RunningOptions;
  readonly #running = new Set<LiveAttempt>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #signals = new Set<Promise<void>>();
  #measuredCount = 0;

  constructor(options: RunningOptions) {
    this.#options = options;
  }

  get isAny(): boolean {
    return this.#running.size > 0;
  }

  /** It has come up. */
  add(attempt: LiveAttempt, containerId: string): void {
    attempt.phase = "running";
    attempt.containerId = containerId;
    attempt.hasRun = true;
    attempt.lookAtMs = this.#options.clock.monotonicMs() + FIRST_LOOK_MS;
    attempt.lookPauseMs = LOOK_MS_MIN;
    this.#running.add(attempt);
    this.#options.onUp();
    if (attempt.wish !== undefined) this.signal(attempt, attempt.wish);
    if (attempt.hasDied) this.died(attempt);
  }

  /** It was found running. */
  adopt(attempt: LiveAttempt, facts: ContainerFacts): void {
    this.add(attempt, facts.id);
    this.#watchOver(attempt, facts);
  }

  /** The engine is away: what is known of them is worth nothing. */
  setAdrift(): void {
    for (const attempt of this.#running) if (attempt.phase === "running") attempt.phase = "adrift";
    this.#running.clear();
  }

  /** Milliseconds until it wants to be called again; undefined if none runs. */
  poll(): number | undefined {
    const nowMs = this.#options.clock.monotonicMs();
    let soonestMs = Infinity;
    for (const attempt of this.#running) {
      if (attempt.lookAtMs <= nowMs) this.#look(attempt, nowMs);
      soonestMs = Math.min(soonestMs, attempt.lookAtMs);
    }
    return soonestMs === Infinity ? undefined : Math.max(POLL_MS_MIN, soonestMs - nowMs);
  }

  /** The engine says that it ended. */
  died(attempt: LiveAttempt): void {
    attempt.hasDied = true;
    if (attempt.phase === "running") addStep(attempt, async () => void (await this.#findRunning(attempt)));
  }

  /** Measures it, as nothing can be measured of it afterwards, and sends the signal. */
  signal(attempt: LiveAttempt, wish: "stop" | "kill"): void {
    const task = this.#signal(attempt, wish).finally(() => this.#signals.delete(task));
    this.#signals.add(task);
    this.#spawn(task);
  }

  /** Signals on their way still go out, if the engine takes them soon. */
  async drain(): Promise<void> {
    if (this.#signals.size === 0) return;
    await Promise.race([Promise.all(this.#signals), once(AbortSignal.timeout(DRAIN_MS_MAX), "abort")]);
  }

  /** What is under way has ended. The link is closed by now, so nothing of it lasts. */
  async close(): Promise<void> {
    await Promise.all(this.#tasks);
  }

  /**
   * Tells of an end.
   *
   * @param facts undefined if the container is not there any more.
   * @param isTakenUp nobody was watching when it ended.
   */
  async finish(attempt: LiveAttempt, facts: ContainerFacts | undefined, isTakenUp: boolean): Promise<void> {
    const { logs, onEnded } = this.#options;
    this.#running.delete(attempt);
    attempt.phase = "ending";
    if (facts === undefined) {
      onEnded(attempt, HOST_LOST);
      return;
    }
    if (!isTakenUp) await this.#checkEngineStays(attempt, facts);
    const isLost = isTakenUp && (await this.#isLost(attempt, facts));
    this.#noteStart(attempt, facts);
    await logs.complete(attempt);
    onEnded(attempt, isLost ? HOST_LOST : createOutcome(facts, attempt.use), facts.finishedAtMs);
  }

  #look(attempt: LiveAttempt, nowMs: number): void {
    const isFirst = attempt.log === undefined;
    if (!isFirst && this.#measuredCount >= MEASURED_AT_ONCE_MAX) return;
    attempt.lookAtMs = nowMs + attempt.lookPauseMs;
    if (isFirst) {
      addStep(attempt, () => this.#lookFirst(attempt));
      return;
    }
    attempt.lookPauseMs = Math.min(attempt.lookPauseMs * 2, LOOK_MS_MAX);
    this.#spawn(this.#watch(attempt));
    // The engine may have refused the first one, or lost it.
    if (attempt.wish === "kill") this.signal(attempt, "kill");
  }

  /** It lives longer than a moment: its start is told, and its log followed. */
  async #lookFirst(attempt: LiveAttempt): Promise<void> {
    const facts = await this.#findRunning(attempt);
    if (facts !== undefined) this.#watchOver(attempt, facts);
  }

  /** What the engine says of it while it runs; otherwise undefined, and its end is told if that has not been done. */
  async #findRunning(attempt: LiveAttempt): Promise<ContainerFacts | undefined> {
    if (!this.#running.has(attempt)) return undefined;
    const facts = await this.#inspect(attempt);
    // A kill that the engine does not get done may have given it up meanwhile.
    if (!this.#running.has(attempt)) return undefined;
    if (isRunning(facts)) return facts;
    await this.finish(attempt, facts, false);
    return undefined;
  }

  #watchOver(attempt: LiveAttempt, facts: ContainerFacts): void {
    attempt.stopSignal = facts.stopSignal;
    attempt.lookAtMs = this.#options.clock.monotonicMs() + LOOK_MS_MIN;
    this.#noteStart(attempt, facts);
    this.#options.logs.follow(attempt);
  }

  #noteStart(attempt: LiveAttempt, { startedAtMs, address }: ContainerFacts): void {
    if (startedAtMs === undefined) return;
    attempt.startedAtMs = startedAtMs;
    if (!attempt.isStartTold) this.#options.onStarted(attempt, startedAtMs, address);
    attempt.isStartTold = true;
  }

  /**
   * An engine on its way out ends its containers first, but takes no new connections any more: then this rejects, and
   * the attempt is taken up when the engine is back.
   */
  async #checkEngineStays(attempt: LiveAttempt, facts: ContainerFacts): Promise<void> {
    const { link, askMsMax } = this.#options;
    const isSuspicious = !facts.isOutOfMemory && (attempt.wasSignalled || isEndByEngine(facts));
    if (!isSuspicious || attempt.wish !== undefined) return;
    await link.ask(askMsMax, (engine, signal) => engine.describe(signal));
  }

  async #isLost(attempt: LiveAttempt, facts: ContainerFacts): Promise<boolean> {
    const { link, askMsMax } = this.#options;
    const { startedAtMs } = facts;
    if (startedAtMs === undefined || attempt.wish !== undefined) return false;
    const isSameEngine = await link.ask(askMsMax, (engine, signal) =>
      engine.hasRunSince(startedAtMs, signal),
    );
    const { wasSignalled } = attempt;
    return diedWithEngine({ facts, isSameEngine, wasSignalled, engineLeftAtMs: link.leftAtMs });
  }

  async #watch(attempt: LiveAttempt): Promise<void> {
    this.#measuredCount += 1;
    const isThere = await this.#measure(attempt);
    this.#measuredCount -= 1;
    if (!isThere) this.died(attempt);
  }

  /** Answers whether it runs, as far as one can tell. */
  async #measure(attempt: LiveAttempt): Promise<boolean> {
    const { link, measureMsMax } = this.#options;
    const { containerId = attempt.name } = attempt;
    try {
      const use = await link.run(measureMsMax, (engine, signal) =>
        engine.measureContainer(containerId, signal),
      );
      if (use === undefined) return false;
      const memoryBytes = Math.max(use.memoryBytes, attempt.use?.memoryBytes ?? 0);
      attempt.use = { memoryBytes, cpuTimeMs: use.cpuTimeMs };
    } catch (error) {
      if (!isEngineError(error)) throw error;
    }
    return true;
  }

  async #signal(attempt: LiveAttempt, wish: "stop" | "kill"): Promise<void> {
    const { link, signalMsMax, onGivenUp, onEnded } = this.#options;
    const { containerId = attempt.name } = attempt;
    await this.#measure(attempt);
    try {
      const name = wish === "kill" ? "SIGKILL" : await this.#stopSignal(attempt);
      await link.run(signalMsMax, (engine, signal) => engine.signalContainer(containerId, name, signal));
    } catch (error) {
      if (!isEngineError(error)) throw error;
      const isHopeless = error instanceof EngineTimeout && wish === "kill" && attempt.phase === "running";
      if (!isHopeless) return;
      this.#running.delete(attempt);
      attempt.phase = "ending";
      onGivenUp(attempt.name);
      await this.#options.logs.leave(attempt);
      onEnded(attempt, { kind: "exited", reason: timeoutReasonOf("stop") });
    }
  }

  async #stopSignal(attempt: LiveAttempt): Promise<string> {
    attempt.stopSignal ??= (await this.#inspect(attempt))?.stopSignal ?? "SIGTERM";
    return attempt.stopSignal;
  }

  #inspect({ containerId, name }: LiveAttempt): Promise<ContainerFacts | undefined> {
    const { link, askMsMax } = this.#options;
    return link.ask(askMsMax, (engine, signal) => engine.inspectContainer(containerId ?? name, signal));
  }

  #spawn(task: Promise<void>): void {
    const tracked = task.finally(() => this.#tasks.delete(tracked));
    this.#tasks.add(tracked);
  }
}

function isRunning(facts: ContainerFacts | undefined): facts is ContainerFacts {
  return facts?.status === "running" || facts?.status === "paused";
}

function isEngineError(error: unknown): boolean {
  return error instanceof EngineAway || error instanceof EngineRefusal || error instanceof EngineTimeout;
}
