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
 * A process belongs to an attempt if its environment carries the task id, or else if it is in the session of the
 * attempt's runner. What has left the session and wiped its environment is not found, and memory that comes and goes
 * between two looks is not seen.
 */
export class WatchConfinement implements Confinement {
  readonly kind = "watch";
  readonly sweepIntervalMs = 250;
  readonly #table: WatchedTable;
  /** Attempts that are over, by task id: what carries the id is ended. */
  readonly #over = new Map<string, OverAttempt>();
  /** Running attempts that were killed. */
  readonly #killed = new Set<string>();
  /** Runners that are no more, by name: what is in their sessions is ended. */
  readonly #goneRunners = new Map<string, ProcessIdentity>();
  readonly #peakBytes = new Map<string, number>();
  /** The task id that each process carries, by pid and start: an environment is read once. */
  #markers = new Map<string, string | undefined>();

  constructor(table: WatchedTable) {
    this.#table = table;
  }

  prepare(): undefined {
    return undefined;
  }

  usage({ taskId }: ConfinedAttempt): AttemptUsage {
    const peak = this.#peakBytes.get(taskId);
    return { isOutOfMemory: false, ...(peak === undefined ? {} : { peakMemoryBytes: peak }) };
  }

  members(): readonly number[] {
    return [];
  }

  kill({ taskId }: ConfinedAttempt): void {
    this.#killed.add(taskId);
  }

  /** What is left is found and ended one by one, so the runner can go on. */
  leave({ taskId, runnerName }: ConfinedAttempt): boolean {
    this.#killed.delete(taskId);
    this.#peakBytes.delete(taskId);
    this.#over.set(taskId, { runnerName, sweepsUnseen: 0 });
    return true;
  }

  clear(runnerName: string, runner: ProcessIdentity, taskIds: readonly string[]): void {
    if (runner.bootId === this.#table.bootId) this.#goneRunners.set(runnerName, runner);
    for (const taskId of taskIds) this.leave({ taskId, runnerName });
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
    const seenTaskIds = new Set<string>();
    const seenRunners = new Set<string>();
    const memories = new Map<string, AttemptMemory>();
    for (const { stat, taskId, goneRunner } of this.#findOwned(sessions)) {
      if (taskId !== undefined) seenTaskIds.add(taskId);
      if (goneRunner !== undefined) seenRunners.add(goneRunner);
      const isUnwanted = taskId === undefined || this.#over.has(taskId) || this.#killed.has(taskId);
      if (isUnwanted) this.#table.signal({ ...stat, bootId: this.#table.bootId }, "SIGKILL");
      else this.#measure(stat.pid, taskId, memories);
    }
    this.#forgetUnseen(seenTaskIds);
    for (const name of this.#goneRunners.keys()) if (!seenRunners.has(name)) this.#goneRunners.delete(name);
    return sessions
      .map(({ attempt }) => attempt)
      .filter((attempt) => attempt !== undefined)
      .filter((attempt) => this.#isOverLimit(attempt, memories.get(attempt.taskId)))
      .map(({ taskId }) => taskId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #forgetUnseen(seenTaskIds: ReadonlySet<string>): void {
    for (const [taskId, attempt] of this.#over) {
      attempt.sweepsUnseen = seenTaskIds.has(taskId) ? 0 : attempt.sweepsUnseen + 1;
      if (attempt.sweepsUnseen >= SWEEPS_UNSEEN_MAX) this.#over.delete(taskId);
    }
  }

  #measure(pid: number, taskId: string, memories: Map<string, AttemptMemory>): void {
    const memory = this.#table.memory(pid);
    if (memory === undefined) return;
    const { nowBytes, pids } = memories.get(taskId) ?? { nowBytes: 0, pids: [] };
    memories.set(taskId, { nowBytes: nowBytes + memory.nowBytes, pids: [...pids, pid] });
    this.#raisePeak(taskId, memory.peakBytes);
  }

  /** Shared memory counts for each process at first: only what seems too much is looked at more closely. */
  #isOverLimit({ taskId, memoryMiB }: SessionAttempt, memory: AttemptMemory | undefined): boolean {
    if (memory === undefined) return false;
    const limitBytes = memoryMiB * 1024 * 1024;
    const nowBytes = memory.nowBytes > limitBytes ? this.#readProportional(memory) : memory.nowBytes;
    this.#raisePeak(taskId, nowBytes);
    return nowBytes > limitBytes;
  }

  #readProportional({ pids, nowBytes }: AttemptMemory): number {
    const parts = pids.map((pid) => this.#table.proportionalMemoryBytes(pid));
    const known = parts.filter((bytes) => bytes !== undefined);
    return known.length === 0 ? nowBytes : known.reduce((sum, bytes) => sum + bytes, 0);
  }

  #raisePeak(taskId: string, bytes: number): void {
    this.#peakBytes.set(taskId, Math.max(this.#peakBytes.get(taskId) ?? 0, bytes));
  }

  /** The processes of attempts, and those that have no business in the session of a runner. */
  #findOwned(sessions: readonly Session[]): readonly OwnedProcess[] {
    const stats = this.#table.list().filter((stat) => !isDead(stat));
    const bySession = new Map(sessions.map((session) => [session.runner.pid, session]));
    const goneSessions = this.#findGoneSessions(new Map(stats.map((stat) => [stat.pid, stat])));
    const running = new Set(sessions.map(({ attempt }) => attempt?.taskId));
    const markers = new Map<string, string | undefined>();

    const owned = stats.flatMap((stat): readonly OwnedProcess[] => {
      if (bySession.has(stat.pid)) return [];
      const marker = this.#readMarker(stat, bySession.has(stat.parentPid), markers);
      const goneRunner = goneSessions.get(stat.sessionId);
      if (marker !== undefined && (this.#over.has(marker) || running.has(marker))) {
        return [{ stat, taskId: marker, goneRunner }];
      }
      const session = bySession.get(stat.sessionId);
      if (session !== undefined) return [{ stat, taskId: findTaskInSession(stat, session), goneRunner }];
      return goneRunner === undefined ? [] : [{ stat, taskId: undefined, goneRunner }];
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
  readonly taskId: string | undefined;
  /** The runner that is no more, whose session it is in. */
  readonly goneRunner: string | undefined;
}

/** What stayed behind from an earlier attempt of the same runner is older than the command of this one. */
function findTaskInSession(stat: ProcessStat, { attempt }: Session): string | undefined {
  const isOlder = attempt?.command !== undefined && stat.startTicks < attempt.command.startTicks;
  return isOlder ? undefined : attempt?.taskId;
}
