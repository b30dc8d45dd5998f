import type { AttemptOutcome } from "../../batch/attempt.ts";
import { OUT_OF_MEMORY, createStartFailure } from "../attempt-outcomes.ts";
import type { CommandEnd } from "./runner-record.ts";

/** What was seen of an attempt's memory. */
export interface AttemptUsage {
  /** Absent where it cannot be told. */
  readonly peakMemoryBytes?: number;
  /** It went over its memory limit. */
  readonly isOutOfMemory: boolean;
}

/** Turns the end of a command into an outcome. */
export function createOutcome(
  end: CommandEnd,
  { hasBegun, isOutOfMemory, peakMemoryBytes }: AttemptUsage & { readonly hasBegun: boolean },
): AttemptOutcome {
  const peak = peakMemoryBytes === undefined ? {} : { peakMemoryBytes };
  const measured = { ...peak, cpuTimeMs: end.cpuTimeMs };
  if (isOutOfMemory) return { ...OUT_OF_MEMORY, ...measured };
  if (hasBegun) return { kind: "exited", exitCode: end.code, ...measured };
  return createStartFailure(
    `CannotStartContainerError: the shell could not get to the command (status ${end.code})`,
  );
}
