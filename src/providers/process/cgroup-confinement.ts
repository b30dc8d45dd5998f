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
import type { ConfinedAttempt, Confinement, Session } from "./confinement.ts";
import type { AttemptUsage } from "./process-outcome.ts";

/**
 * A group of which the highest use stayed below this is used for the next attempt too: making and removing groups
 * takes longer than a short job. Up to this much, a peak may be that of an earlier attempt.
 */
const REUSABLE_PEAK_BYTES_MAX = 4 * 1024 * 1024;

interface RunnerGroup {
  /** `⟨runner⟩.⟨number⟩` */
  readonly name: string;
  /** Absent for one of an earlier run of the server. */
  readonly memoryMiB: number | undefined;
  usage: AttemptUsage;
}

const NOTHING_SEEN: AttemptUsage = { isOutOfMemory: false };

/** A cgroup for what each runner runs: the kernel keeps it to its memory and knows all that belongs to it. */
export class CgroupConfinement implements Confinement {
  readonly kind = "cgroup";
  readonly sweepIntervalMs = 1_000;
  readonly #place: CgroupPlace;
  readonly #groups = new Map<string, RunnerGroup>();
  /** Groups to end and remove. */
  readonly #condemned = new Set<string>();
  #madeCount = 0;
  #removals: Promise<void> = Promise.resolve();

  /** @param keptRunners those whose groups are still of use; all others that are found are ended and removed. */
  constructor(place: CgroupPlace, keptRunners: ReadonlySet<string>) {
    this.#place = place;
    for (const name of listGroups(place)) {
      const [runnerName = ""] = name.split(".");
      if (keptRunners.has(runnerName)) {
        this.#groups.set(runnerName, { name, memoryMiB: undefined, usage: NOTHING_SEEN });
      } else this.#condemn(name);
    }
  }

  prepare(runnerName: string, memoryMiB: number): string {
    const current = this.#groups.get(runnerName);
    if (current?.memoryMiB === memoryMiB && isReusable(current.usage)) return this.#procsFile(current.name);
    if (current !== undefined) this.#condemn(current.name);
    this.#madeCount += 1;
    const name = `${runnerName}.${this.#madeCount}`;
    this.#groups.set(runnerName, { name, memoryMiB, usage: NOTHING_SEEN });
    makeLimitedGroup(this.#place, name, memoryMiB);
    return this.#procsFile(name);
  }

  usage({ runnerName }: ConfinedAttempt): AttemptUsage {
    const group = this.#groups.get(runnerName);
    if (group === undefined) return NOTHING_SEEN;
    const { peakMemoryBytes, nowMemoryBytes, oomKillCount } = readGroupMeters(this.#place, group.name);
    const peak = peakMemoryBytes ?? highest(group.usage.peakMemoryBytes, nowMemoryBytes);
    group.usage = {
      isOutOfMemory: oomKillCount > 0,
      ...(peak === undefined ? {} : { peakMemoryBytes: peak }),
    };
    return group.usage;
  }

  members(runnerName: string): readonly number[] {
    const group = this.#groups.get(runnerName);
    return group === undefined ? [] : readGroupMembers(this.#place, group.name);
  }

  kill({ runnerName }: ConfinedAttempt): void {
    const group = this.#groups.get(runnerName);
    if (group !== undefined) killGroup(this.#place, group.name);
  }

  leave({ runnerName }: ConfinedAttempt): boolean {
    return this.members(runnerName).length === 0;
  }

  clear(runnerName: string): void {
    const group = this.#groups.get(runnerName);
    if (group !== undefined) this.#condemn(group.name);
    this.#groups.delete(runnerName);
  }

  isClearing(runnerName: string): boolean {
    return [...this.#condemned].some((name) => name.startsWith(`${runnerName}.`));
  }

  settle(): Promise<void> {
    return this.#removals;
  }

  hasWork(): boolean {
    return this.#condemned.size > 0;
  }

  sweep(sessions: readonly Session[]): readonly string[] {
    for (const name of this.#condemned) this.#endCondemned(name);
    return sessions
      .map(({ attempt }) => attempt)
      .filter((attempt) => attempt !== undefined)
      .filter((attempt) => this.usage(attempt).isOutOfMemory)
      .map(({ runId }) => runId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#removals;
    await removeGroup(this.#place.parent);
  }

  #procsFile(name: string): string {
    return join(this.#place.parent, name, "cgroup.procs");
  }

  #condemn(name: string): void {
    this.#condemned.add(name);
    this.#endCondemned(name);
  }

  /**
   * A group that can be removed is empty for good. Removing waits for all processors of the machine, so it is done
   * aside, and one after the other.
   */
  #endCondemned(name: string): void {
    if (readGroupMembers(this.#place, name).length > 0) {
      killGroup(this.#place, name);
      return;
    }
    this.#removals = this.#removeAfter(this.#removals, name);
  }

  async #removeAfter(earlier: Promise<void>, name: string): Promise<void> {
    await earlier;
    if (await removeGroup(join(this.#place.parent, name))) this.#condemned.delete(name);
  }
}

function isReusable({ isOutOfMemory, peakMemoryBytes }: AttemptUsage): boolean {
  return !isOutOfMemory && peakMemoryBytes !== undefined && peakMemoryBytes <= REUSABLE_PEAK_BYTES_MAX;
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
