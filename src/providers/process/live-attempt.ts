import type { ContainerRun } from "../container-run.ts";
import type { ConfinedAttempt } from "./confinement.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import type { RecordedAttempt } from "./runner-record.ts";
import type { Runner } from "./runner.ts";

/** A container that has not ended. */
export interface LiveAttempt {
  readonly run: ContainerRun;
  /** Absent while it waits for one. */
  runner?: Runner | undefined;
  /** When it got its runner, by the monotonic clock. */
  givenAtMs?: number;
  startedAtMs?: number | undefined;
  /** The first process of the command, once somebody needed to know. */
  command?: ProcessIdentity | undefined;
  /** What somebody wants of it; done once it has started. */
  wish?: "stop" | "kill";
  /** Since when it is to be dead, by the monotonic clock. */
  killedAtMs?: number;
  isOutOfMemory?: boolean;
  /** The runner is not to have another attempt: it is of an earlier run of the server, or its `start` is gone. */
  isRunnerSpent?: boolean;
  /** An event told that there is news in the record, but it could not be read. */
  isUnread?: boolean;
}

export function findRecorded(runner: Runner, { run }: LiveAttempt): RecordedAttempt | undefined {
  return runner.read().attempts.find(({ runId }) => runId === run.runId);
}

export function findCommand(attempt: LiveAttempt, runner: Runner): ProcessIdentity | undefined {
  if (attempt.command === undefined) {
    const command = findRecorded(runner, attempt)?.command;
    attempt.command = command && { ...command, bootId: runner.identity.bootId };
  }
  return attempt.command;
}

export function confine({ run }: LiveAttempt, runner: Runner): ConfinedAttempt {
  return { runId: run.runId, runnerName: runner.name };
}
