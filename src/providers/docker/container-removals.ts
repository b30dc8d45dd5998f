import type { Clock } from "../../lib/clock.ts";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";

export interface RemovalOptions {
  readonly link: EngineLink;
  readonly clock: Clock;
  readonly atOnceMax: number;
  readonly removeMsMax: number;
}

interface Removal {
  /** An id, or a name. */
  readonly container: string;
  /** The container may only be coming: until then it is removed again and again. */
  readonly untilMs: number;
  dueAtMs: number;
  pauseMs: number;
}

const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 30_000;
/** So long a container may take to appear after its creation was given up. */
const APPEARANCE_MS_MAX = 10 * 60_000;

/** Removes containers with their anonymous volumes: a few at a time, again where it fails, and never in anybody's way. */
export class ContainerRemovals {
  readonly #options: RemovalOptions;
  readonly #waiting = new Map<string, Removal>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  add(container: string): void {
    this.#enqueue(container, 0);
  }

  /** Its creation or start was given up, but the engine may still be at it. */
  addComing(container: string): void {
    this.#enqueue(container, this.#options.clock.monotonicMs() + APPEARANCE_MS_MAX);
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

  #enqueue(container: string, untilMs: number): void {
    if (this.#waiting.has(container) || this.#underWay.has(container)) return;
    this.#waiting.set(container, { container, untilMs, dueAtMs: 0, pauseMs: PAUSE_MS_MIN });
    this.#begin();
  }

  #begin(): void {
    const { link, clock, atOnceMax } = this.#options;
    if (link.outage !== undefined) return;
    const nowMs = clock.monotonicMs();
    for (const removal of this.#waiting.values()) {
      if (this.#underWay.size >= atOnceMax) return;
      if (removal.dueAtMs > nowMs) continue;
      this.#waiting.delete(removal.container);
      const done = this.#remove(removal).finally(() => {
        this.#underWay.delete(removal.container);
        this.#begin();
      });
      this.#underWay.set(removal.container, done);
    }
  }

  async #remove(removal: Removal): Promise<void> {
    const { link, clock, removeMsMax } = this.#options;
    try {
      await link.run(removeMsMax, (engine, signal) => engine.removeContainer(removal.container, signal));
      if (clock.monotonicMs() >= removal.untilMs) return;
    } catch (error) {
      const mayWorkLater =
        error instanceof EngineAway || error instanceof EngineRefusal || error instanceof EngineTimeout;
      if (!mayWorkLater) throw error;
    }
    removal.dueAtMs = clock.monotonicMs() + removal.pauseMs;
    removal.pauseMs = Math.min(removal.pauseMs * 2, PAUSE_MS_MAX);
    this.#waiting.set(removal.container, removal);
  }
}
