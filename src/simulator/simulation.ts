import { createHash } from "node:crypto";
import { SeededRandom } from "../lib/seeded-random.ts";
import { sequentialIds } from "../lib/sequential-ids.ts";
import { SimulatedProvider } from "../providers/simulated/simulated-provider.ts";
import type { Provider } from "../providers/provider.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { StoreWriteError } from "../store/store.ts";
import type { CreateChecker, Violation } from "./checker.ts";
import { Clients } from "./clients.ts";
import { Crash, CrashSwitch } from "./crash-switch.ts";
import { Faults } from "./faults.ts";
import { createLoad, JOB_DEFINITIONS } from "./load.ts";
import type { Submission } from "./load.ts";
import { ObservedStore } from "./observed-store.ts";
import type { Plant } from "./observed-store.ts";
import { Retention } from "./retention.ts";
import { INSTANCE } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { SCOPE, ServerLife } from "./server-life.ts";
import { VirtualTime } from "./virtual-time.ts";
import { Watch } from "./watch.ts";

export interface SimulationOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly checkers: Readonly<Record<string, CreateChecker>>;
  /** A full audit after so many steps, and at the end; Infinity: at the end only. */
  readonly auditSteps: number;
  /** The run ends after so many steps, whatever is left. Absent: when no job is left. */
  readonly stepsMax?: number;
  /** Whether the report has a digest of all that was committed: it costs more than all else. */
  readonly hasDigest?: boolean;
  /** A fault in what is committed. */
  readonly plant?: Plant;
  /** A fault in what the engine is told of its provider. */
  readonly plantProvider?: (provider: Provider) => Provider;
}

export interface SimulationReport {
  readonly violations: readonly Violation[];
  readonly stepCount: number;
  readonly virtualMs: number;
  readonly submittedCount: number;
  readonly crashCount: number;
  readonly tickCount: number;
  readonly digest?: string;
}

/** How many things that happen at one instant are one step. */
const STEP_HAPPENINGS_MAX = 1_000;

/** How long the engine rests after a tick that failed, and how long it sleeps at most, as in the server's loop. */
const REST_AFTER_FAILURE_MS = 500;
const SLEEP_MS_MAX = 60_000;

/** How much longer than its load a run may take until no job is left. */
const OVERTIME_MS = 30 * 86_400_000;

