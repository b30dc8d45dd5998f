import type { SchedulingWorkload } from "../support/scheduling-workload.ts";

const NONE = -1;

/**
 * The least that a scheduling cycle with fair share can do, over typed arrays: the share of the lowest usage times weight
 * factor gives the oldest of its jobs of the highest priority; the job goes to the first instance that has room; where
 * none has, the share is passed over for the rest of the cycle.
 */
export class SchedulingLoop {
  readonly #workload: SchedulingWorkload;
  readonly #waiting: WaitingJobs;
  readonly #shares: ShareHeap;
  readonly #room: RoomTree;
  readonly #vcpusOf: Int32Array;
  readonly #memoryMiBOf: Int32Array;
  /** By job. */
  readonly #instanceOf: Int32Array;

  constructor(workload: SchedulingWorkload) {
    this.#workload = workload;
    this.#waiting = new WaitingJobs(workload);
    this.#shares = new ShareHeap(workload.weightFactorOf);
    this.#room = new RoomTree(workload);
    this.#vcpusOf = Int32Array.from(workload.shapes, ({ vcpus }) => vcpus);
    this.#memoryMiBOf = Int32Array.from(workload.shapes, ({ memoryMiB }) => memoryMiB);
    this.#instanceOf = new Int32Array(workload.jobCount).fill(NONE);
  }

  /** Places what can be placed; answers the jobs. */
  cycle(): number[] {
    const shares = this.#shares;
    const waiting = this.#waiting;
    const { shapeOf } = this.#workload;
    const placed: number[] = [];
    // Nothing is freed within a cycle: what found no room once finds none later.
    const hasNoRoom = new Uint8Array(this.#workload.shapes.length);
    shares.refill(waiting.countOf);
    while (shares.size > 0) {
      const share = shares.first;
      const job = waiting.firstOf(share);
      const shape = shapeOf[job] ?? 0;
      const vcpus = this.#vcpusOf[shape] ?? 0;
      const memoryMiB = this.#memoryMiBOf[shape] ?? 0;
      const instance = (hasNoRoom[shape] ?? 0) === 1 ? NONE : this.#room.find(vcpus, memoryMiB);
      if (instance === NONE) {
        hasNoRoom[shape] = 1;
        shares.dropFirst();
        continue;
      }
      waiting.takeFirstOf(share);
      this.#room.change(instance, -vcpus, -memoryMiB);
      this.#instanceOf[job] = instance;
      placed.push(job);
      shares.charge(share, vcpus);
      if ((waiting.countOf[share] ?? 0) > 0) shares.sinkFirst();
      else shares.dropFirst();
    }
    return placed;
  }

  /** Ends a job that was placed. */
  end(job: number): void {
    const { shapeOf, shareOf } = this.#workload;
    const shape = shapeOf[job] ?? 0;
    const vcpus = this.#vcpusOf[shape] ?? 0;
    this.#room.change(this.#instanceOf[job] ?? 0, vcpus, this.#memoryMiBOf[shape] ?? 0);
    this.#shares.charge(shareOf[job] ?? 0, -vcpus);
  }
}

/** Of each share, a linked list of its jobs for each priority, and a bit for each priority that has one. */
class WaitingJobs {
  readonly countOf: Int32Array;
  readonly #priorityCount: number;
  readonly #headOf: Int32Array;
  readonly #nextOf: Int32Array;
  readonly #priorities: Uint32Array;

  constructor({ jobCount, shareCount, priorityCount, shareOf, priorityOf }: SchedulingWorkload) {
    this.#priorityCount = priorityCount;
    this.countOf = new Int32Array(shareCount);
    this.#priorities = new Uint32Array(shareCount);
    this.#headOf = new Int32Array(shareCount * priorityCount).fill(NONE);
    this.#nextOf = new Int32Array(jobCount).fill(NONE);
    const tailOf = new Int32Array(shareCount * priorityCount).fill(NONE);
    for (let job = 0; job < jobCount; job += 1) {
      const share = shareOf[job] ?? 0;
      const list = share * priorityCount + (priorityOf[job] ?? 0);
      const tail = tailOf[list] ?? 0;
      if (tail === NONE) this.#headOf[list] = job;
      else this.#nextOf[tail] = job;
      tailOf[list] = job;
      this.#priorities[share] = (this.#priorities[share] ?? 0) | (1 << (priorityOf[job] ?? 0));
      this.countOf[share] = (this.countOf[share] ?? 0) + 1;
    }
  }

  firstOf(share: number): number {
    return this.#headOf[this.#firstListOf(share)] ?? 0;
  }

  takeFirstOf(share: number): void {
    const list = this.#firstListOf(share);
    const next = this.#nextOf[this.#headOf[list] ?? 0] ?? 0;
    this.#headOf[list] = next;
    this.countOf[share] = (this.countOf[share] ?? 0) - 1;
    if (next !== NONE) return;
    this.#priorities[share] = (this.#priorities[share] ?? 0) & ~(1 << (list - share * this.#priorityCount));
  }

