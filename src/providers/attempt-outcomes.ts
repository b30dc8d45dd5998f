import type { AttemptOutcome } from "../batch/attempt.ts";

const REASON_LENGTH_MAX = 255;
export const EXIT_CODE_SIGKILL = 137;

/** What ran it went away with it. */
export const HOST_LOST: AttemptOutcome = { kind: "host-lost" };

/** It was to end before it came up. The ECS agent's words. */
export const STOPPED_BEFORE_START: AttemptOutcome = createStartFailure(
  "TaskStoppedBeforePullBeginError: Task stopped before image pull could begin for task",
);

/**
 * It went over its memory: 137, also where its first process outlived the one that was killed for it, as a container is
 * ended as a whole.
 */
export const OUT_OF_MEMORY: AttemptOutcome = {
  kind: "exited",
  exitCode: EXIT_CODE_SIGKILL,
  reason: "OutOfMemoryError: Container killed due to memory usage",
};

/** @param reason begins with the name of an error of the ECS agent. */
export function createStartFailure(reason: string): AttemptOutcome {
  return { kind: "start-failed", reason: shortenReason(reason) };
}

/** Cuts a container's reason to what AWS shows. */
export function shortenReason(reason: string): string {
  return reason.slice(0, REASON_LENGTH_MAX);
}
