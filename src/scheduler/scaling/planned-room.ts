import type { Resources } from "../../batch/resources.ts";
import { RoomTree } from "../../lib/room-tree.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";

/** Instances that have no vCPU left are passed over: there is hardly a job that needs none. */
const SOME_ROOM: Resources = { vcpuMillis: 1, memoryMiB: 0, gpuCount: 0 };

/**
 * The room that an environment's instances will have left once the jobs that count on it have come. First fit: on those that
 * boot, then on those that take jobs already, both in the order of launch.
 *
 * Those that take jobs are many and mostly full: they are shown up to the last on which jobs come to count, each of them
 * once, whatever different things jobs ask for.
 */
export class PlannedRoom {
  readonly #instances: EnvironmentInstances;
  readonly #tree: RoomTree;
  readonly #free: Resources[] = [];
  /** Slots of empty instances on which no job counts, with their places in the order of launch. */
  #empty = new Map<number, number>();
  /** Whether the empty ones stand in that order; what is added then comes last. */
  #isEmptyOrdered = false;
  /** Of those that take jobs: all up to this one have a slot if they have room, and none behind it. */
  #lastShown: LiveInstance | undefined;

  constructor(instances: EnvironmentInstances) {
    this.#instances = instances;
    this.#tree = new RoomTree(instances.booting.size);
    for (const live of instances.booting) this.#open(live);
    this.#tree.mend();
  }

  /** An instance more, empty: the last that is launched. */
  add(resources: Resources): void {
    const slot = this.#free.length;
    this.#set(slot, resources);
    this.#empty.set(slot, Number.MAX_SAFE_INTEGER);
  }

  /** Has up to `count` jobs count on the room, each of them wholly on one instance, and says how many. */
  take(wanted: Resources, count: number): number {
    let left = count;
    while (left > 0) {
      const slot = this.#findShown(wanted) ?? this.#findAnother(wanted);
      const free = slot === undefined ? undefined : this.#free[slot];
      if (slot === undefined || free === undefined) break;
      const taken = Math.min(left, timesIn(wanted, free));
      this.#set(slot, {
        vcpuMillis: free.vcpuMillis - taken * wanted.vcpuMillis,
        memoryMiB: free.memoryMiB - taken * wanted.memoryMiB,
        gpuCount: free.gpuCount - taken * wanted.gpuCount,
      });
      left -= taken;
    }
    return count - left;
  }

  /**
   * The slots of empty instances for nodes, one for each; undefined for those for which there is none. As a cycle takes them
   * each node has the first in the order of launch. Nobody counts on them before `takeSlots`.
   */
  emptyFor(nodes: readonly Resources[]): readonly (number | undefined)[] {
    this.#showUpTo(undefined);
    this.#orderEmpty();
    const left = new Set(this.#empty.keys());
    return nodes.map((wanted) => {
      for (const slot of left) {
        const free = this.#free[slot];
        if (free === undefined || timesIn(wanted, free) < 1) continue;
        left.delete(slot);
        return slot;
      }
      return undefined;
    });
  }

  /** Gives instances to nodes: nothing else counts on them. */
  takeSlots(slots: readonly (number | undefined)[]): void {
    for (const slot of slots) {
      if (slot === undefined) continue;
      this.#empty.delete(slot);
      this.#tree.close(slot);
    }
  }

  /** To be called when all are shown: those that boot have their slots before others, whenever they were launched. */
  #orderEmpty(): void {
    if (this.#isEmptyOrdered) return;
    this.#empty = new Map([...this.#empty].sort(([, a], [, b]) => a - b));
    this.#isEmptyOrdered = true;
  }

  #findShown({ vcpuMillis, memoryMiB, gpuCount }: Resources): number | undefined {
    return this.#tree.findFirst(vcpuMillis, memoryMiB, gpuCount);
  }

  /** The slot of the first instance that takes jobs and has room, of those that have none yet. */
  #findAnother(wanted: Resources): number | undefined {
    const live = this.#instances.findRoom(wanted, this.#lastShown);
    if (live === undefined) return undefined;
    this.#showUpTo(live);
    return this.#findShown(wanted);
  }

  /** Gives slots to those that take jobs, up to this one: to all of them if it is undefined. */
  #showUpTo(last: LiveInstance | undefined): void {
    let live: LiveInstance | undefined;
    do {
      live = this.#instances.findRoom(SOME_ROOM, this.#lastShown);
      if (live === undefined) return;
      const slot = this.#free.length;
      this.#set(slot, live.free);
      if (live.tasks.size === 0) this.#empty.set(slot, live.slot);
      this.#lastShown = live;
    } while (live !== last);
  }

  /** Shows one of many: they are there once the tree is mended. */
  #open({ free, tasks, slot: place }: LiveInstance): void {
    const slot = this.#free.push(free) - 1;
    this.#tree.fill(slot, free.vcpuMillis, free.memoryMiB, free.gpuCount);
    if (tasks.size === 0) this.#empty.set(slot, place);
  }

  #set(slot: number, free: Resources): void {
    this.#free[slot] = free;
    this.#tree.set(slot, free.vcpuMillis, free.memoryMiB, free.gpuCount);
    this.#empty.delete(slot);
  }
}

/** How many times that fits in there. */
export function timesIn(wanted: Resources, offered: Resources): number {
  return Math.max(
    0,
    Math.min(
      timesOf(wanted.vcpuMillis, offered.vcpuMillis),
      timesOf(wanted.memoryMiB, offered.memoryMiB),
      timesOf(wanted.gpuCount, offered.gpuCount),
    ),
  );
}

function timesOf(wanted: number, offered: number): number {
  return wanted === 0 ? (offered < 0 ? 0 : Infinity) : Math.floor(offered / wanted);
}
