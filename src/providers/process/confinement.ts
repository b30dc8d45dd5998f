import type { ProcessIdentity } from "./process-identity.ts";
import type { AttemptUsage } from "./process-outcome.ts";

/**
 * Holds an attempt's processes together: keeps them to their memory, measures them, and ends all of them, also those
 * that left the process group. By a cgroup where the machine allows it, else by looking at the process table.
 */
export interface Confinement extends AsyncDisposable {
  readonly kind: "cgroup" | "watch";

  /** How often `sweep` wants to be called while attempts run or condemned ones are left. */
  readonly sweepIntervalMs: number;

  /**
   * Makes ready for an attempt, as often as it is asked. Answers the file that its first process has to write `0` to.
   * Throws what the file system throws.
   */
  prepare(taskId: string, memoryMiB: number): string | undefined;

  usage(taskId: string): AttemptUsage;

  /** Pids of the attempt as far as they are known without a search. */
  members(taskId: string): readonly number[];

  /**
   * Ends with SIGKILL whatever the attempt has left, now or in the sweeps to come, until nothing is.
   *
   * @param lostRunner is given where the runner has died: its session is then searched too.
   */
  condemn(taskId: string, lostRunner?: ProcessIdentity): void;

  /** Whether something may be left of a condemned attempt. */
  isCondemned(taskId: string): boolean;

  hasCondemned(): boolean;

  /** Looks at everything once. Answers the attempts that went over their memory and still run. */
  sweep(sessions: readonly Session[]): readonly string[];
}

/** A runner, which leads a session, and the attempt that it runs. */
export interface Session {
  readonly runner: ProcessIdentity;
  /** Absent while the runner is idle: then nobody else belongs into its session. */
  readonly attempt: SessionAttempt | undefined;
}

export interface SessionAttempt {
  readonly taskId: string;
  readonly memoryMiB: number;
  /** Its first process; absent until that has made itself known. */
  readonly main: ProcessIdentity | undefined;
}
