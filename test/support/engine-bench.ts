import { cancel, terminate } from "../../src/api/services/batch/end-job.ts";
import { isDoomed } from "../../src/batch/dependencies.ts";
import { ENGINE_CAUSE } from "../../src/batch/cause.ts";
import type { AttemptOutcome } from "../../src/batch/attempt.ts";
import { DEPENDENT_JOB_FAILED } from "../../src/batch/status-reason.ts";
import {
  findDependency,
  isOutdated,
  readDependencies,
} from "../../src/api/services/batch/find-dependency.ts";
import { submissionChanges } from "../../src/api/services/batch/operations/submit-job.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { CapacitySettings, Engine, EngineObserver } from "../../src/engine/engine.ts";
import { recover } from "../../src/engine/recover.ts";
import { tick } from "../../src/engine/tick.ts";
import type { Change } from "../../src/store/change.ts";
import { MemoryStore } from "../../src/store/memory/memory-store.ts";
import { Sequencer } from "../../src/store/sequencer.ts";
import { StoreWriteError } from "../../src/store/store.ts";
import type { JobCounts } from "../../src/batch/job.ts";
import type { Store, StoredJob } from "../../src/store/store.ts";
import { aComputeEnvironment, aJobQueue, SCOPE } from "./builders.ts";
import type { Buildable, JobBuilder } from "./builders.ts";
import { NO_SURROUNDINGS, SILENT } from "./engine-parts.ts";
import { sequentialIds } from "../../src/lib/sequential-ids.ts";
import { ScriptedProvider } from "./scripted-provider.ts";

export const EXITED = (exitCode: number): AttemptOutcome => ({ kind: "exited", exitCode });
export const HOST_LOST: AttemptOutcome = { kind: "host-lost" };

/** An environment with room for all, and the queue in which jobs are where nothing else is said. */
export const PLACE = [aComputeEnvironment("ce"), aJobQueue("q", ["ce"])];

export interface EngineBenchOptions {
  /** Absent: a memory store. */
  readonly store?: Store;
  readonly provider?: ScriptedProvider;
  /** The engine is built anew from the store before each tick, as after a crash. */
  readonly isRestartedAlways?: boolean;
  /** The engine does nothing before `tick` is called. Else it sees at once to whatever happens. */
  readonly isTickedByHand?: boolean;
  readonly blockedAfterSeconds?: number;
  readonly capacity?: Partial<CapacitySettings>;
  readonly observer?: EngineObserver;
}

/** An engine with what clients ask of it, on a provider and a clock that the test moves. */
export class EngineBench {
  readonly store: Store;
  readonly provider: ScriptedProvider;
  nowMs = 1_000_000;
  /** No commit succeeds. */
  isDiskFull = false;
  engine!: Engine;
  readonly #ids = sequentialIds();
  #clockSetMs = 0;
  readonly #options: EngineBenchOptions;

  private constructor(options: EngineBenchOptions) {
    this.store = options.store ?? new MemoryStore();
    this.provider = options.provider ?? new ScriptedProvider();
    this.#options = options;
  }

  static async open(
    things: readonly Buildable[] = PLACE,
    options: EngineBenchOptions = {},
  ): Promise<EngineBench> {
    const bench = new EngineBench(options);
    await bench.store.commit(things.flatMap((thing) => thing.changes()));
    await bench.restart();
    return bench;
  }

