import { computeEnvironmentArn, jobQueueArn } from "../../../src/batch/arn.ts";
import { claimOf, usageAt } from "../../../src/batch/fair-share.ts";
import { EC2_CATALOGUE } from "../../../src/batch/instance-catalogue.ts";
import { assert } from "../../../src/lib/assert.ts";
import { explain } from "../../../src/scheduler/explain/explain.ts";
import { explainSentence } from "../../../src/scheduler/explain/sentences/explain-sentence.ts";
import { findAskedJob } from "../../../src/scheduler/explain/find-asked-job.ts";
import { remedySentence } from "../../../src/scheduler/explain/sentences/remedy-sentence.ts";
import { ShareClaims } from "../../../src/scheduler/ordering/fair-share.ts";
import { CatalogueSupply } from "../../../src/scheduler/scaling/catalogue-supply.ts";
import type { Change } from "../../../src/store/change.ts";
import { MemoryStore } from "../../../src/store/memory/memory-store.ts";
import { SCOPE } from "../builders.ts";
import { EngineBench, EXITED } from "../engine-bench.ts";
import { SILENT } from "../engine-parts.ts";
import { updateEnvironment } from "../instance-bench.ts";
import { ScriptedProvider } from "../scripted-provider.ts";
import type { ScriptedTask } from "../scripted-provider.ts";
import type { ExampleJob } from "./example-jobs.ts";
import type { Action, SchedulingExample } from "./read-example.ts";
import { BEGINNING_MS, Timeline } from "./timeline.ts";

/** Runs an example on the real engine and a virtual clock, and says what happened in the example's own words. */
export async function runExample(example: SchedulingExample): Promise<readonly string[]> {
  const run = await ExampleRun.begin(example);
  return run.toEnd();
}

class ExampleRun {
  readonly #example: SchedulingExample;
  readonly #bench: EngineBench;
  readonly #provider: ScriptedProvider;
  readonly #timeline: Timeline;
  readonly #supply: CatalogueSupply;
  readonly #jobs = new Map<string, ExampleJob>();
  readonly #attemptCounts = new Map<string, number>();
  #dueMs = 0;

  private constructor(
    example: SchedulingExample,
    bench: EngineBench,
    timeline: Timeline,
    supply: CatalogueSupply,
  ) {
    this.#example = example;
    this.#bench = bench;
    this.#provider = bench.provider;
    this.#timeline = timeline;
    this.#supply = supply;
  }

  static async begin(example: SchedulingExample): Promise<ExampleRun> {
    const timeline = new Timeline();
    const supply = new CatalogueSupply(EC2_CATALOGUE, example.bootMs);
    const bench = await EngineBench.open(example.things, {
      store: new ToldStore((changes) => timeline.committed(changes)),
      provider: new ScriptedProvider(example.host),
      isTickedByHand: true,
      capacity: { supply, spotNoticeMs: example.spotNoticeMs },
      observer: { ...SILENT, cycleEnded: (report) => timeline.cycleEnded(report) },
    });
    assert(bench.nowMs === BEGINNING_MS, "the clock stands elsewhere");
    return new ExampleRun(example, bench, timeline, supply);
  }

  async toEnd(): Promise<readonly string[]> {
    const { actions, endMs } = this.#example;
    const left = [...actions];
    await this.#settle();
    for (;;) {
      while (left[0] !== undefined && left[0].atMs <= this.#nowMs) {
        const { action, text } = left.shift() ?? left[0];
        if (QUESTIONS.has(action.kind)) await this.#settle();
        this.#timeline.say(`> ${text}`);
        await this.#perform(action);
        if (left[0]?.atMs !== this.#nowMs) await this.#settle();
      }
      const nextMs = Math.min(left[0]?.atMs ?? Infinity, this.#dueMs, this.#nextEndMs());
      if (nextMs > endMs) return this.#timeline.lines;
      this.#bench.nowMs = BEGINNING_MS + nextMs;
      this.#timeline.goTo(nextMs);
      if (left[0]?.atMs !== nextMs) await this.#settle();
    }
  }

  get #nowMs(): number {
    return this.#bench.nowMs - BEGINNING_MS;
  }

  /** Lets the engine and what runs the jobs go on until nothing more happens at this moment. */
  async #settle(): Promise<void> {
    for (;;) {
      const dueInMs = await this.#bench.tick();
      this.#dueMs = this.#nowMs + (dueInMs ?? Infinity);
      if (!this.#attend() && dueInMs !== 0) return;
    }
  }

  /** What runs the jobs does what is to be done at this moment. */
  #attend(): boolean {
    let isAnyDone = false;
    for (const task of this.#provider.underWay) {
      const { jobId } = task.spec;
      if (task.startedAtMs === undefined) {
        this.#attemptCounts.set(jobId, (this.#attemptCounts.get(jobId) ?? 0) + 1);
        this.#provider.comesUp(jobId, this.#bench.nowMs);
      } else if (task.isToldToStop || this.#endMsOf(task) <= this.#nowMs) {
        const exitCode = task.isToldToStop ? 143 : this.#exitCodeOf(jobId);
        this.#provider.ends(jobId, this.#bench.nowMs, EXITED(exitCode));
      } else continue;
      isAnyDone = true;
    }
    return isAnyDone;
  }

