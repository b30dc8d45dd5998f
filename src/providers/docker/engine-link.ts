import type { Clock } from "../../lib/clock.ts";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import type { ContainerEvent, DockerEngine, EngineDescription } from "./docker-engine.ts";
import { OWNER_LABEL } from "./docker-spec.ts";

export interface EngineLinkOptions {
  readonly engine: DockerEngine;
  readonly owner: string;
  /** Made if it is missing; undefined where the network is somebody else's. */
  readonly ownNetwork: string | undefined;
  readonly clock: Clock;
  readonly connectMsMax: number;
  /** The engine is there again: compares what it has with what should be. The link is up once that is done. */
  readonly onFound: () => Promise<void>;
  readonly onEvent: (event: ContainerEvent) => void;
  /** The engine can be used, or no longer. */
  readonly onChange: () => void;
}

/** A call was given up: the engine did not answer it in time. */
export class EngineTimeout extends Error {
  override readonly name = "EngineTimeout";
}

const PAUSE_MS_MIN = 50;
const PAUSE_MS_MAX = 5_000;

/**
 * The connection to the engine: there while the stream of its events is. Whatever shows that the engine is away ends
 * it, and all calls with it; `poll` tries again, after pauses that grow.
 */
export class EngineLink {
  readonly #options: EngineLinkOptions;
  /** Aborted when the engine goes away; undefined while it is. */
  #session: AbortController | undefined;
  #isUp = false;
  #outage = "the container engine has not answered yet";
  #leftAtMs: number | undefined;
  #description: EngineDescription | undefined;
  #trial: Promise<void> | undefined;
  #following: Promise<void> = Promise.resolve();
  #pauseMs = PAUSE_MS_MIN;
  #upSinceMs = Infinity;
  #nextTrialAtMs = 0;
  #isClosed = false;

  constructor(options: EngineLinkOptions) {
    this.#options = options;
  }

  /** Why nothing can be asked of the engine; undefined while it can. */
  get outage(): string | undefined {
    return this.#isUp ? undefined : this.#outage;
  }

  /** The latest that is known. */
  get description(): EngineDescription | undefined {
    return this.#description;
  }

  /** When the engine was last seen to go, by the wall clock. */
  get leftAtMs(): number | undefined {
    return this.#leftAtMs;
  }

  /** Ends when the engine goes away. */
  get signal(): AbortSignal {
    return this.#session?.signal ?? AbortSignal.abort(new EngineAway(this.#outage));
  }

  /** Tries once to reach the engine, if it is not there. */
  connect(): Promise<void> {
    if (this.#isClosed || (this.#session !== undefined && this.#trial === undefined))
      return Promise.resolve();
    this.#trial ??= this.#connect().finally(() => (this.#trial = undefined));
    return this.#trial;
  }

  /** Milliseconds until it wants to be called again; undefined while the engine is there, or being tried. */
  poll(): number | undefined {
    if (this.#session !== undefined || this.#trial !== undefined || this.#isClosed) return undefined;
    const waitMs = this.#nextTrialAtMs - this.#options.clock.monotonicMs();
    if (waitMs > 0) return waitMs;
    void this.connect();
    return undefined;
  }

  /**
   * Asks something of the engine. Rejects with `EngineAway` when it is away or goes away, with `EngineTimeout` when the
   * time is over, and with `EngineRefusal`.
   *
   * @param limit how long it may take, or what ends it; then it rejects with the signal's reason.
   */
  async run<T>(
    limit: number | AbortSignal,
    call: (engine: DockerEngine, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const session = this.#session;
    if (session === undefined) throw new EngineAway(this.#outage);
    const end = typeof limit === "number" ? AbortSignal.timeout(limit) : limit;
    try {
      return await call(this.#options.engine, AbortSignal.any([session.signal, end]));
    } catch (error) {
      if (error instanceof EngineAway) this.#leave(session, error);
      const isLate = typeof limit === "number" && end.aborted && error === end.reason;
      if (!isLate) throw error;
      throw new EngineTimeout(`the container engine did not answer within ${limit} ms`, { cause: error });
    }
  }

  /** Asks what every engine can answer: one that refuses, or is too slow, counts as away. */
  async ask<T>(msMax: number, call: (engine: DockerEngine, signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.run(msMax, call);
    } catch (error) {
      if (!(error instanceof EngineTimeout || error instanceof EngineRefusal)) throw error;
      const away = new EngineAway(error.message, { cause: error });
      this.lose(away);
      throw away;
    }
  }

  /** Somebody found that the engine is away. */
  lose(error: EngineAway): void {
    if (this.#session !== undefined) this.#leave(this.#session, error);
  }

  /** Makes the network if it is ours and missing. */
  async ensureNetwork(): Promise<void> {
    await this.run(this.#options.connectMsMax, (_engine, signal) => this.#ensureNetwork(signal));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#session !== undefined) this.#leave(this.#session, new EngineAway("the provider is closing"));
    await this.#trial;
    await this.#following;
  }

  async #connect(): Promise<void> {
    const { engine, connectMsMax, onFound, onChange } = this.#options;
    const session = new AbortController();
    const signal = AbortSignal.any([session.signal, AbortSignal.timeout(connectMsMax)]);
    try {
      this.#description = await engine.describe(signal);
      await this.#ensureNetwork(signal);
      if (this.#isClosed) return;
      this.#session = session;
      this.#following = this.#follow(session);
      await onFound();
      if (this.#session !== session) return;
      this.#isUp = true;
      this.#upSinceMs = this.#options.clock.monotonicMs();
      onChange();
    } catch (error) {
      if (!isEngineTrouble(error)) throw error;
      this.#leave(session, error);
    }
  }

  async #ensureNetwork(signal: AbortSignal): Promise<void> {
    const { engine, ownNetwork, owner } = this.#options;
    if (ownNetwork === undefined) return;
    await engine.ensureNetwork(
      { name: ownNetwork, labels: { [OWNER_LABEL]: owner }, isInternal: false },
      signal,
    );
  }

  async #follow(session: AbortController): Promise<void> {
    const { engine, owner, onEvent } = this.#options;
    try {
      for await (const event of engine.events(OWNER_LABEL, owner, session.signal)) onEvent(event);
      this.#leave(session, new EngineAway("the container engine has ended its events"));
    } catch (error) {
      if (!isEngineTrouble(error)) throw error;
      this.#leave(session, error);
    }
  }

  #leave(session: AbortController, error: Error): void {
    if (session.signal.aborted) return;
    session.abort(error instanceof EngineAway ? error : new EngineAway(error.message, { cause: error }));
    this.#session = undefined;
    this.#outage = error.message;
    const { clock, onChange } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#isUp) this.#leftAtMs = clock.nowMs();
    const hasLasted = this.#isUp && nowMs - this.#upSinceMs >= PAUSE_MS_MAX;
    this.#isUp = false;
    if (hasLasted) this.#pauseMs = PAUSE_MS_MIN;
    this.#nextTrialAtMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MS_MAX);
    onChange();
  }
}

/** It is away, refuses, or is too slow: nothing that another try could not mend. */
function isEngineTrouble(error: unknown): error is Error {
  return (
    error instanceof EngineAway ||
    error instanceof EngineRefusal ||
    error instanceof EngineTimeout ||
    (error instanceof DOMException && error.name === "TimeoutError")
  );
}
