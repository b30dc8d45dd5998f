import { assert } from "../lib/assert.ts";
import type { Clock } from "../lib/clock.ts";
import { EventHeap } from "./event-heap.ts";

/** Something that happens at an instant. What takes more than one turn returns its end. */
export type Happening = () => void | Promise<void>;

/** 2026-01-01T00:00:00Z: every simulation begins then. */
const BEGINNING_MS = 1_767_225_600_000;

/** Time that passes only when there is nothing left to do: what is to happen when, and the clock that everybody reads. */
export class VirtualTime implements Clock {
  readonly #heap = new EventHeap();
  readonly #happenings: (Happening | undefined)[] = [];
  readonly #freePlaces: number[] = [];
  #happenedCount = 0;
  #monotonicMs = 0;
  #wallOffsetMs = BEGINNING_MS;

  nowMs(): number {
    return this.#monotonicMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Sets the wall clock forward or, by a negative number, back. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Lets something happen so many milliseconds from now; whole ones, as a server's clock tells no others. */
  after(delayMs: number, happening: Happening): void {
    const place = this.#freePlaces.pop() ?? this.#happenings.length;
    this.#happenings[place] = happening;
    this.#heap.push(this.#monotonicMs + Math.max(0, Math.round(delayMs)), place);
  }

  /** How many things have happened. */
  get happenedCount(): number {
    return this.#happenedCount;
  }

  /** When the next thing happens, on the monotonic clock; Infinity where nothing will. */
  get nextMs(): number {
    return this.#heap.nextMs;
  }

  /** Goes to the next instant at which something happens, and gives what: there has to be something. */
  next(): Happening {
    this.#happenedCount += 1;
    this.#monotonicMs = this.#heap.nextMs;
    const place = this.#heap.pop();
    const happening = this.#happenings[place];
    assert(happening !== undefined, "what happens next is known");
    this.#happenings[place] = undefined;
    this.#freePlaces.push(place);
    return happening;
  }
}
