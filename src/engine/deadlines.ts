import { IndexedHeap } from "../lib/indexed-heap.ts";
import type { LiveJob } from "../store/live-state.ts";
import type { Instant } from "./instant.ts";

interface Deadline {
  readonly taskId: string;
  readonly atMonotonicMs: number;
  heapIndex: number;
}

/**
 * When running attempts time out (`timeout.attemptDurationSeconds`, counted from RUNNING). Lengths are measured on the
 * monotonic clock, so a wall clock that jumps ends no job early; only what passed before a restart of this program is
 * taken from the wall clock.
 */
export class Deadlines {
  readonly #heap = new IndexedHeap<Deadline>(
    () => false,
    ({ atMonotonicMs }) => atMonotonicMs,
  );
  readonly #byTask = new Map<string, Deadline>();

  /** Begins to watch an attempt that went to RUNNING at `startedAtMs`; one without a limit is not watched. */
  watch(taskId: string, job: LiveJob, startedAtMs: number, { nowMs, monotonicMs }: Instant): void {
    if (job.attemptDurationSeconds === undefined || this.#byTask.has(taskId)) return;
    const elapsedMs = Math.max(0, nowMs - startedAtMs);
    const atMonotonicMs = monotonicMs + job.attemptDurationSeconds * 1000 - elapsedMs;
    const deadline = { taskId, atMonotonicMs, heapIndex: -1 };
    this.#byTask.set(taskId, deadline);
    this.#heap.add(deadline);
  }

  forget(taskId: string): void {
    const deadline = this.#byTask.get(taskId);
    if (deadline === undefined) return;
    this.#byTask.delete(taskId);
    this.#heap.remove(deadline);
  }

  /** Task ids whose time is over, the first to expire first; they stay watched until forgotten. */
  due(monotonicMs: number): readonly string[] {
    const due: Deadline[] = [];
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      if (first.atMonotonicMs > monotonicMs) break;
      due.push(first);
      this.#heap.remove(first);
    }
    for (const deadline of due) this.#heap.add(deadline);
    return due.map(({ taskId }) => taskId);
  }

  /** Milliseconds until the next attempt times out; undefined if none is watched. */
  nextMs(monotonicMs: number): number | undefined {
    const first = this.#heap.peek();
    return first === undefined ? undefined : Math.max(0, first.atMonotonicMs - monotonicMs);
  }
}
