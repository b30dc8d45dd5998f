import type { UnspawnedChildren } from "../batch/job.ts";
import { BitSet } from "../lib/bit-set.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Standing } from "./live-dependencies.ts";
import type { LiveJob } from "./live-job.ts";

/** Which children of an array wait for others. */
export interface ChildOrder {
  /** Each waits for the one before it. */
  readonly isSequential: boolean;
  /** Each waits for the one of the same index in all of these. */
  readonly pairs: readonly LiveArray[];
}

/**
 * The children of an array, as far as decisions need them: a bit or two for each, and a live job for those that have
 * been spawned and not ended.
 */
export class LiveArray {
  readonly size: number;
  /** Absent: its children wait for capacity only. */
  readonly order: ChildOrder | undefined;
  /** Spawned and not ended, by index. */
  readonly liveChildren = new Map<number, LiveJob>();
  unspawned: UnspawnedChildren | undefined;
  readonly #spawned: BitSet;
  readonly #succeeded: BitSet;
  readonly #failed: BitSet;
  #nextUnspawned = 0;
  /** Indexes whose standing is to be looked at, beside all from `#scanFrom` on. */
  #changed: number[] = [];
  #scanFrom: number;

  constructor(size: number, order?: ChildOrder) {
    this.size = size;
    this.order = order;
    this.#spawned = new BitSet(size);
    this.#succeeded = new BitSet(size);
    this.#failed = new BitSet(size);
    this.#scanFrom = size;
  }

  get unspawnedCount(): number {
    return this.size - this.#spawned.count;
  }

  /** Some child has failed, or all were ended together: then it has failed even if each of them was running and succeeds. */
  get hasFailed(): boolean {
    return this.#failed.count > 0 || this.unspawned?.status === "FAILED";
  }

  /** Every child has ended, those that will never be spawned included. */
  get isOver(): boolean {
    const isNobodyLeft = this.unspawnedCount === 0 || this.unspawned?.status === "FAILED";
    return isNobodyLeft && this.#succeeded.count + this.#failed.count === this.#spawned.count;
  }

  /** Some unspawned child waits for capacity and for nothing else. */
  get hasRunnable(): boolean {
    return this.unspawned?.status === "RUNNABLE" && this.unspawnedCount > 0;
  }

  isSpawned(index: number): boolean {
    return this.#spawned.has(index);
  }

  /** The lowest index that has not been spawned; to be asked only while there is one. */
  nextUnspawned(): number {
    while (this.#spawned.has(this.#nextUnspawned)) this.#nextUnspawned += 1;
    return this.#nextUnspawned;
  }

  /** The lowest indexes that have not been spawned, at most `count`. */
  firstUnspawned(count: number): number[] {
    const indexes: number[] = [];
    for (let index = this.#nextUnspawned; index < this.size && indexes.length < count; index += 1) {
      if (!this.#spawned.has(index)) indexes.push(index);
    }
    return indexes;
  }

  spawn(index: number): void {
    this.#spawned.add(index);
  }

  noteEnd(index: number, status: JobStatus): void {
    this.liveChildren.delete(index);
    if (status === "SUCCEEDED") this.#succeeded.add(index);
    else this.#failed.add(index);
    if (this.order?.isSequential === true) this.reconsider(index + 1);
  }

  /** How the child of the index has ended; undefined while it has not. */
  endOf(index: number): "SUCCEEDED" | "FAILED" | undefined {
    if (this.#succeeded.has(index)) return "SUCCEEDED";
    const isLost = this.unspawned?.status === "FAILED" && !this.#spawned.has(index);
    return isLost || this.#failed.has(index) ? "FAILED" : undefined;
  }

  /** Notes that the standing of a child may have changed. */
  reconsider(index: number): void {
    if (index < this.size && index < this.#scanFrom) this.#changed.push(index);
  }

  reconsiderAll(): void {
    this.#scanFrom = 0;
    this.#changed = [];
  }

  /** Some unspawned child is to be looked at. */
  get isReconsidered(): boolean {
    const isAnyLeft = this.#changed.length > 0 || this.#scanFrom < this.size;
    return isAnyLeft && this.order !== undefined && this.unspawned?.status === "PENDING";
  }

  /** The next unspawned child, of those to be looked at, that waits for others no more. */
  takeDecided(): { readonly index: number; readonly standing: "ready" | "doomed" } | undefined {
    while (this.isReconsidered) {
      const index = this.#changed.pop() ?? this.#scanFrom++;
      const standing = this.#spawned.has(index) ? "waiting" : this.#standingOf(index);
      if (standing !== "waiting") return { index, standing };
    }
    return undefined;
  }

  #standingOf(index: number): Standing {
    const ends = (this.order?.pairs ?? []).map((pair) => pair.endOf(index));
    if (this.order?.isSequential === true && index > 0) ends.push(this.endOf(index - 1));
    if (ends.includes("FAILED")) return "doomed";
    return ends.includes(undefined) ? "waiting" : "ready";
  }
}
