import type { ProcessIdentity } from "./process-identity.ts";
import type { AttemptUsage } from "./process-outcome.ts";

/**
 * Holds together the processes of what a runner runs: keeps them to their memory, measures them, and ends all of them,
 * also those that left the process group. By a cgroup where the machine allows it, else by looking at the process
 * table.
 */
export interface Confinement extends AsyncDisposable {
  readonly kind: "cgroup" | "watch";

  /** How often `sweep` wants to be called while there is anything to look at. */
  readonly sweepIntervalMs: number;

  /**
   * Makes ready for the next attempt of a runner. Answers the file that its first process has to write `0` to. Throws
   * what the file system throws.
   */
  prepare(runnerName: string, memoryMiB: number): string | undefined;

  usage(attempt: ConfinedAttempt): AttemptUsage;

  /** Pids of what the runner runs, as far as they are known without a search. */
  members(runnerName: string): readonly number[];

  /** SIGKILL to what is left of the attempt, but not to its runner, as far as it is found; to the rest in `sweep`. */
  kill(attempt: ConfinedAttempt): void;

  /** The attempt has ended. False if something of it is left: then its runner should not go on. */
  leave(attempt: ConfinedAttempt): boolean;

  /** The runner is no more: ends all it has left, now and in the sweeps to come, until nothing is. */
  clear(runnerName: string, runner: ProcessIdentity, runIds: readonly string[]): void;

  /** Whether anything may be left of a runner that is no more. */
  isClearing(runnerName: string): boolean;

  /** Resolves when what is being cleared aside is done. */
  settle(): Promise<void>;

  /** Whether `sweep` has something to end. */
  hasWork(): boolean;

  /** Looks at everything once. Answers the running attempts that are over their memory. */
  sweep(sessions: readonly Session[]): readonly string[];
}

export interface ConfinedAttempt {
  readonly runId: string;
  readonly runnerName: string;
}

/** A runner, which leads a session, and the attempt that it has. */
export interface Session {
  readonly runner: ProcessIdentity;
  /** Absent while the runner is idle: then nobody else belongs into its session. */
  readonly attempt: SessionAttempt | undefined;
}

export interface SessionAttempt extends ConfinedAttempt {
  readonly memoryMiB: number;
  /** Its first process; absent until that has made itself known. */
  readonly command: ProcessIdentity | undefined;
}
