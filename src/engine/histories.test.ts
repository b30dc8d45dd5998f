import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue } from "../../test/support/builders.ts";
import type { JobBuilder } from "../../test/support/builders.ts";
import { EngineBench, EXITED, HOST_LOST } from "../../test/support/engine-bench.ts";
import {
  expectAllOver,
  expectRightSteps,
  expectSoundJobs,
  expectSoundState,
} from "../../test/support/engine-checks.ts";
import { ScriptedProvider } from "../../test/support/scripted-provider.ts";
import { openTemporaryStore } from "../../test/support/temporary-store.ts";
import type { AttemptOutcome } from "../batch/attempt.ts";
import type { Job, JobDependency } from "../batch/job.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";

/** Room for four attempts at a time, so that jobs wait. */
const SMALL_HOST = { vcpuMillis: 4_000, memoryMiB: 65_536, gpuCount: 0 };
const QUEUES = [
  aComputeEnvironment("ce"),
  aJobQueue("q", ["ce"]),
  aJobQueue("urgent", ["ce"], { priority: 2 }),
];
const OUTCOMES: readonly AttemptOutcome[] = [
  EXITED(0),
  EXITED(0),
  EXITED(0),
  EXITED(1),
  HOST_LOST,
  { kind: "start-failed", reason: "CannotPullContainerError: no such image" },
];

/** One thing that happens. Numbers choose among what there is at that moment. */
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      family: fc.constantFrom("single", "array", "multi-node"),
      size: fc.integer({ min: 2, max: 4 }),
      attempts: fc.integer({ min: 1, max: 2 }),
      isUrgent: fc.boolean(),
      isLimited: fc.boolean(),
      dependencies: fc.array(
        fc.record({
          which: fc.nat(),
          child: fc.nat(5),
          type: fc.constantFrom("N_TO_N", "SEQUENTIAL", "plain"),
        }),
        { maxLength: 2 },
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("tick" as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("come up" as const), which: fc.nat() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      which: fc.nat(),
      outcome: fc.constantFrom(...OUTCOMES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("cancel" as const, "terminate" as const),
      which: fc.nat(),
      child: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass time" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fill disk" as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;
type Submission = Extract<Happening, { kind: "submit" }>;

/** A bench whose jobs were submitted by a history, and the history's steps on it. */
class History {
  readonly bench: EngineBench;
  readonly jobs: JobBuilder[] = [];

  constructor(bench: EngineBench) {
    this.bench = bench;
  }

  async step(one: Happening): Promise<void> {
    const { bench } = this;
    switch (one.kind) {
      case "submit":
        return this.#submit(one);
      case "tick":
        await bench.tick();
        return;
      case "come up":
        return bench.someComesUp(one.which);
      case "end":
        return bench.someEnds(one.which, one.outcome);
      case "cancel":
      case "terminate": {
        const jobId = this.#choose(one);
        // While the engine decides on other things.
        if (jobId !== undefined) await Promise.all([bench[one.kind](jobId), bench.tick()]);
        return;
      }
      case "restart":
        return bench.restart();
      case "pass time":
        bench.nowMs += 60_000;
        return;
      case "fill disk":
        bench.isDiskFull = true;
        await bench.tick().catch(() => undefined);
        bench.isDiskFull = false;
        await bench.apply();
    }
  }

  /** Everything that is left runs and succeeds. */
  async finish(): Promise<void> {
    const { bench } = this;
    let dueMs = await bench.tick();
    for (;;) {
      const [task] = bench.provider.underWay;
      if (task !== undefined) await bench.ends(task.spec.jobId);
      else if (dueMs !== 0) return;
      dueMs = await bench.tick();
    }
  }

  async #submit({ family, size, attempts, isUrgent, isLimited, dependencies }: Submission): Promise<void> {
    let job = aJob(`job-${this.jobs.length}`).retrying({ attempts, evaluateOnExit: [] });
    if (isUrgent) job = job.inQueue("urgent");
    if (isLimited) job = job.limitedTo(60);
    if (family === "array") job = job.array(size);
    if (family === "multi-node") job = job.nodes(size, size - 1);
    const dependsOn = dependencies.flatMap(({ which, child, type }): readonly JobDependency[] => {
      const target = this.jobs[which % this.jobs.length];
      if (type === "SEQUENTIAL") return family === "array" ? [{ type }] : [];
      if (target === undefined) return [];
      const { jobId, arraySize } = target.job;
      if (type === "N_TO_N") return family === "array" && arraySize === size ? [{ jobId, type }] : [];
      return [{ jobId: child < (arraySize ?? 0) ? `${jobId}:${child}` : jobId }];
    });
    job = job.dependingOn(...dependsOn);
    await this.bench.submit(job);
    this.jobs.push(job);
  }

  #choose({ which, child }: { readonly which: number; readonly child: number }): string | undefined {
    const job = this.jobs[which % this.jobs.length]?.job;
    if (job === undefined || child > 2) return job?.jobId;
    if (job.arraySize !== undefined) return `${job.jobId}:${child}`;
    return job.nodes === undefined ? job.jobId : `${job.jobId}#${child}`;
  }
}

/** What jobs come to in histories that deserve the name. */
const FATES = [
  "single SUCCEEDED after 1",
  "single SUCCEEDED after 2",
  "single FAILED after 0: Dependent Job failed",
  "single FAILED after 1: Job attempt duration exceeded timeout",
  "array SUCCEEDED after 0",
  "array FAILED after 0: Array Child Job failed",
  "array FAILED after 0: Dependent Job failed",
  "array FAILED after 0: cancelled",
  "multi-node SUCCEEDED after 1",
  "multi-node SUCCEEDED after 2",
  "multi-node FAILED after 1: terminated",
];

async function fateOf(bench: EngineBench, { kind, jobId }: Job): Promise<string> {
  const life = await bench.life(jobId);
  return `${kind} ${life.startsWith("SUCCEEDED") ? life.split(":")[0] : life}`;
}

/** Few histories on SQLite, as they take long: too few to meet every fate. */
const STORES: readonly (readonly [
  name: string,
  numRuns: number,
  fates: readonly string[],
  open: () => Store,
])[] = [
  ["memory", 300, FATES, () => new MemoryStore()],
  ["SQLite", 15, [], openTemporaryStore],
];

test.each(STORES)(
  "on a %s store jobs of every family keep to the rules, whatever happens in whichever order",
  async (_name, numRuns, fates, openStore) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 80, size: "max" }), async (happenings) => {
        await using store = openStore();
        const provider = new ScriptedProvider(SMALL_HOST);
        const bench = await EngineBench.open(QUEUES, { store, provider, isTickedByHand: true });
        const history = new History(bench);
        for (const one of happenings) {
          await history.step(one);
          await expectSoundState(bench, history.jobs);
          await expectSoundJobs(bench, history.jobs);
        }
        await history.finish();
        await expectSoundState(bench, history.jobs);
        await expectSoundJobs(bench, history.jobs);
        await expectAllOver(bench, history.jobs);
        await expectRightSteps(bench, history.jobs);
        for (const { job } of history.jobs) seen.add(await fateOf(bench, job));
      }),
      { numRuns },
    );
    expect(fates.filter((fate) => !seen.has(fate))).toEqual([]);
  },
  60_000,
);
