import type { ConfinedAttempt, Confinement, Session, SessionAttempt } from "./confinement.ts";
import { type ProcessIdentity, type ProcessStat, type ProcessTable, isDead } from "./process-identity.ts";
import type { AttemptUsage } from "./process-outcome.ts";
import { TASK_MARKER } from "./process-spec.ts";

/** What is read of the process table, and done to it. */
export type WatchedTable = Pick<
  ProcessTable,
  "bootId" | "list" | "environment" | "memory" | "proportionalMemoryBytes" | "signal"
>;

/**
 * Does without cgroups: looks at the process table every quarter of a second and adds up the memory that is resident.
 *
 * A process belongs to an attempt if its environment carries the id of the run, or else if it is in the session of the
 * attempt's runner. What has left the session and wiped its environment is not found, and memory that comes and goes
 * between two looks is not seen.
 */
export class WatchConfinement implements Confinement {
  readonly kind = "watch";
  readonly sweepIntervalMs = 250;
  readonly #table: WatchedTable;
  /** Attempts that are over, by the id of the run: what carries the id is ended. */
  readonly #over = new Map<string, OverAttempt>();
  /** Running attempts that were killed. */
  readonly #killed = new Set<string>();
  /** Runners that are no more, by name: what is in their sessions is ended. */
  readonly #goneRunners = new Map<string, ProcessIdentity>();
  readonly #peakBytes = new Map<string, number>();
  /** The id of the run that each process carries, by pid and start: an environment is read once. */
  #markers = new Map<string, string | undefined>();

  constructor(table: WatchedTable) {
    this.#table = table;
  }

  prepare(): undefined {
    return undefined;
  }

  usage({ runId }: ConfinedAttempt): AttemptUsage {
    const peak = this.#peakBytes.get(runId);
    return { isOutOfMemory: false, ...(peak === undefined ? {} : { peakMemoryBytes: peak }) };
  }

  members(): readonly number[] {
    return [];
  }

  kill({ runId }: ConfinedAttempt): void {
    this.#killed.add(runId);
  }

  /** What is left is found and ended one by one, so the runner can go on. */
  leave({ runId, runnerName }: ConfinedAttempt): boolean {
    this.#killed.delete(runId);
    this.#peakBytes.delete(runId);
    this.#over.set(runId, { runnerName, sweepsUnseen: 0 });
    return true;
  }

