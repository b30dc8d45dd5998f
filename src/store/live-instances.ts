import type { Attempt } from "../batch/attempt.ts";
import type { Instance } from "../batch/instance.ts";
import type { Resources } from "../batch/resources.ts";
import { assert } from "../lib/assert.ts";
import { RoomTree } from "../lib/room-tree.ts";
import { Tally } from "./tally.ts";

/** An instance that is not terminated, and what attempts under way leave of it. */
export interface LiveInstance {
  readonly instance: Instance;
  /** Its place in the order of launch, with gaps, among those of its environment. */
  readonly slot: number;
  /** What no attempt has, as it changes: below nothing where the instance became smaller than what runs on it. */
  readonly free: Resources;
  /** Task ids of the attempts that it is charged for. */
  readonly tasks: ReadonlySet<string>;
}

/** The instances of one compute environment, in the order of their launch. */
export interface EnvironmentInstances {
  /** Of all together, whatever runs on them. */
  readonly vcpuMillis: number;
  readonly all: ReadonlyMap<string, LiveInstance>;
  readonly booting: ReadonlySet<LiveInstance>;
  readonly leaving: ReadonlySet<LiveInstance>;
  /** Those that take jobs and have none, with the instant since when: the one that became idle first before others. */
  readonly idle: ReadonlyMap<LiveInstance, number>;
  /** The first that takes jobs and has room for this, of those that were launched after `after`. */
  findRoom(resources: Resources, after?: LiveInstance): LiveInstance | undefined;
}

/** For use by the live state only, which hands it out as the read-only `Instances`. */
export class LiveInstances implements Instances {
  readonly #environments = new Map<string, LiveEnvironment>();
  readonly #byId = new Map<string, MutableInstance>();

  get environments(): ReadonlyMap<string, EnvironmentInstances> {
    return this.#environments;
  }

  ofEnvironment(computeEnvironmentArn: string): EnvironmentInstances {
    return this.#environments.get(computeEnvironmentArn) ?? NO_INSTANCES;
  }

  find(instanceId: string): LiveInstance | undefined {
    return this.#byId.get(instanceId);
  }

  put(instance: Instance): void {
    const { computeEnvironmentArn: arn, instanceId } = instance;
    const known = this.#byId.get(instanceId);
    if (instance.terminatedAtMs !== undefined) {
      if (known === undefined) return;
      this.#byId.delete(instanceId);
      this.#environments.get(arn)?.remove(known);
      return;
    }
    let environment = this.#environments.get(arn);
    if (environment === undefined) {
      environment = new LiveEnvironment();
      this.#environments.set(arn, environment);
    }
    if (known !== undefined) return environment.change(known, instance);
    this.#byId.set(instanceId, environment.add(instance));
  }

  /** An attempt is placed on an instance. */
  take(live: LiveInstance, resources: Resources): void {
    assert(live instanceof MutableInstance, "an instance that is not of this state was taken");
    live.environment.take(live, resources);
  }

  /** The attempt is one of those that its instance was charged for. */
  addTask({ instance, taskId }: Attempt): void {
    if (instance !== undefined) this.#byId.get(instance.instanceId)?.tasks.add(taskId);
  }

  /** An attempt ended. */
  giveBack({ computeEnvironmentArn, instance, taskId }: Attempt, resources: Resources, atMs: number): void {
    const live = instance === undefined ? undefined : this.#byId.get(instance.instanceId);
    if (live === undefined) return;
    this.#environments.get(computeEnvironmentArn)?.giveBack(live, { taskId, resources, atMs });
  }

  forgetEnvironment(computeEnvironmentArn: string): void {
    const environment = this.#environments.get(computeEnvironmentArn);
    for (const instanceId of environment?.all.keys() ?? []) this.#byId.delete(instanceId);
    this.#environments.delete(computeEnvironmentArn);
  }
}

/** Every instance that is not terminated. */
export interface Instances {
  /** By the ARN of the compute environment; those that never had an instance are absent. */
  readonly environments: ReadonlyMap<string, EnvironmentInstances>;
  ofEnvironment(computeEnvironmentArn: string): EnvironmentInstances;
  find(instanceId: string): LiveInstance | undefined;
}

class MutableInstance implements LiveInstance {
  instance: Instance;
  readonly free = new Tally();
  readonly environment: LiveEnvironment;
  slot: number;
  readonly tasks = new Set<string>();

