import type { Resources } from "../batch/resources.ts";
import type { CapacitySettings } from "../engine/engine.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Provider } from "../providers/provider.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { StoreWriteError } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import { isFault } from "./clients.ts";
import { Crash, CrashSwitch } from "./crash-switch.ts";
import type { Faults } from "./faults.ts";
import type { ObservedStore } from "./observed-store.ts";
import { ServerLife } from "./server-life.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Watch } from "./watch.ts";

export interface VirtualServerOptions {
  readonly time: VirtualTime;
  readonly store: Store;
  readonly observedStore: ObservedStore;
  readonly provider: Provider;
  readonly ids: IdSource;
  readonly faults: Faults;
  readonly watch: Watch;
  /** Changes what cycles tell; absent: nothing is changed. */
  readonly plantReport?: ((report: CycleReport) => CycleReport) | undefined;
  readonly capacity: CapacitySettings;
  /** How long the engine is busy with one tick. */
  readonly tickMs: number;
}

/** How long the engine rests after a tick that failed, and how long it sleeps at most: as in the server's loop. */
const REST_AFTER_FAILURE_MS = 500;
const SLEEP_MS_MAX = 60_000;

/** A server from its first start on, through all its crashes: what its loop does with timers is done on virtual time. */
export class VirtualServer {
  readonly #options: VirtualServerOptions;
  #life: ServerLife | undefined;
  #nextTickMs = Infinity;
  #busyUntilMs = 0;
  #tickCount = 0;
  #overtakenCount = 0;
  #crashCount = 0;

  constructor(options: VirtualServerOptions) {
    this.#options = options;
  }

  /** Undefined while it is down. */
  get life(): ServerLife | undefined {
    return this.#life;
  }

  get tickCount(): number {
    return this.#tickCount;
  }

  /** Calls of the engine that were due, and for which there was an earlier one. */
  get overtakenCount(): number {
    return this.#overtakenCount;
  }

  get crashCount(): number {
    return this.#crashCount;
  }

  async start(): Promise<void> {
    const { time, faults, watch, provider } = this.#options;
    const crashSwitch = new CrashSwitch();
    faults.threaten(crashSwitch);
    try {
      this.#life = await ServerLife.begin(
        {
          ...this.#options,
          provider,
          clock: time,
          observer: {
            attemptStarted() {},
            attemptFinished() {},
            cycleEnded: (report, hostCapacity) => this.#cycleEnded(report, hostCapacity),
          },
          wake: () => this.#wake(),
          onFailure: (error) => {
            if (!isFault(error)) watch.fail("answers", describeError(error));
          },
        },
        crashSwitch,
      );
      this.#wake();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#startLater();
    }
  }

  /** Notices that the server has crashed, if it has: another begins when somebody sees to it. */
  noticeCrash(): void {
    if (this.#life?.crashSwitch.isDead !== true) return;
    this.#life = undefined;
    this.#nextTickMs = Infinity;
    this.#startLater();
  }

  async tick(): Promise<void> {
    const { time, tickMs } = this.#options;
    this.#nextTickMs = Infinity;
    if (this.#life === undefined) return;
    this.#tickCount += 1;
    const nowMs = time.monotonicMs();
    this.#busyUntilMs = nowMs + tickMs;
    const dueInMs = await this.#callTick(this.#life);
    if (dueInMs !== Infinity)
      this.#tickAt(Math.max(this.#busyUntilMs, nowMs + Math.min(dueInMs, SLEEP_MS_MAX)));
  }

  async #callTick(life: ServerLife): Promise<number> {
    try {
      return await life.tick();
    } catch (error) {
      if (error instanceof Crash) return Infinity;
      if (!(error instanceof StoreWriteError)) this.#options.watch.fail("engine", describeError(error));
      return REST_AFTER_FAILURE_MS;
    }
  }

  #cycleEnded(told: CycleReport, hostCapacity: Resources): void {
    const { watch, plantReport } = this.#options;
    const report = plantReport?.(told) ?? told;
    if (this.#life !== undefined) watch.ticked({ state: this.#life.state, report, hostCapacity });
  }

  #wake(): void {
    this.#tickAt(Math.max(this.#options.time.monotonicMs(), this.#busyUntilMs));
  }

  /** One call is due at most: the earliest that was asked for. */
  #tickAt(atMs: number): void {
    if (atMs >= this.#nextTickMs) return;
    const { time } = this.#options;
    this.#nextTickMs = atMs;
    time.after(atMs - time.monotonicMs(), () => {
      if (this.#nextTickMs === atMs) return this.tick();
      this.#overtakenCount += 1;
      return undefined;
    });
  }

  #startLater(): void {
    const { time, faults } = this.#options;
    this.#crashCount += 1;
    time.after(faults.downMs(), () => this.start());
  }
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
