import { createHash } from "node:crypto";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import { createSpotMarket } from "../batch/spot-market.ts";
import type { CapacitySettings } from "../engine/engine.ts";
import { SeededRandom } from "../lib/seeded-random.ts";
import { sequentialIds } from "../lib/sequential-ids.ts";
import type { Provider } from "../providers/provider.ts";
import { SimulatedProvider } from "../providers/simulated/simulated-provider.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { Administrators } from "./changes/administrators.ts";
import type { AuditFacts, CreateChecker, Violation } from "./checker.ts";
import { Clients, isFault } from "./clients.ts";
import { Faults } from "./faults.ts";
import { createLoad, JOB_DEFINITIONS } from "./load.ts";
import type { Submission } from "./load.ts";
import { ObservedStore } from "./observed-store.ts";
import type { Plant } from "./observed-store.ts";
import { Retention } from "./retention.ts";
import { INSTANCE } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { VirtualServer } from "./virtual-server.ts";
import { VirtualTime } from "./virtual-time.ts";
import { Watch } from "./watch.ts";

export interface SimulationOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** What is submitted; absent: what the scenario's mix brings. */
  readonly load?: Iterator<Submission>;
  /** By name. */
  readonly checkers: Readonly<Record<string, CreateChecker>>;
  /** There is a full audit after so many steps, or as many as there are jobs where those are more, and at the end. */
  readonly auditSteps: number;
  /** The run ends after so many steps, whatever is left. Absent: when no job is left. */
  readonly stepsMax?: number;
  /** Whether the report has a digest of all that was committed. */
  readonly hasDigest?: boolean;
  /** A fault in what is committed. */
  readonly plant?: Plant;
  /** A fault in what the engine learns of its provider. */
  readonly plantProvider?: (provider: Provider) => Provider;
  /** A fault in what cycles tell. */
  readonly plantReport?: (report: CycleReport) => CycleReport;
}

export interface SimulationReport {
  /** Of the first step that had any. */
  readonly violations: readonly Violation[];
  readonly stepCount: number;
  /**
   * Whatever was delivered to a part of the simulated world, to the clients, the server, its store or its provider, each at
   * an instant: what was due then (a submission, a tick, an attempt that comes up or ends, a fault), and the messages
   * between them (a request and its answer, a commit, an order to the provider, an acknowledgement, news). What these make
   * a part do within itself is none.
   */
  readonly eventCount: number;
  readonly virtualMs: number;
  readonly submissionCount: number;
  /** Jobs, children and nodes that ended. */
  readonly endedCount: number;
  readonly tickCount: number;
  readonly crashCount: number;
  /** How often administrators did what, by operation; absent where there are none. */
  readonly administered?: ReadonlyMap<string, number>;
  readonly digest?: string;
}

/** How many things that happen at one instant are one step. */
const STEP_HAPPENINGS_MAX = 1_000;

/** How much longer than its load a run may take until no job is left. */
const OVERTIME_MS = 30 * 86_400_000;