  constructor(environment: LiveEnvironment, instance: Instance, slot: number) {
    this.environment = environment;
    this.instance = instance;
    this.free.add(instance.resources);
    this.slot = slot;
  }
}

class LiveEnvironment implements EnvironmentInstances {
  vcpuMillis = 0;
  readonly all = new Map<string, MutableInstance>();
  readonly booting = new Set<MutableInstance>();
  readonly leaving = new Set<MutableInstance>();
  readonly idle = new Map<MutableInstance, number>();
  readonly #bySlot: (MutableInstance | undefined)[] = [];
  #room = new RoomTree();

  findRoom({ vcpuMillis, memoryMiB, gpuCount }: Resources, after?: LiveInstance): LiveInstance | undefined {
    const from = after instanceof MutableInstance ? after.slot + 1 : 0;
    const slot = this.#room.findFirst(vcpuMillis, memoryMiB, gpuCount, from);
    return slot === undefined ? undefined : this.#bySlot[slot];
  }

  add(instance: Instance): MutableInstance {
    if (this.all.size === 0) this.#startAnew();
    const live = new MutableInstance(this, instance, this.#bySlot.length);
    this.#bySlot.push(live);
    this.all.set(instance.instanceId, live);
    this.vcpuMillis += instance.resources.vcpuMillis;
    this.#place(live, instance.idleSinceMs ?? instance.registeredAtMs ?? instance.launchedAtMs);
    return live;
  }

  change(live: MutableInstance, instance: Instance): void {
    const idleSinceMs = this.idle.get(live);
    this.vcpuMillis += instance.resources.vcpuMillis - live.instance.resources.vcpuMillis;
    live.free.add(instance.resources);
    live.free.subtract(live.instance.resources);
    live.instance = instance;
    this.#place(live, idleSinceMs ?? instance.registeredAtMs ?? instance.launchedAtMs);
  }

  remove(live: MutableInstance): void {
    this.vcpuMillis -= live.instance.resources.vcpuMillis;
    this.all.delete(live.instance.instanceId);
    this.booting.delete(live);
    this.leaving.delete(live);
    this.idle.delete(live);
    this.#bySlot[live.slot] = undefined;
    this.#room.close(live.slot);
    if (this.#bySlot.length > 2 * this.all.size + SLOTS_MIN) this.#closeUp();
  }

  take(live: MutableInstance, resources: Resources): void {
    live.free.subtract(resources);
    this.idle.delete(live);
    if (takesJobs(live)) this.#showRoom(live);
  }

  giveBack(
    live: MutableInstance,
    {
      taskId,
      resources,
      atMs,
    }: { readonly taskId: string; readonly resources: Resources; readonly atMs: number },
  ): void {
    if (!live.tasks.delete(taskId)) return;
    live.free.add(resources);
    if (!takesJobs(live)) return;
    this.#showRoom(live);
    if (live.tasks.size === 0) this.idle.set(live, atMs);
  }

  /** Puts an instance where its present state belongs. */
  #place(live: MutableInstance, idleSinceMs: number): void {
    this.booting.delete(live);
    this.leaving.delete(live);
    this.idle.delete(live);
    if (live.instance.leaving !== undefined) this.leaving.add(live);
    else if (live.instance.registeredAtMs === undefined) this.booting.add(live);
    if (!takesJobs(live)) return this.#room.close(live.slot);
    this.#showRoom(live);
    if (live.tasks.size === 0) this.idle.set(live, idleSinceMs);
  }

  #showRoom({ slot, free }: MutableInstance): void {
    this.#room.set(slot, free.vcpuMillis, free.memoryMiB, free.gpuCount);
  }

  /** Slots of instances that are gone are given up once they are most. */
  #closeUp(): void {
    const lives = [...this.all.values()];
    this.#startAnew();
    for (const live of lives) {
      live.slot = this.#bySlot.length;
      this.#bySlot.push(live);
      if (takesJobs(live)) this.#showRoom(live);
    }
  }

  #startAnew(): void {
    this.#bySlot.length = 0;
    this.#room = new RoomTree();
  }
}

const SLOTS_MIN = 64;

function takesJobs({ instance }: LiveInstance): boolean {
  return instance.registeredAtMs !== undefined && instance.leaving === undefined;
}

const NO_INSTANCES: EnvironmentInstances = {
  vcpuMillis: 0,
  all: new Map(),
  booting: new Set(),
  leaving: new Set(),
  idle: new Map(),
  findRoom: () => undefined,
};
