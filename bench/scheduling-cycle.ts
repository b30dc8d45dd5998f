import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { EC2_CATALOGUE } from "../src/batch/instance-catalogue.ts";
import { finish } from "../src/engine/finish-attempt.ts";
import { startAttempt } from "../src/engine/start-attempt.ts";
import { PLACEMENTS_PER_TICK_MAX } from "../src/engine/tick.ts";
import { CatalogueSupply } from "../src/scheduler/scaling/catalogue-supply.ts";
import { schedule } from "../src/scheduler/schedule.ts";
import type { Placement } from "../src/scheduler/schedule.ts";
import { RANDOM_IDS } from "../src/server/ids.ts";
import type { Change } from "../src/store/change.ts";
import type { LiveJob, LiveState } from "../src/store/live-state.ts";
import { byItself, timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { SchedulingLoop } from "./reference/scheduling-loop.ts";
import { schedulingState } from "./support/scheduling-state.ts";
import { MILLION_JOBS, randomBelow, schedulingWorkload } from "./support/scheduling-workload.ts";
import type { SchedulingWorkload } from "./support/scheduling-workload.ts";

const ROUNDS = { ends1000: 5, ends1: 40, nothing: 20 };
const NOW_MS = 1_000;
/** Cycles after which the young generation is collected: before it is full. */
const COLLECTED_EVERY = 24;
/** Room for whatever the instances have. */
const HOST = { vcpuMillis: 1_000_000_000, memoryMiB: 2_000_000_000, gpuCount: 0 };

type FigureName = "full" | "full-alone" | "attempts" | "after-1000" | "after-1" | "nothing";

/** What both sides can do; jobs are what `cycle` gives. */
interface Scheduler<Job> {
  /** Places what has room, in as many cycles as that takes. */
  cycle(): Cycles<Job>;
  end(job: Job): void;
}

interface Cycles<Job> {
  readonly placed: readonly Job[];
  /** What the decisions took. */
  readonly tookMs: number;
}

/**
 * Jobs of a thousand shares and ten priorities on ten thousand instances. What is measured are the cycles: every job gets its
 * place, and what it takes is charged to instance, environment, host, queue and share before the next is looked at. That
 * attempts are made of the places, as the engine does after each cycle, is `attempts`, and how jobs end is not measured.
 */
export function schedulingCycle(jobCount: number): Benchmark<FigureName> {
  return {
    question: `How long does it take to schedule when ${jobCount} jobs wait?`,
    figures: {
      full: { unit: "ms", must: timesReference("at most", 5), aim: timesReference("at most", 2) },
      "full-alone": { unit: "ms", must: byItself("at most", 250), aim: byItself("at most", 100) },
      attempts: { unit: "ms", must: byItself("at most", 1000), aim: byItself("at most", 250) },
      "after-1000": { unit: "ms", must: timesReference("at most", 5), aim: timesReference("at most", 2) },
      "after-1": { unit: "ms", must: timesReference("at most", 5), aim: timesReference("at most", 2) },
      nothing: { unit: "ms", must: timesReference("at most", 5), aim: timesReference("at most", 2) },
    },
    async open() {
      const workload = schedulingWorkload({ ...MILLION_JOBS, jobCount });
      return {
        product: async () => timesOf(new Product(workload)),
        reference: async () => timesOf(new Reference(workload)),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

/**
 * Collects the young generation: what building the jobs and making attempts left is copied then, and not by chance within the
 * decisions that are measured.
 */
const collectYoung = ((): (() => void) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;
  return () => collect({ type: "minor" });
})();

function timesOf<Job>(scheduler: Scheduler<Job>): Record<FigureName, number> {
  const random = randomBelow(99);
  const running: Job[] = [];
  const cycle = (endCount: number): number => {
    const ended = Array.from({ length: Math.min(endCount, running.length) }, () => takeAny(running, random));
    for (const job of ended) scheduler.end(job);
    const { placed, tookMs } = scheduler.cycle();
    for (const job of placed) running.push(job);
    return tookMs;
  };
  collectYoung();
  const startedAtMs = performance.now();
  const full = cycle(0);
  const attempts = performance.now() - startedAtMs - full;
  const medianOf = (rounds: number, endCount: number): number =>
    median(Array.from({ length: rounds }, () => cycle(endCount)));
  return {
    full,
    "full-alone": full,
    attempts,
    "after-1000": medianOf(ROUNDS.ends1000, 1000),
    "after-1": medianOf(ROUNDS.ends1, 1),
    nothing: medianOf(ROUNDS.nothing, 0),
  };
}

class Reference implements Scheduler<number> {
  readonly #loop: SchedulingLoop;

  constructor(workload: SchedulingWorkload) {
    this.#loop = new SchedulingLoop(workload);
  }

  cycle(): Cycles<number> {
    const startedAtMs = performance.now();
    const placed = this.#loop.cycle();
    return { placed, tookMs: performance.now() - startedAtMs };
  }

  end(job: number): void {
    this.#loop.end(job);
  }
}

class Product implements Scheduler<LiveJob> {
  readonly #state: LiveState;
  readonly #capacity = { host: HOST, supply: new CatalogueSupply(EC2_CATALOGUE, 0) };

  constructor(workload: SchedulingWorkload) {
    this.#state = schedulingState(workload);
  }

  cycle(): Cycles<LiveJob> {
    const state = this.#state;
    const all: LiveJob[] = [];
    let placements: Placement[] = [];
    const decisions = {
      place: (placement: Placement) => void placements.push(placement),
      launch: () => {
        throw new Error("nothing is launched: the environment is as large as it may be");
      },
      wantRoom: () => {},
    };
    const facts = { state, capacity: this.#capacity, nowMs: NOW_MS, limit: PLACEMENTS_PER_TICK_MAX };
    let tookMs = 0;
    let cycleCount = 0;
    for (let isMore = true; isMore;) {
      const startedAtMs = performance.now();
      isMore = schedule(facts, decisions).isCutShort;
      tookMs += performance.now() - startedAtMs;
      for (const placement of placements) {
        for (const change of startAttempt(placement, state, RANDOM_IDS, NOW_MS).changes) state.apply(change);
        all.push(placement.job);
      }
      placements = [];
      cycleCount += 1;
      if (cycleCount % COLLECTED_EVERY === 0) collectYoung();
    }
    return { placed: all, tookMs };
  }

  end(job: LiveJob): void {
    const state = this.#state;
    const apply = (change: Change): void => state.apply(change);
    finish({ job, state, apply }, { kind: "exited", exitCode: 0 }, NOW_MS);
  }
}

function takeAny<Item>(items: Item[], random: (limit: number) => number): Item {
  const index = random(items.length);
  const item = items[index];
  const last = items.pop();
  if (item === undefined || last === undefined) throw new Error("nothing is left");
  if (index < items.length) items[index] = last;
  return item;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