  /** A new engine on what the store holds, as after a crash. */
  async restart(): Promise<void> {
    const sequencer = await Sequencer.open({
      store: { commit: (changes) => this.#commit(changes), load: () => this.store.load() },
      runSoon: (flush) => void Promise.resolve().then(flush),
      wake() {},
    });
    const { blockedAfterSeconds, capacity = {}, observer = SILENT } = this.#options;
    const parts = { store: this.store, provider: this.provider, ids: this.#ids, observer, capacity };
    this.engine = createEngine({
      sequencer,
      ...parts,
      surroundings: NO_SURROUNDINGS,
      ...(blockedAfterSeconds !== undefined && { blockedAfterSeconds }),
    });
    await recover(this.engine, this);
  }

  /** As long as nobody sets the clock, the engine's only one. */
  get monotonicMs(): number {
    return this.nowMs - this.#clockSetMs;
  }

  /** Somebody sets the wall clock. */
  setClock(aheadMs: number): void {
    this.nowMs += aheadMs;
    this.#clockSetMs += aheadMs;
  }

  async tick(): Promise<number | undefined> {
    if (this.#options.isRestartedAlways === true) await this.restart();
    return tick(this.engine, this);
  }

  /** Ticks until the engine has nothing to do at once. */
  async settle(): Promise<void> {
    if (this.#options.isTickedByHand === true) return;
    let dueMs = await this.tick();
    while (dueMs === 0) dueMs = await this.tick();
  }

  async apply(...things: readonly Buildable[]): Promise<void> {
    const changes = things.flatMap((thing) => thing.changes());
    await this.engine.sequencer.decide(() => ({ changes, answer: 0 }));
  }

  /** Submits jobs as SubmitJob does, one after the other, and lets the engine see to them. */
  async submit(...jobs: readonly JobBuilder[]): Promise<void> {
    for (const builder of jobs) {
      const job = { ...builder.job, createdAtMs: this.nowMs };
      const stored = await readDependencies(this.store, SCOPE, job.dependsOn);
      await this.engine.sequencer.decide((state) => {
        if (isOutdated(state, SCOPE, stored)) throw new Error("a dependency ended meanwhile");
        const isLost = isDoomed(job.dependsOn, findDependency(state, SCOPE, stored));
        const failure = isLost ? DEPENDENT_JOB_FAILED : undefined;
        return { changes: submissionChanges({ job, failure }, state.jobs.nextQueuePosition), answer: 0 };
      });
    }
    await this.settle();
  }

  async cancel(jobId: string): Promise<void> {
    await this.engine.sequencer.decide((state) => ({
      changes: cancel(state, this.#ending(jobId, "cancelled")),
      answer: 0,
    }));
    await this.settle();
  }

  async terminate(jobId: string): Promise<void> {
    await this.engine.sequencer.decide((state) => ({
      changes: terminate(state, this.#ending(jobId, "terminated")),
      answer: 0,
    }));
    await this.settle();
  }

  /** The attempts of these jobs come up. */
  async comesUp(...jobIds: readonly string[]): Promise<void> {
    for (const jobId of jobIds) this.provider.comesUp(jobId, this.nowMs);
    await this.settle();
  }

  /** The attempt of the job ends. */
  async ends(jobId: string, outcome = EXITED(0)): Promise<void> {
    this.provider.ends(jobId, this.nowMs, outcome);
    await this.settle();
  }

  /** One of the attempts that have not come up does, if there are any. */
  async someComesUp(which: number): Promise<void> {
    const waiting = this.provider.underWay.filter(({ startedAtMs }) => startedAtMs === undefined);
    const task = waiting[which % waiting.length];
    if (task !== undefined) await this.comesUp(task.spec.jobId);
  }

  /** One of the attempts ends, if there are any; what has come up cannot fail to start, and exits instead. */
  async someEnds(which: number, outcome: AttemptOutcome): Promise<void> {
    const { underWay } = this.provider;
    const task = underWay[which % underWay.length];
    if (task === undefined) return;
    const isUp = task.startedAtMs !== undefined;
    await this.ends(task.spec.jobId, isUp && outcome.kind === "start-failed" ? EXITED(127) : outcome);
  }

  /** The jobs whose attempts the provider has, in the order in which it was given them. */
  get underWay(): readonly string[] {
    return this.provider.underWay.map(({ spec }) => spec.jobId);
  }

  async job(jobId: string): Promise<StoredJob> {
    const [stored] = await this.store.readJobs(SCOPE, [jobId]);
    if (stored === undefined) throw new Error(`no job ${jobId}`);
    return stored;
  }

  /** What a job shows of its life: status, attempts, reason. */
  async life(jobId: string): Promise<string> {
    const { progress, attempts } = await this.job(jobId);
    const { status, statusReason = "-" } = progress;
    return `${status} after ${attempts.length}: ${statusReason}`;
  }

  async lives(...jobIds: readonly string[]): Promise<readonly string[]> {
    return Promise.all(jobIds.map((jobId) => this.life(jobId)));
  }

  /** What an array says of its children: how many are in which status, none left out. */
  async summary(jobId: string): Promise<Partial<JobCounts>> {
    const { childCounts } = await this.job(jobId);
    if (childCounts === undefined) throw new Error(`${jobId} is no array`);
    return Object.fromEntries(Object.entries(childCounts).filter(([, count]) => count > 0));
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    if (this.isDiskFull) throw new StoreWriteError("no space left");
    await this.store.commit(changes);
  }

  #ending(jobId: string, reason: string) {
    return { scope: SCOPE, jobId, reason, cause: ENGINE_CAUSE, nowMs: this.nowMs };
  }
}

/** Every scenario holds whether the engine goes on all the time or is built anew from the store before each tick. */
export const EACH_WAY = [
  { name: "in one run", isRestartedAlways: false },
  { name: "with a restart before each tick", isRestartedAlways: true },
];
