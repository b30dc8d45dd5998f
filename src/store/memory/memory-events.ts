import type { BatchEvent, SequencedEvent } from "../../batch/event.ts";
import type { EventLogBounds, EventLogLimits } from "../event-log.ts";

/** About what an event takes in memory. */
const EVENT_BYTES = 200;

/** The log of events in memory. */
export class MemoryEvents {
  #firstSequence = 1;
  #events: BatchEvent[] = [];

  append(firstSequence: number, events: readonly BatchEvent[]): void {
    if (this.#events.length === 0) this.#firstSequence = firstSequence;
    let place = firstSequence - this.#firstSequence;
    for (const event of events) {
      this.#events[place] = event;
      place += 1;
    }
  }

  bounds(): EventLogBounds | undefined {
    if (this.#events.length === 0) return undefined;
    const firstSequence = this.#firstSequence;
    return { firstSequence, lastSequence: firstSequence + this.#events.length - 1 };
  }

  readAfter(afterSequence: number, limit: number): readonly SequencedEvent[] {
    const start = Math.max(0, afterSequence + 1 - this.#firstSequence);
    return this.#events
      .slice(start, start + limit)
      .map((event, index) => ({ sequence: this.#firstSequence + start + index, event }));
  }

  findSince(sinceMs: number): number | undefined {
    const index = this.#events.findIndex(({ atMs }) => atMs >= sinceMs);
    return index === -1 ? undefined : this.#firstSequence + index - 1;
  }

  removeBeyond({ beforeMs, bytesMax }: EventLogLimits): boolean {
    const firstYoung = this.#events.findIndex(({ atMs }) => atMs >= beforeMs);
    const oldCount = firstYoung === -1 ? this.#events.length : firstYoung;
    const tooManyCount = this.#events.length - Math.floor(bytesMax / EVENT_BYTES);
    const removedCount = Math.min(Math.max(oldCount, tooManyCount), this.#events.length - 1);
    if (removedCount <= 0) return false;
    this.#events = this.#events.slice(removedCount);
    this.#firstSequence += removedCount;
    return false;
  }
}