/** One run: a world, what chance makes happen in it, and who watches. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #time = new VirtualTime();
  readonly #store = new MemoryStore();
  readonly #ids = sequentialIds();
  readonly #watch: Watch;
  readonly #observedStore: ObservedStore;
  readonly #provider: SimulatedProvider;
  readonly #clients: Clients;
  readonly #load: Generator<Submission>;
  readonly #faults: Faults;
  readonly #retention: Retention;
  readonly #digest = createHash("sha256");
  #server: ServerLife | undefined;
  #lastReport: CycleReport | undefined;
  #nextTickMs = Infinity;
  #isTicking = false;
  #busyUntilMs = 0;
  #isLoadOver = false;
  #stepCount = 0;
  #tickCount = 0;
  #crashCount = 0;
  #submittedCount = 0;

  constructor(options: SimulationOptions) {
    const { scenario, seed, checkers, plant } = options;
    this.#options = options;
    // Each part has a source of its own: what one draws does not shift what another gets.
    const random = new SeededRandom(seed);
    this.#watch = new Watch(checkers);
    this.#observedStore = new ObservedStore({
      store: this.#store,
      plant,
      onCommit: (changes) => {
        if (options.hasDigest === true) this.#digest.update(JSON.stringify(changes));
        this.#watch.committed(changes);
      },
    });
    this.#provider = new SimulatedProvider({
      time: this.#time,
      random: random.fork(),
      capacity: hostOf(scenario),
      habits: scenario.provider,
    });
    this.#provider.onStart((spec) => this.#watch.started(spec));
    this.#clients = new Clients({
      time: this.#time,
      random: random.fork(),
      handledPercent: scenario.handledPercent,
      server: () => this.#server,
      onAcknowledged: (jobId) => this.#watch.acknowledged(jobId),
      onWrongAnswer: (message) => this.#watch.fail("answers", message),
    });
    this.#load = createLoad(scenario.jobs, scenario.size, random.fork());
    this.#faults = new Faults({
      time: this.#time,
      random: random.fork(),
      rates: scenario.faults,
      provider: this.#provider,
      store: this.#observedStore,
      server: () => this.#server,
      crash: () => this.#crash(),
    });
    this.#retention = new Retention({ ...scenario, time: this.#time, store: this.#store, watch: this.#watch });
  }

  async run(): Promise<SimulationReport> {
    await this.#begin();
    while (this.#watch.violations.length === 0 && this.#mayGoOn()) await this.#step();
    if (this.#watch.violations.length === 0) await this.#audit();
    if (this.#watch.violations.length === 0 && this.#isOver) this.#watch.finished(this.#auditFacts());
    return {
      violations: this.#watch.violations,
      stepCount: this.#stepCount,
      virtualMs: this.#time.monotonicMs(),
      submittedCount: this.#submittedCount,
      crashCount: this.#crashCount,
      tickCount: this.#tickCount,
      ...(this.#options.hasDigest === true && { digest: this.#digest.digest("hex") }),
    };
  }

  async #begin(): Promise<void> {
    await this.#startServer();
    const { policies, environments, queues, consumables } = this.#options.scenario.resources(
      this.#options.scenario.size,
    );
    for (const input of policies) await this.#clients.make("CreateSchedulingPolicy", input);
    for (const input of consumables) await this.#clients.make("CreateConsumableResource", input);
    for (const input of environments) await this.#clients.make("CreateComputeEnvironment", input);
    await this.#tick();
    for (const input of queues) await this.#clients.make("CreateJobQueue", input);
    for (const input of JOB_DEFINITIONS) await this.#clients.make("RegisterJobDefinition", input);
    await this.#tick();
    this.#submitNext();
    this.#faults.begin();
    this.#retention.begin();
  }

  /** All has happened that was to, and no job is left. */
  get #isOver(): boolean {
    return this.#isLoadOver && this.#clients.waitingCount === 0 && this.#watch.book.liveCount === 0;
  }

  #mayGoOn(): boolean {
    if (this.#stepCount >= (this.#options.stepsMax ?? Infinity) || this.#isOver) return false;
    const { nextMs } = this.#time;
    const { hours } = this.#options.scenario.size;
    if (nextMs < hours * 3_600_000 + OVERTIME_MS) return true;
    const { liveCount } = this.#watch.book;
    this.#watch.fail("completion", `${liveCount} jobs are left and nothing brings them on: it is hour ${nextMs / 3_600_000}`);
    return false;
  }

  /** Everything that happens at the next instant, side by side. */
  async #step(): Promise<void> {
    this.#stepCount += 1;
    const atMs = this.#time.nextMs;
    const underWay: Promise<void>[] = [];
    for (let count = 0; count < STEP_HAPPENINGS_MAX && this.#time.nextMs === atMs; count += 1) {
      const turn = this.#time.next()();
      if (turn !== undefined) underWay.push(turn);
    }
    if (underWay.length > 0) await Promise.all(underWay);
    if (this.#server?.crashSwitch.isDead === true) this.#crash();
    if (this.#stepCount % this.#options.auditSteps === 0) await this.#audit();
  }

  #submitNext(): void {
    const next = this.#load.next();
    if (next.done === true) {
      this.#isLoadOver = true;
      this.#faults.end();
      return;
    }
    const submission = next.value;
    this.#time.after(submission.atMs - this.#time.monotonicMs(), () => {
      this.#submittedCount += 1;
      this.#submitNext();
      return this.#clients.submit(submission);
    });
  }

  #wake(): void {
    this.#tickAt(Math.max(this.#time.monotonicMs(), this.#busyUntilMs));
  }

  #tickAt(atMs: number): void {
    if (atMs >= this.#nextTickMs) return;
    this.#nextTickMs = atMs;
    this.#time.after(atMs - this.#time.monotonicMs(), () => (this.#nextTickMs === atMs ? this.#tick() : undefined));
  }

  async #tick(): Promise<void> {
    const server = this.#server;
    this.#nextTickMs = Infinity;
    if (server === undefined || this.#isTicking) return;
    this.#isTicking = true;
    this.#tickCount += 1;
    this.#busyUntilMs = this.#time.monotonicMs() + this.#options.scenario.tickMs;
    const dueInMs = await this.#callTick(server);
    this.#isTicking = false;
    if (dueInMs !== Infinity) this.#tickAt(this.#busyUntilMs + Math.min(dueInMs, SLEEP_MS_MAX));
  }

  async #callTick(server: ServerLife): Promise<number> {
    try {
      return await server.tick();
    } catch (error) {
      if (error instanceof Crash) return Infinity;
      if (!(error instanceof StoreWriteError)) this.#watch.fail("engine", describeError(error));
      return REST_AFTER_FAILURE_MS;
    }
  }

  /** The server is gone at once; another begins when somebody has noticed. */
  #crash(): void {
    if (this.#server === undefined) return;
    this.#crashCount += 1;
    this.#server.crashSwitch.crash();
    this.#server = undefined;
    this.#nextTickMs = Infinity;
    this.#time.after(this.#faults.downMs(), () => this.#startServer());
  }

  async #startServer(): Promise<void> {
    const crashSwitch = new CrashSwitch();
    this.#faults.threaten(crashSwitch);
    const provider = this.#options.plantProvider?.(this.#provider) ?? this.#provider;
    try {
      this.#server = await ServerLife.begin(
        {
          store: this.#store,
          observedStore: this.#observedStore,
          provider,
          clock: this.#time,
          ids: this.#ids,
          observer: {
            attemptStarted() {},
            attemptFinished() {},
            cycleEnded: (report, hostCapacity) => this.#cycleEnded(report, hostCapacity),
          },
          wake: () => this.#wake(),
          onFailure: (error) => {
            if (!isExpected(error)) this.#watch.fail("answers", describeError(error));
          },
        },
        crashSwitch,
      );
      this.#wake();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#crashCount += 1;
      this.#time.after(this.#faults.downMs(), () => this.#startServer());
    }
  }
}

function hostOf({ size }: Scenario) {
  return {
    vcpuMillis: size.instanceCount * INSTANCE.vcpuCount * 1000,
    memoryMiB: size.instanceCount * INSTANCE.memoryMiB,
    gpuCount: 0,
  };
}
