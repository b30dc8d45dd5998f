import { unreachable } from "../../lib/assert.ts";
import type { Clock } from "../../lib/clock.ts";
import { type DockerEngine, EngineAway, EngineRefusal } from "./docker-engine.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";

export interface RemovalOptions {
  readonly link: EngineLink;
  readonly clock: Clock;
  readonly atOnceMax: number;
  readonly removeMsMax: number;
}

/** Something in the engine that is to go. */
export interface Unwanted {
  readonly kind: "container" | "volume" | "network";
  /** Of a container, its id or its name. */
  readonly name: string;
  /** Names of what has to be gone before, as it uses this. */
  readonly behind?: readonly string[];
}

interface Removal extends Unwanted {
  /** The container may only be coming: until then it is removed again and again. */
  readonly untilMs: number;
  dueAtMs: number;
  pauseMs: number;
}

const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 30_000;
/** So long a container may take to appear after its creation was given up. */
const APPEARANCE_MS_MAX = 10 * 60_000;

/**
 * Removes containers with their anonymous volumes, and what several of them shared: a few at a time, again where it fails,
 * and never in anybody's way.
 */
export class Removals {
  readonly #options: RemovalOptions;
  readonly #waiting = new Map<string, Removal>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  add(unwanted: Unwanted): void {
    this.#enqueue(unwanted, 0);
  }

  /** Its creation or start was given up, but the engine may still be at it. */
  addComing(container: string): void {
    const untilMs = this.#options.clock.monotonicMs() + APPEARANCE_MS_MAX;
    this.#enqueue({ kind: "container", name: container }, untilMs);
  }

  /** It is wanted after all. One that is going already has to be made anew. */
  cancel(name: string): void {
    this.#waiting.delete(name);
  }

  /** Milliseconds until it wants to be called again; undefined if there is nothing to do. */
  poll(): number | undefined {
    this.#begin();
    const nowMs = this.#options.clock.monotonicMs();
    const dueAtMs = [...this.#waiting.values()].reduce(
      (soonest, each) => Math.min(soonest, each.dueAtMs),
      Infinity,
    );
    return dueAtMs === Infinity ? undefined : Math.max(PAUSE_MS_MIN, dueAtMs - nowMs);
  }

  async close(): Promise<void> {
    this.#waiting.clear();
    await Promise.all(this.#underWay.values());
  }

  #enqueue(unwanted: Unwanted, untilMs: number): void {
    if (this.#isKnown(unwanted.name)) return;
    this.#waiting.set(unwanted.name, { ...unwanted, untilMs, dueAtMs: 0, pauseMs: PAUSE_MS_MIN });
    this.#begin();
  }

  #isKnown(name: string): boolean {
    return this.#waiting.has(name) || this.#underWay.has(name);
  }

  #begin(): void {
    const { link, clock, atOnceMax } = this.#options;
    if (link.outage !== undefined) return;
    const nowMs = clock.monotonicMs();
    for (const removal of this.#waiting.values()) {
      if (this.#underWay.size >= atOnceMax) return;
      if (removal.dueAtMs > nowMs || removal.behind?.some((name) => this.#isKnown(name)) === true) continue;
      this.#waiting.delete(removal.name);
      const done = this.#remove(removal).finally(() => {
        this.#underWay.delete(removal.name);
        this.#begin();
      });
      this.#underWay.set(removal.name, done);
    }
  }

  async #remove(removal: Removal): Promise<void> {
    const { link, clock, removeMsMax } = this.#options;
    try {
      await link.run(removeMsMax, (engine, signal) => remove(removal, engine, signal));
      if (clock.monotonicMs() >= removal.untilMs) return;
    } catch (error) {
      const mayWorkLater =
        error instanceof EngineAway || error instanceof EngineRefusal || error instanceof EngineTimeout;
      if (!mayWorkLater) throw error;
    }
    removal.dueAtMs = clock.monotonicMs() + removal.pauseMs;
    removal.pauseMs = Math.min(removal.pauseMs * 2, PAUSE_MS_MAX);
    this.#waiting.set(removal.name, removal);
  }
}

function remove({ kind, name }: Unwanted, engine: DockerEngine, signal: AbortSignal): Promise<void> {
  switch (kind) {
    case "container":
      return engine.removeContainer(name, signal);
    case "volume":
      return engine.removeVolume(name, signal);
    case "network":
      return engine.removeNetwork(name, signal);
    default:
      return unreachable(kind);
  }
}