  clear(runnerName: string, runner: ProcessIdentity, runIds: readonly string[]): void {
    if (runner.bootId === this.#table.bootId) this.#goneRunners.set(runnerName, runner);
    for (const runId of runIds) this.leave({ runId, runnerName });
  }

  isClearing(runnerName: string): boolean {
    if (this.#goneRunners.has(runnerName)) return true;
    return [...this.#over.values()].some((attempt) => attempt.runnerName === runnerName);
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  hasWork(): boolean {
    return this.#over.size > 0 || this.#goneRunners.size > 0;
  }

  sweep(sessions: readonly Session[]): readonly string[] {
    const seenRunIds = new Set<string>();
    const seenRunners = new Set<string>();
    const memories = new Map<string, AttemptMemory>();
    for (const { stat, runId, goneRunner } of this.#findOwned(sessions)) {
      if (runId !== undefined) seenRunIds.add(runId);
      if (goneRunner !== undefined) seenRunners.add(goneRunner);
      const isUnwanted = runId === undefined || this.#over.has(runId) || this.#killed.has(runId);
      if (isUnwanted) this.#table.signal({ ...stat, bootId: this.#table.bootId }, "SIGKILL");
      else this.#measure(stat.pid, runId, memories);
    }
    this.#forgetUnseen(seenRunIds);
    for (const name of this.#goneRunners.keys()) if (!seenRunners.has(name)) this.#goneRunners.delete(name);
    return sessions
      .map(({ attempt }) => attempt)
      .filter((attempt) => attempt !== undefined)
      .filter((attempt) => this.#isOverLimit(attempt, memories.get(attempt.runId)))
      .map(({ runId }) => runId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #forgetUnseen(seenRunIds: ReadonlySet<string>): void {
    for (const [runId, attempt] of this.#over) {
      attempt.sweepsUnseen = seenRunIds.has(runId) ? 0 : attempt.sweepsUnseen + 1;
      if (attempt.sweepsUnseen >= SWEEPS_UNSEEN_MAX) this.#over.delete(runId);
    }
  }

  #measure(pid: number, runId: string, memories: Map<string, AttemptMemory>): void {
    const memory = this.#table.memory(pid);
    if (memory === undefined) return;
    const { nowBytes, pids } = memories.get(runId) ?? { nowBytes: 0, pids: [] };
    memories.set(runId, { nowBytes: nowBytes + memory.nowBytes, pids: [...pids, pid] });
    this.#raisePeak(runId, memory.peakBytes);
  }

  /** Shared memory counts for each process at first: only what seems too much is looked at more closely. */
  #isOverLimit({ runId, memoryMiB }: SessionAttempt, memory: AttemptMemory | undefined): boolean {
    if (memory === undefined) return false;
    const limitBytes = memoryMiB * 1024 * 1024;
    const nowBytes = memory.nowBytes > limitBytes ? this.#readProportional(memory) : memory.nowBytes;
    this.#raisePeak(runId, nowBytes);
    return nowBytes > limitBytes;
  }

  #readProportional({ pids, nowBytes }: AttemptMemory): number {
    const parts = pids.map((pid) => this.#table.proportionalMemoryBytes(pid));
    const known = parts.filter((bytes) => bytes !== undefined);
    return known.length === 0 ? nowBytes : known.reduce((sum, bytes) => sum + bytes, 0);
  }

  #raisePeak(runId: string, bytes: number): void {
    this.#peakBytes.set(runId, Math.max(this.#peakBytes.get(runId) ?? 0, bytes));
  }

  /** The processes of attempts, and those that have no business in the session of a runner. */
  #findOwned(sessions: readonly Session[]): readonly OwnedProcess[] {
    const stats = this.#table.list().filter((stat) => !isDead(stat));
    const bySession = new Map(sessions.map((session) => [session.runner.pid, session]));
    const goneSessions = this.#findGoneSessions(new Map(stats.map((stat) => [stat.pid, stat])));
    const running = new Set(sessions.map(({ attempt }) => attempt?.runId));
    const markers = new Map<string, string | undefined>();

    const owned = stats.flatMap((stat): readonly OwnedProcess[] => {
      if (bySession.has(stat.pid)) return [];
      const marker = this.#readMarker(stat, bySession.has(stat.parentPid), markers);
      const goneRunner = goneSessions.get(stat.sessionId);
      if (marker !== undefined && (this.#over.has(marker) || running.has(marker))) {
        return [{ stat, runId: marker, goneRunner }];
      }
      const session = bySession.get(stat.sessionId);
      if (session !== undefined) return [{ stat, runId: findRunInSession(stat, session), goneRunner }];
      return goneRunner === undefined ? [] : [{ stat, runId: undefined, goneRunner }];
    });
    this.#markers = markers;
    return owned;
  }

  /** The names of runners that are no more, by session. A number that leads somebody else's session is not theirs. */
  #findGoneSessions(byPid: ReadonlyMap<number, ProcessStat>): ReadonlyMap<number, string> {
    const gone = new Map<number, string>();
    for (const [name, { pid, startTicks }] of this.#goneRunners) {
      const leader = byPid.get(pid);
      if (leader === undefined || leader.startTicks === startTicks) gone.set(pid, name);
    }
    return gone;
  }

  #readMarker(
    stat: ProcessStat,
    isChildOfRunner: boolean,
    markers: Map<string, string | undefined>,
  ): string | undefined {
    const key = `${stat.pid}/${stat.startTicks}`;
    if (this.#markers.has(key)) {
      markers.set(key, this.#markers.get(key));
      return this.#markers.get(key);
    }
    const environment = this.#table.environment(stat.pid);
    const marker = environment.find((entry) => entry.startsWith(`${TASK_MARKER}=`))?.split("=")[1];
    // A runner's child that is not yet the command will carry the id later; so may one that is just being replaced.
    const mayChange = marker === undefined && (isChildOfRunner || environment.length < 2);
    if (!mayChange) markers.set(key, marker);
    return marker;
  }
}

/** After so many sweeps nothing is left. Not one: a process that is just becoming another program has no environment. */
const SWEEPS_UNSEEN_MAX = 2;

interface OverAttempt {
  readonly runnerName: string;
  sweepsUnseen: number;
}

interface AttemptMemory {
  readonly nowBytes: number;
  readonly pids: readonly number[];
}

interface OwnedProcess {
  readonly stat: ProcessStat;
  readonly runId: string | undefined;
  /** The runner that is no more, whose session it is in. */
  readonly goneRunner: string | undefined;
}

/** What stayed behind from an earlier attempt of the same runner is older than the command of this one. */
function findRunInSession(stat: ProcessStat, { attempt }: Session): string | undefined {
  const isOlder = attempt?.command !== undefined && stat.startTicks < attempt.command.startTicks;
  return isOlder ? undefined : attempt?.runId;
}
