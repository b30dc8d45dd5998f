import { join } from "node:path";
import {
  type CgroupPlace,
  killGroup,
  listGroups,
  makeLimitedGroup,
  readGroupMembers,
  readGroupMeters,
  removeGroup,
} from "./cgroup.ts";
import type { Confinement, Session } from "./confinement.ts";
import type { AttemptUsage } from "./process-outcome.ts";

/** A cgroup for each attempt: the kernel keeps it to its memory and knows all that belongs to it. */
export class CgroupConfinement implements Confinement {
  readonly kind = "cgroup";
  readonly sweepIntervalMs = 1_000;
  readonly #place: CgroupPlace;
  readonly #condemned = new Set<string>();
  /** The most memory seen so far, for kernels that do not keep it. */
  readonly #peakBytes = new Map<string, number>();
  #removals: Promise<void> = Promise.resolve();

  /** @param kept the attempts that go on; what other groups there are is condemned. */
  constructor(place: CgroupPlace, kept: ReadonlySet<string>) {
    this.#place = place;
    for (const name of listGroups(place)) if (!kept.has(name)) this.condemn(name);
  }

  prepare(taskId: string, memoryMiB: number): string {
    makeLimitedGroup(this.#place, taskId, memoryMiB);
    return join(this.#place.parent, taskId, "cgroup.procs");
  }

  usage(taskId: string): AttemptUsage {
    const meters = readGroupMeters(this.#place, taskId);
    const peak = meters.peakMemoryBytes ?? this.#rememberPeak(taskId, meters.nowMemoryBytes);
    return {
      isOutOfMemory: meters.oomKillCount > 0,
      ...(peak === undefined ? {} : { peakMemoryBytes: peak }),
      ...(meters.cpuTimeMs === undefined ? {} : { cpuTimeMs: meters.cpuTimeMs }),
    };
  }

  members(taskId: string): readonly number[] {
    return readGroupMembers(this.#place, taskId);
  }

  condemn(taskId: string): void {
    this.#condemned.add(taskId);
    this.#endCondemned(taskId);
  }

  isCondemned(taskId: string): boolean {
    return this.#condemned.has(taskId);
  }

  hasCondemned(): boolean {
    return this.#condemned.size > 0;
  }

  sweep(sessions: readonly Session[]): readonly string[] {
    for (const taskId of this.#condemned) this.#endCondemned(taskId);
    const running = sessions.map(({ attempt }) => attempt?.taskId).filter((taskId) => taskId !== undefined);
    return running.filter((taskId) => this.usage(taskId).isOutOfMemory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#removals;
    await removeGroup(this.#place.parent);
  }

  /** Nearly always nothing is left. Processes that are ended here are looked for again in the next sweep. */
  #endCondemned(taskId: string): void {
    if (readGroupMembers(this.#place, taskId).length > 0) {
      killGroup(this.#place, taskId);
      return;
    }
    this.#condemned.delete(taskId);
    this.#peakBytes.delete(taskId);
    // Removing a group waits for the whole machine's processors, so it is done aside and one after the other.
    this.#removals = this.#removals.then(() => removeGroup(join(this.#place.parent, taskId)));
  }

  #rememberPeak(taskId: string, nowBytes: number | undefined): number | undefined {
    if (nowBytes === undefined) return this.#peakBytes.get(taskId);
    const peak = Math.max(nowBytes, this.#peakBytes.get(taskId) ?? 0);
    this.#peakBytes.set(taskId, peak);
    return peak;
  }
}
