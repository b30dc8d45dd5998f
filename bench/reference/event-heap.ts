import { randomBelow } from "../support/scheduling-workload.ts";

/** So many things that happen one after the other, each of which brings about the next. */
export interface EventLoad {
  /** How many are to come at any time. */
  readonly pendingCount: number;
  readonly eventCount: number;
}

const STATE_COUNT = 7;
const RANDOM_LIMIT = 2 ** 30;

/** The least that a simulator can do: take the next event, change a state by it, and put one in its place. Events a second. */
export function eventsPerSecond({ pendingCount, eventCount }: EventLoad): number {
  const heap = new EventHeap(pendingCount);
  const random = randomBelow(7);
  const state = new Uint8Array(pendingCount);
  for (let subject = 0; subject < pendingCount; subject += 1) {
    heap.push(random(RANDOM_LIMIT) / RANDOM_LIMIT, subject);
  }
  const startedAtMs = performance.now();
  for (let index = 0; index < eventCount; index += 1) {
    const now = heap.firstTime;
    const subject = heap.pop();
    state[subject] = ((state[subject] ?? 0) + 1) % STATE_COUNT;
    heap.push(now + random(RANDOM_LIMIT) / RANDOM_LIMIT, subject);
  }
  return (eventCount * 1000) / (performance.now() - startedAtMs);
}

/** A binary heap of events by their time, in typed arrays; the first is at 1, so that the children of `n` are at `2n`. */
class EventHeap {
  readonly #times: Float64Array;
  readonly #subjects: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity + 1);
    this.#subjects = new Int32Array(capacity + 1);
  }

  get firstTime(): number {
    return this.#times[1] ?? Number.POSITIVE_INFINITY;
  }

  push(time: number, subject: number): void {
    const times = this.#times;
    const subjects = this.#subjects;
    this.#size += 1;
    let index = this.#size;
    for (let parent = index >> 1; parent > 0; parent = index >> 1) {
      const parentTime = times[parent] ?? 0;
      if (parentTime <= time) break;
      times[index] = parentTime;
      subjects[index] = subjects[parent] ?? 0;
      index = parent;
    }
    times[index] = time;
    subjects[index] = subject;
  }

  /** What the first event was of. */
  pop(): number {
    const times = this.#times;
    const subjects = this.#subjects;
    const first = subjects[1] ?? 0;
    const time = times[this.#size] ?? 0;
    const subject = subjects[this.#size] ?? 0;
    this.#size -= 1;
    let index = 1;
    for (let child = 2; child <= this.#size; child = 2 * index) {
      if (child < this.#size && (times[child + 1] ?? 0) < (times[child] ?? 0)) child += 1;
      if ((times[child] ?? 0) >= time) break;
      times[index] = times[child] ?? 0;
      subjects[index] = subjects[child] ?? 0;
      index = child;
    }
    times[index] = time;
    subjects[index] = subject;
    return first;
  }
}