/** One run: a world, what chance makes happen in it, and who watches. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #time = new VirtualTime();
  readonly #store = new MemoryStore();
  readonly #digest = createHash("sha256");
  readonly #watch: Watch;
  readonly #server: VirtualServer;
  readonly #clients: Clients;
  readonly #administrators: Administrators | undefined;
  readonly #provider: SimulatedProvider;
  readonly #observedStore: ObservedStore;
  readonly #faults: Faults;
  readonly #retention: Retention;
  readonly #load: Iterator<Submission>;
  #isLoadOver = false;
  #submissionCount = 0;
  #stepCount = 0;
  #auditAtStep: number;

  constructor(options: SimulationOptions) {
    const { scenario, seed, checkers, plant, plantProvider, plantReport } = options;
    this.#options = options;
    this.#auditAtStep = options.auditSteps;
    const time = this.#time;
    const store = this.#store;
    // Each part has a source of its own: what one draws does not shift what another gets.
    const random = new SeededRandom(seed);
    const host = hostOf(scenario);
    const watch = new Watch(checkers, { clock: time, host });
    this.#watch = watch;
    const onCommit = (changes: Parameters<Plant>[0]): void => {
      if (options.hasDigest === true) this.#digest.update(JSON.stringify(changes));
      watch.committed(changes);
    };
    const observedStore = new ObservedStore({ store, plant, onCommit });
    this.#observedStore = observedStore;
    const habits = scenario.provider;
    const provider = new SimulatedProvider({ time, random: random.fork(), capacity: host, habits });
    this.#provider = provider;
    provider.onStart((spec) => watch.started(spec));
    const rates = scenario.faults;
    const crashSwitch = () => this.#server.life?.crashSwitch;
    this.#faults = new Faults({
      time,
      random: random.fork(),
      rates,
      provider,
      store: observedStore,
      crashSwitch,
    });
    this.#server = new VirtualServer({
      time,
      store,
      observedStore,
      provider: plantProvider?.(provider) ?? provider,
      ids: sequentialIds(),
      faults: this.#faults,
      watch,
      plantReport,
      tickMs: scenario.tickMs,
      capacity: capacityOf(scenario, random.between(0, 2 ** 32 - 1)),
    });
    this.#clients = new Clients({
      time,
      random: random.fork(),
      handledPercent: scenario.handledPercent,
      areQueuesChanging: scenario.changes !== undefined,
      server: () => this.#server.life,
      onAcknowledged: (jobId) => watch.acknowledged(jobId),
      onWrongAnswer: (message) => watch.fail("answers", message),
    });
    this.#load = options.load ?? createLoad(scenario.jobs, scenario.size, random.fork());
    this.#administrators = this.#createAdministrators(random.fork());
    this.#retention = new Retention({ retentionMs: scenario.retentionMs, time, store, watch });
  }

  async run(): Promise<SimulationReport> {
    await this.#begin();
    while (!this.#hasFailed && this.#mayGoOn()) {
      const rest = this.#step();
      if (rest !== undefined) await rest;
      this.#server.noticeCrash();
      if (this.#stepCount >= this.#auditAtStep) await this.#audit();
    }
    if (!this.#hasFailed) await this.#audit();
    if (!this.#hasFailed && this.#isOver) this.#watch.finished();
    return {
      violations: this.#watch.violations,
      stepCount: this.#stepCount,
      eventCount: this.#eventCount,
      virtualMs: this.#time.monotonicMs(),
      submissionCount: this.#submissionCount,
      endedCount: this.#watch.book.endedCount,
      tickCount: this.#server.tickCount,
      crashCount: this.#server.crashCount,
      ...(this.#administrators !== undefined && { administered: this.#administrators.doneCounts }),
      ...(this.#options.hasDigest === true && { digest: this.#digest.digest("hex") }),
    };
  }

  get #hasFailed(): boolean {
    return this.#watch.violations.length > 0;
  }

  get #eventCount(): number {
    const dueCount = this.#time.happenedCount - this.#server.overtakenCount;
    const administeredCount = this.#administrators?.messageCount ?? 0;
    const messageCount = this.#clients.messageCount + this.#provider.messageCount + administeredCount;
    return dueCount + messageCount + this.#observedStore.commitCount;
  }

  /** All has happened that was to, and no job is left. */
  get #isOver(): boolean {
    return this.#isLoadOver && this.#clients.waitingCount === 0 && this.#watch.book.liveCount === 0;
  }

  async #begin(): Promise<void> {
    await this.#server.start();
    const { resources, size } = this.#options.scenario;
    const { policies, environments, queues, consumables } = resources(size);
    const clients = this.#clients;
    for (const input of policies) await clients.make("CreateSchedulingPolicy", input);
    for (const input of consumables) await clients.make("CreateConsumableResource", input);
    for (const input of environments) await clients.make("CreateComputeEnvironment", input);
    await this.#server.tick(); // queues take environments that are VALID
    for (const input of queues) await clients.make("CreateJobQueue", input);
    for (const input of JOB_DEFINITIONS) await clients.make("RegisterJobDefinition", input);
    await this.#server.tick();
    this.#submitNext();
    this.#faults.begin();
    this.#administrators?.begin();
    this.#retention.begin();
  }

  #mayGoOn(): boolean {
    if (this.#isOver || this.#stepCount >= (this.#options.stepsMax ?? Infinity)) return false;
    const { nextMs } = this.#time;
    if (nextMs < this.#options.scenario.size.hours * 3_600_000 + OVERTIME_MS) return true;
    const { liveCount } = this.#watch.book;
    this.#watch.fail("completion", `nothing brings the ${liveCount} jobs on that are left`);
    return false;
  }

  /** Lets everything happen that does at the next instant, side by side. Most of it is over at once. */
  #step(): Promise<unknown> | undefined {
    this.#stepCount += 1;
    const time = this.#time;
    const atMs = time.nextMs;
    const underWay: Promise<void>[] = [];
    for (let count = 0; count < STEP_HAPPENINGS_MAX && time.nextMs === atMs; count += 1) {
      const turn = time.next()();
      if (turn !== undefined) underWay.push(turn);
    }
    return underWay.length > 1 ? Promise.all(underWay) : underWay[0];
  }

  #submitNext(): void {
    const next = this.#load.next();
    if (next.done === true) {
      this.#isLoadOver = true;
      this.#faults.end();
      this.#administrators?.end();
      return;
    }
    const submission = next.value;
    this.#time.after(submission.atMs - this.#time.monotonicMs(), () => {
      this.#submissionCount += 1;
      this.#submitNext();
      return this.#clients.submit(submission);
    });
  }

  #createAdministrators(random: SeededRandom): Administrators | undefined {
    const { scenario } = this.#options;
    if (scenario.changes === undefined) return undefined;
    return new Administrators({
      time: this.#time,
      random,
      perHour: scenario.changes.perHour,
      scenario,
      server: () => this.#server.life,
      onWrongAnswer: (message) => this.#watch.fail("answers", message),
    });
  }

  /** A server that is down, or has just failed to write, is audited the next time. */
  async #audit(): Promise<void> {
    // It looks at every job: what it costs stays a part of what the steps before it did.
    this.#auditAtStep = this.#stepCount + Math.max(this.#options.auditSteps, this.#watch.book.jobs.size);
    const facts = await this.#auditFacts();
    if (facts !== undefined) await this.#watch.audit(facts);
  }

  async #auditFacts(): Promise<AuditFacts | undefined> {
    try {
      const state = await this.#server.life?.settledState();
      return state && { store: this.#store, state, book: this.#watch.book };
    } catch (error) {
      if (isFault(error)) return undefined;
      throw error;
    }
  }
}

function hostOf({ size: { instanceCount } }: Scenario) {
  return {
    vcpuMillis: instanceCount * INSTANCE.vcpuCount * 1000,
    memoryMiB: instanceCount * INSTANCE.memoryMiB,
    gpuCount: 0,
  };
}

function capacityOf(
  { capacity: { bootMs, isMarketMoving, ...settings } }: Scenario,
  seed: number,
): CapacitySettings {
  const market = createSpotMarket(isMarketMoving ? { seed } : {});
  return { ...settings, supply: new CatalogueSupply(EC2_CATALOGUE, bootMs, market), market };
}
