import type { Resources } from "../../batch/resources.ts";
import { RoomTree } from "../../lib/room-tree.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";

/**
 * The room that an environment's instances will have left once the jobs that count on it have come: on those that boot, and
 * on those that take jobs already. First fit, in the order of launch.
 *
 * Those that take jobs are many and mostly full: only those are looked at on which jobs come to count.
 */
export class PlannedRoom {
  readonly #instances: EnvironmentInstances;
  readonly #tree: RoomTree;
  readonly #free: Resources[] = [];
  /** Slots of empty instances on which no job counts. */
  readonly #empty = new Set<number>();
  /** Those that take jobs and have a slot. */
  readonly #found = new Set<LiveInstance>();
  /** The last of those that have room for what is wanted: those behind it were not looked for yet. */
  readonly #lastFound = new Map<Resources, LiveInstance>();
  #isIdleShown = false;

  constructor(instances: EnvironmentInstances) {
    this.#instances = instances;
    this.#tree = new RoomTree(instances.booting.size);
    for (const { free, tasks } of instances.booting) this.#open(free, tasks.size === 0);
    this.#tree.mend();
  }

  /** An instance more, empty. */
  add(resources: Resources): void {
    const slot = this.#free.length;
    this.#set(slot, resources);
    this.#empty.add(slot);
  }

  /** Has up to `count` jobs count on the room, each of them wholly on one instance, and says how many. */
  take(wanted: Resources, count: number): number {
    let left = count;
    while (left > 0) {
      const { vcpuMillis, memoryMiB, gpuCount } = wanted;
      const slot = this.#tree.findFirst(vcpuMillis, memoryMiB, gpuCount) ?? this.#findAnother(wanted);
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
    this.#showIdle();
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

  /** The slot of the next instance that takes jobs and has room, of those that have none yet. */
  #findAnother(wanted: Resources): number | undefined {
    for (;;) {
      const live = this.#instances.findRoom(wanted, this.#lastFound.get(wanted));
      if (live === undefined) return undefined;
      this.#lastFound.set(wanted, live);
      if (!this.#found.has(live)) return this.#show(live);
    }
  }

  /** Nodes take empty instances only. */
  #showIdle(): void {
    if (this.#isIdleShown) return;
    this.#isIdleShown = true;
    const idle = [...this.#instances.idle.keys()].filter((live) => !this.#found.has(live));
    for (const live of idle.sort((a, b) => a.instance.launchedAtMs - b.instance.launchedAtMs))
      this.#show(live);
  }

  #show(live: LiveInstance): number {
    this.#found.add(live);
    const slot = this.#free.length;
    this.#set(slot, live.free);
    if (live.tasks.size === 0) this.#empty.add(slot);
    return slot;
  }

  /** Shows one of many: they are there once the tree is mended. */
  #open(free: Resources, isEmpty: boolean): void {
    const slot = this.#free.push(free) - 1;
    this.#tree.fill(slot, free.vcpuMillis, free.memoryMiB, free.gpuCount);
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