  #nextEndMs(): number {
    return Math.min(...this.#provider.underWay.map((task) => this.#endMsOf(task)));
  }

  /** The other nodes of a multi-node job run until they are told to end. */
  #endMsOf({ spec, startedAtMs }: ScriptedTask): number {
    if (startedAtMs === undefined || spec.jobId.includes("#")) return Infinity;
    return startedAtMs - BEGINNING_MS + this.#jobOf(spec.jobId).runMs;
  }

  #exitCodeOf(jobId: string): number {
    const { exitCodes } = this.#jobOf(jobId);
    const number = this.#attemptCounts.get(jobId) ?? 1;
    return exitCodes[Math.min(number, exitCodes.length) - 1] ?? 0;
  }

  #jobOf(jobId: string): ExampleJob {
    const job = this.#jobs.get(jobId.replace(/[:#].*$/, ""));
    assert(job !== undefined, `there is no job ${jobId}`);
    return job;
  }

  async #perform(action: Action): Promise<void> {
    switch (action.kind) {
      case "submit":
        for (const job of action.jobs) this.#jobs.set(job.builder.job.jobId, job);
        return this.#bench.submit(...action.jobs.map(({ builder }) => builder));
      case "restart":
        return this.#bench.restart();
      case "update":
        return updateEnvironment(this.#bench, action.name, action.request);
      case "why":
        return this.#tellWhy(action.name);
      case "shares":
        return this.#tellShares(action.name);
      case "describe":
        return this.#describe(action.name);
      default:
    }
  }

  #tellWhy(jobId: string): void {
    const { sequencer, wantedOnDemand: keptForOnDemand } = this.#bench.engine;
    const { state } = sequencer;
    const asked = findAskedJob(state, SCOPE, jobId, []);
    assert(asked !== undefined, `${jobId} is not live`);
    const { nowMs } = this.#bench;
    const capacity = { host: this.#example.host, supply: this.#supply };
    const explanation = explain(asked, { state, capacity, nowMs, keptForOnDemand });
    for (const sentence of explainSentence(explanation, nowMs).split(/(?<=\.) /)) {
      this.#timeline.say(this.#timeline.withNames(sentence));
    }
    for (const remedy of explanation.remedies) {
      this.#timeline.say(`- ${this.#timeline.withNames(remedySentence(remedy, nowMs))}`);
    }
  }

  #tellShares(name: string): void {
    const queue = this.#bench.engine.sequencer.state.jobs.readyQueue(jobQueueArn(SCOPE, name));
    assert(queue?.fairShare !== undefined, `${name} has no shares`);
    const { nowMs } = this.#bench;
    const claims = new ShareClaims(queue, queue.fairShare, nowMs);
    const { halfLifeMs } = queue.fairShare;
    for (const share of [...queue.shares.values()].sort((a, b) => (a.identifier < b.identifier ? -1 : 1))) {
      const inUse = share.vcpuMillis / 1_000;
      const average = usageAt(share.averageVcpuMillis / 1_000, inUse, nowMs - share.asOfMs, halfLifeMs);
      const { weight } = claims.partsOf(share);
      const claim = claimOf(average, inUse) * weight;
      this.#timeline.say(
        `${share.identifier}: (${inUse} + ${average.toFixed(2)}) x ${weight} = ${claim.toFixed(2)}`,
      );
    }
  }

  #describe(name: string): void {
    const { state } = this.#bench.engine.sequencer;
    const arn = computeEnvironmentArn(SCOPE, name);
    const { all, vcpuMillis } = state.instances.ofEnvironment(arn);
    const desired = state.computeEnvironments.get(arn)?.computeResources?.desiredvCpus;
    this.#timeline.say(
      `${name}: ${vcpuMillis / 1_000} vCPU, instances: ${all.size}, desiredvCpus: ${desired}`,
    );
  }
}

/** What is asked is answered when all has happened that was to. */
const QUESTIONS: ReadonlySet<Action["kind"]> = new Set(["why", "shares", "describe"]);

/** A store that tells what is committed to it. */
class ToldStore extends MemoryStore {
  readonly #tell: (changes: readonly Change[]) => void;

  constructor(tell: (changes: readonly Change[]) => void) {
    super();
    this.#tell = tell;
  }

  override async commit(changes: readonly Change[]): Promise<void> {
    await super.commit(changes);
    this.#tell(changes);
  }
}
