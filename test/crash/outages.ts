import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import type { AttemptFacts } from "./final-facts.ts";
import type { KillableEngine } from "./provider-under-test.ts";

/** When the engine was not there, by the clock of this machine. */
export interface Outage {
  readonly fromMs: number;
  toMs: number;
}

const WORK_MS_MAX = 3_000;
const AWAY_MS_MAX = 2_500;
const SERVER_LIVES_MS_MAX = 6_000;
/** An engine that is told to stop rather than killed, in so many of a hundred cases. */
const STOP_SHARE = 40;

/** So long there may have been no server that was ready. */
const UNWATCHED_MS_MAX = 15_000;

const HOST_LOST = /^Host EC2 \(instance i-[0-9a-f]+\) terminated\.$/;

/** Takes an engine away from under the server, at moments of the seed, and brings it back. */
export class EngineOutages implements AsyncDisposable {
  readonly #engine: KillableEngine;
  readonly #outages: Outage[];
  #isBack: Promise<void> = Promise.resolve();

  constructor(engine: KillableEngine, outages: Outage[]) {
    this.#engine = engine;
    this.#outages = outages;
  }

  /** Resolves when the server is to be killed: the engine may be on its way out, away, on its way back, or back by then. */
  async begin(random: SeededRandom): Promise<void> {
    await this.#isBack;
    const [workMs, awayMs, serverLivesMs] = [WORK_MS_MAX, AWAY_MS_MAX, SERVER_LIVES_MS_MAX].map((max) =>
      random.between(0, max),
    );
    const signal = random.chance(STOP_SHARE) ? "SIGTERM" : "SIGKILL";
    await sleep(workMs);
    this.#isBack = this.#takeAway(signal, awayMs ?? 0);
    await sleep(serverLivesMs);
  }

  /** The engine is there. */
  async back(): Promise<void> {
    await this.#isBack;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#isBack;
  }

  async #takeAway(signal: "SIGTERM" | "SIGKILL", awayMs: number): Promise<void> {
    const outage: Outage = { fromMs: Date.now(), toMs: Infinity };
    this.#outages.push(outage);
    await this.#engine.end(signal);
    await sleep(awayMs);
    await this.#engine.restart();
    outage.toMs = Date.now();
  }
}

/** The attempt was under way while the engine was not there. */
export function wasInOutage(attempt: AttemptFacts, outages: readonly Outage[]): boolean {
  const { startedAtMs = 0, stoppedAtMs = Infinity } = attempt;
  return outages.some(({ fromMs, toMs }) => startedAtMs <= toMs && stoppedAtMs >= fromMs);
}

/** It says that it went down with its host. */
export function saysHostLost({ statusReason = "" }: AttemptFacts): boolean {
  return HOST_LOST.test(statusReason);
}

/** It says so with reason: success that no server saw before the engine went is not believed. */
export function wentWithHost(attempt: AttemptFacts, outages: readonly Outage[]): boolean {
  const widened = outages.map(({ fromMs, toMs }) => ({ fromMs: fromMs - UNWATCHED_MS_MAX, toMs }));
  return saysHostLost(attempt) && wasInOutage(attempt, widened);
}