  #firstListOf(share: number): number {
    return share * this.#priorityCount + 31 - Math.clz32(this.#priorities[share] ?? 0);
  }
}

/** A binary heap of shares by usage times weight factor, the lowest first, equal ones by their number. */
class ShareHeap {
  size = 0;
  readonly #weightFactorOf: Float64Array;
  readonly #usageOf: Float64Array;
  readonly #claimOf: Float64Array;
  readonly #shares: Int32Array;

  constructor(weightFactorOf: Float64Array) {
    this.#weightFactorOf = weightFactorOf;
    this.#usageOf = new Float64Array(weightFactorOf.length);
    this.#claimOf = new Float64Array(weightFactorOf.length);
    this.#shares = new Int32Array(weightFactorOf.length);
  }

  get first(): number {
    return this.#shares[0] ?? 0;
  }

  /** Holds the shares from now on that have jobs. */
  refill(jobCountOf: Int32Array): void {
    this.size = 0;
    for (let share = 0; share < jobCountOf.length; share += 1) {
      if ((jobCountOf[share] ?? 0) === 0) continue;
      this.#shares[this.size] = share;
      this.size += 1;
    }
    for (let index = (this.size >> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  /** Of the first, `sinkFirst` or `dropFirst` must follow. */
  charge(share: number, vcpus: number): void {
    const usage = (this.#usageOf[share] ?? 0) + vcpus;
    this.#usageOf[share] = usage;
    this.#claimOf[share] = usage * (this.#weightFactorOf[share] ?? 0);
  }

  sinkFirst(): void {
    this.#sink(0);
  }

  dropFirst(): void {
    this.size -= 1;
    this.#shares[0] = this.#shares[this.size] ?? 0;
    this.#sink(0);
  }

  #sink(start: number): void {
    const shares = this.#shares;
    const sinking = shares[start] ?? 0;
    let index = start;
    for (let child = 2 * index + 1; child < this.size; child = 2 * index + 1) {
      const right = child + 1;
      if (right < this.size && this.#isBefore(shares[right] ?? 0, shares[child] ?? 0)) child = right;
      if (!this.#isBefore(shares[child] ?? 0, sinking)) break;
      shares[index] = shares[child] ?? 0;
      index = child;
    }
    shares[index] = sinking;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#claimOf[a] ?? 0) - (this.#claimOf[b] ?? 0);
    return difference < 0 || (difference === 0 && a < b);
  }
}

/** A tree over instances; each node knows the most free vCPUs and the most free memory below it, maybe of two instances. */
class RoomTree {
  /** The node of the first instance; those above it are inner nodes, the root is 1. */
  readonly #firstLeaf: number;
  readonly #vcpus: Int32Array;
  readonly #memoryMiB: Int32Array;

  constructor({ instanceCount, instance }: SchedulingWorkload) {
    this.#firstLeaf = 2 ** Math.ceil(Math.log2(instanceCount));
    this.#vcpus = new Int32Array(2 * this.#firstLeaf);
    this.#memoryMiB = new Int32Array(2 * this.#firstLeaf);
    for (let index = 0; index < instanceCount; index += 1) {
      this.change(index, instance.vcpus, instance.memoryMiB);
    }
  }

  /** The first instance that has so much free. */
  find(vcpus: number, memoryMiB: number, node = 1): number {
    if ((this.#vcpus[node] ?? 0) < vcpus || (this.#memoryMiB[node] ?? 0) < memoryMiB) return NONE;
    if (node >= this.#firstLeaf) return node - this.#firstLeaf;
    const found = this.find(vcpus, memoryMiB, 2 * node);
    return found === NONE ? this.find(vcpus, memoryMiB, 2 * node + 1) : found;
  }

  change(instance: number, vcpus: number, memoryMiB: number): void {
    const freeVcpus = this.#vcpus;
    const freeMemory = this.#memoryMiB;
    let node = this.#firstLeaf + instance;
    freeVcpus[node] = (freeVcpus[node] ?? 0) + vcpus;
    freeMemory[node] = (freeMemory[node] ?? 0) + memoryMiB;
    for (node >>= 1; node > 0; node >>= 1) {
      const mostVcpus = Math.max(freeVcpus[2 * node] ?? 0, freeVcpus[2 * node + 1] ?? 0);
      const mostMemory = Math.max(freeMemory[2 * node] ?? 0, freeMemory[2 * node + 1] ?? 0);
      if ((freeVcpus[node] ?? 0) === mostVcpus && (freeMemory[node] ?? 0) === mostMemory) return;
      freeVcpus[node] = mostVcpus;
      freeMemory[node] = mostMemory;
    }
  }
}
