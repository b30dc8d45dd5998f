import type { Confinement, Session } from "./confinement.ts";
import { type ProcessIdentity, type ProcessStat, type ProcessTable, isDead } from "./process-identity.ts";
import type { AttemptUsage } from "./process-outcome.ts";
import { TASK_MARKER } from "./process-spec.ts";

/**
 * Does without cgroups: looks at the process table every quarter of a second and adds up the memory that is resident.
 *
 * A process belongs to an attempt if its environment carries the task id, or else if it is in the session of the
 * attempt's runner. What has left the session and wiped its environment is not found. Memory that processes share
 * counts for each of them, and what comes and goes between two looks is not seen.
 */
export class WatchConfinement implements Confinement {
  readonly kind = "watch";
  readonly sweepIntervalMs = 250;
  readonly #table: ProcessTable;
  /** With the runner, where that has died before the attempt. */
  readonly #condemned = new Map<string, ProcessIdentity | undefined>();
  readonly #peakBytes = new Map<string, number>();
  /** The task id that each process carries, by pid and start: an environment is read once. */
  #markers = new Map<string, string | undefined>();

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  prepare(): undefined {
    return undefined;
  }

  usage(taskId: string): AttemptUsage {
    const peak = this.#peakBytes.get(taskId);
    return { isOutOfMemory: false, ...(peak === undefined ? {} : { peakMemoryBytes: peak }) };
  }

  members(): readonly number[] {
    return [];
  }

  condemn(taskId: string, lostRunner?: ProcessIdentity): void {
    this.#condemned.set(taskId, lostRunner);
  }

  isCondemned(taskId: string): boolean {
    return this.#condemned.has(taskId);
  }

  hasCondemned(): boolean {
    return this.#condemned.size > 0;
  }

  sweep(sessions: readonly Session[]): readonly string[] {
    const seen = new Set<string>();
    const nowBytes = new Map<string, number>();
    for (const { stat, taskId } of this.#findOwned(sessions)) {
      if (taskId === undefined || this.#condemned.has(taskId)) {
        this.#table.signal({ ...stat, bootId: this.#table.bootId }, "SIGKILL");
      } else {
        this.#measure(stat.pid, taskId, nowBytes);
      }
      if (taskId !== undefined) seen.add(taskId);
    }
    const running = sessions.map(({ attempt }) => attempt).filter((attempt) => attempt !== undefined);
    this.#forget(seen, new Set(running.map(({ taskId }) => taskId)));
    return running
      .filter(({ taskId, memoryMiB }) => (nowBytes.get(taskId) ?? 0) > memoryMiB * 1024 * 1024)
      .map(({ taskId }) => taskId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #measure(pid: number, taskId: string, nowBytes: Map<string, number>): void {
    const memory = this.#table.memory(pid);
    if (memory === undefined) return;
    const sum = (nowBytes.get(taskId) ?? 0) + memory.nowBytes;
    nowBytes.set(taskId, sum);
    this.#peakBytes.set(taskId, Math.max(this.#peakBytes.get(taskId) ?? 0, memory.peakBytes, sum));
  }

  /** A condemned attempt of which nothing was seen is gone. */
  #forget(seen: ReadonlySet<string>, running: ReadonlySet<string>): void {
    for (const taskId of this.#condemned.keys()) {
      if (seen.has(taskId)) continue;
      this.#condemned.delete(taskId);
      if (!running.has(taskId)) this.#peakBytes.delete(taskId);
    }
  }

  /** The processes of attempts, and with no task id those that have no business in a runner's session. */
  #findOwned(sessions: readonly Session[]): readonly OwnedProcess[] {
    const stats = this.#table.list().filter((stat) => !isDead(stat));
    const byPid = new Map(stats.map((stat) => [stat.pid, stat]));
    const bySession = new Map(sessions.map((session) => [session.runner.pid, session]));
    const lost = this.#findLostSessions(byPid);
    const running = new Set(sessions.map(({ attempt }) => attempt?.taskId));
    const markers = new Map<string, string | undefined>();

    const owned = stats.flatMap((stat): readonly OwnedProcess[] => {
      if (bySession.has(stat.pid)) return [];
      const marker = this.#readMarker(stat, bySession.has(stat.parentPid), markers);
      if (marker !== undefined && (this.#condemned.has(marker) || running.has(marker))) {
        return [{ stat, taskId: marker }];
      }
      const session = bySession.get(stat.sessionId);
      if (session !== undefined) return [{ stat, taskId: findTaskInSession(stat, session) }];
      const lostTaskId = lost.get(stat.sessionId);
      return lostTaskId === undefined ? [] : [{ stat, taskId: lostTaskId }];
    });
    this.#markers = markers;
    return owned;
  }

  /** Sessions whose runner has died; not those whose number has gone to somebody else since. */
  #findLostSessions(byPid: ReadonlyMap<number, ProcessStat>): ReadonlyMap<number, string> {
    const lost = new Map<number, string>();
    for (const [taskId, runner] of this.#condemned) {
      if (runner !== undefined && !byPid.has(runner.pid)) lost.set(runner.pid, taskId);
    }
    return lost;
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

interface OwnedProcess {
  readonly stat: ProcessStat;
  readonly taskId: string | undefined;
}

/** What stayed behind from an earlier attempt of the same runner is older than the command of this one. */
function findTaskInSession(stat: ProcessStat, { attempt }: Session): string | undefined {
  const isOlder = attempt?.main !== undefined && stat.startTicks < attempt.main.startTicks;
  return isOlder ? undefined : attempt?.taskId;
}
