import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { CommandEnd } from "./runner-record.ts";

/** What was seen of an attempt's memory. */
export interface AttemptUsage {
  /** Absent where it cannot be told. */
  readonly peakMemoryBytes?: number;
  /** It went over its memory limit. */
  readonly isOutOfMemory: boolean;
}

const OUT_OF_MEMORY_REASON = "OutOfMemoryError: Container killed due to memory usage";
const EXIT_CODE_SIGKILL = 137;
const REASON_LENGTH_MAX = 255;

/**
 * Turns the end of a command into an outcome.
 *
 * An attempt that went over its memory limit ends with 137, also where its first process outlived the one that was
 * killed for it: a container is ended as a whole.
 */
export function createOutcome(
  end: CommandEnd,
  { hasBegun, isOutOfMemory, peakMemoryBytes }: AttemptUsage & { readonly hasBegun: boolean },
): AttemptOutcome {
  const peak = peakMemoryBytes === undefined ? {} : { peakMemoryBytes };
  const measured = { ...peak, cpuTimeMs: end.cpuTimeMs };
  if (isOutOfMemory) {
    return { kind: "exited", exitCode: EXIT_CODE_SIGKILL, reason: OUT_OF_MEMORY_REASON, ...measured };
  }
  if (hasBegun) return { kind: "exited", exitCode: end.code, ...measured };
  const text = `the shell could not get to the command (status ${end.code})`;
  return createStartFailure("CannotStartContainerError", text);
}

/** The names are those of the ECS agent's errors. */
export function createStartFailure(
  name: "CannotCreateContainerError" | "CannotStartContainerError" | "TaskStoppedBeforePullBeginError",
  text: string,
): AttemptOutcome {
  return { kind: "start-failed", reason: `${name}: ${text}`.slice(0, REASON_LENGTH_MAX) };
}

export const HOST_LOST: AttemptOutcome = { kind: "host-lost" };

export const STOPPED_BEFORE_START: AttemptOutcome = createStartFailure(
  "TaskStoppedBeforePullBeginError",
  "Task stopped before image pull could begin for task",
);
