import type { Scope } from "../batch/scope.ts";
import { createEngine } from "../engine/engine.ts";
import type { CapacitySettings, Engine, EngineObserver } from "../engine/engine.ts";
import { recover } from "../engine/recover.ts";
import { tick } from "../engine/tick.ts";
import type { Clock } from "../lib/clock.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Provider } from "../providers/provider.ts";
import type { LiveState } from "../store/live-state.ts";
import { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";
import { createBatchApi } from "./batch-api.ts";
import type { BatchApi } from "./batch-api.ts";
import { CrashSwitch } from "./crash-switch.ts";
import { mortalProvider } from "./mortal-provider.ts";
import type { ObservedStore } from "./observed-store.ts";

export const SCOPE: Scope = { accountId: "123456789012", region: "us-east-1" };

export interface ServerLifeOptions {
  readonly store: Store;
  readonly observedStore: ObservedStore;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly observer: EngineObserver;
  readonly capacity: CapacitySettings;
  /** There is something to do for the engine. */
  readonly wake: () => void;
  /** Told of whatever an answer could not be made for, as a server's log is. */
  readonly onFailure: (error: unknown) => void;
}

/** A server from its start to its crash: the API, the sequencer and the engine, without sockets and timers. */
export class ServerLife implements BatchApi {
  readonly crashSwitch: CrashSwitch;
  readonly operations: BatchApi["operations"];
  readonly handle: BatchApi["handle"];
  readonly #engine: Engine;
  readonly #clock: Clock;

  /** Rejects with a `Crash` where its life ends before it has begun. */
  static async begin(options: ServerLifeOptions, crashSwitch = new CrashSwitch()): Promise<ServerLife> {
    const { store, observedStore, clock, wake } = options;
    const sequencer = await Sequencer.open({
      store: observedStore.forLife(crashSwitch),
      runSoon: queueMicrotask,
      wake: () => !crashSwitch.isDead && wake(),
    });
    const provider = mortalProvider(options.provider, crashSwitch);
    const { ids, observer, capacity } = options;
    const surroundings = { prepare: () => Promise.resolve([]) };
    const engine = createEngine({ sequencer, store, provider, ids, observer, capacity, surroundings });
    await recover(engine, { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() });
    provider.onNews(wake);
    return new ServerLife(options, engine, crashSwitch);
  }

  private constructor(options: ServerLifeOptions, engine: Engine, crashSwitch: CrashSwitch) {
    const { store, clock, ids, onFailure } = options;
    const { sequencer, instanceCatalogue } = engine;
    this.crashSwitch = crashSwitch;
    this.#engine = engine;
    this.#clock = clock;
    const sessions = { open: () => undefined };
    const parts = { sequencer, store, clock, ids, instanceCatalogue, sessions, defaults: SCOPE, onFailure };
    ({ operations: this.operations, handle: this.handle } = createBatchApi(parts));
  }

  get state(): LiveState {
    return this.#engine.sequencer.state;
  }

  /** The state after all that was decided: one that stands on a commit that failed is built again first. */
  async settledState(): Promise<LiveState> {
    await this.#engine.sequencer.transact(() => undefined);
    return this.state;
  }

  /** What the loop of a server does with the engine: milliseconds until it wants to be called again. */
  async tick(): Promise<number> {
    const nowMs = this.#clock.nowMs();
    const dueMs = await tick(this.#engine, { nowMs, monotonicMs: this.#clock.monotonicMs() });
    return Math.min(dueMs ?? Infinity, this.#engine.provider.poll(nowMs) ?? Infinity);
  }
}
