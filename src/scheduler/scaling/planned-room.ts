import type { Resources } from "../../batch/resources.ts";
import { RoomTree } from "../../lib/room-tree.ts";
import type { EnvironmentInstances } from "../../store/live-instances.ts";

/**
 * The room that an environment's instances will have left once the jobs that count on it have come: on those that boot, and
 * on those that take jobs already. First fit, in the order of launch.
 */
export class PlannedRoom {
  readonly #instances: EnvironmentInstances;
  readonly #tree = new RoomTree();
  readonly #free: Resources[] = [];
  /** Slots of empty instances on which no job counts. */
  readonly #empty = new Set<number>();
  #hasRegistered = false;

  constructor(instances: EnvironmentInstances) {
    this.#instances = instances;
    for (const { free, tasks } of instances.booting) this.#open(free, tasks.size === 0);
  }

  /** An instance more, empty. */
  add(resources: Resources): void {
    this.#open(resources, true);
  }

  /** Has up to `count` jobs count on the room, each of them wholly on one instance, and says how many. */
  take(wanted: Resources, count: number): number {
    this.#showRegistered(wanted);
    let left = count;
    while (left > 0) {
      const slot = this.#tree.findFirst(wanted.vcpuMillis, wanted.memoryMiB, wanted.gpuCount);
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
   * The slots of empty instances for nodes, one for each; undefined for those for which there is none. Nobody counts on
   * them before `takeSlots`.
   */
  emptyFor(nodes: readonly Resources[]): readonly (number | undefined)[] {
    const [first] = nodes;
    if (first !== undefined) this.#showRegistered(first);
    const left = new Set(this.#empty);
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

  /** Those that take jobs are many and mostly full: they are looked at only when one of them has room. */
  #showRegistered(wanted: Resources): void {
    if (this.#hasRegistered || this.#instances.findRoom(wanted) === undefined) return;
    this.#hasRegistered = true;
    for (const { instance, free, tasks } of this.#instances.all.values()) {
      const takesJobs = instance.registeredAtMs !== undefined && instance.leaving === undefined;
      if (takesJobs) this.#open(free, tasks.size === 0);
    }
  }

  #open(free: Resources, isEmpty: boolean): void {
    const slot = this.#free.length;
    this.#set(slot, free);
    if (isEmpty) this.#empty.add(slot);
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
