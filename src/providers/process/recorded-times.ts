import type { ProcessTable } from "./process-identity.ts";
import type { CommandEnd, RecordedAttempt } from "./runner-record.ts";
import type { Runner } from "./runner.ts";

/** When the command began: the instant that was told before, or the one that its process gives. */
export function findStart(
  { startedAtMs, command }: RecordedAttempt,
  runner: Runner,
  table: ProcessTable,
  nowMs: number,
): number | undefined {
  if (startedAtMs !== undefined || command === undefined) return startedAtMs;
  // Before a reboot the process counted from another boot: the last instant that is known of the runner has to do.
  if (runner.identity.bootId !== table.bootId) return runner.folder.recordedAtMs();
  return table.wallTimeMs({ ticks: command.startTicks }, nowMs);
}

export function findEnd(
  { uptimeSeconds }: CommandEnd,
  runner: Runner,
  table: ProcessTable,
  nowMs: number,
): number {
  if (runner.identity.bootId !== table.bootId) return runner.folder.recordedAtMs() ?? nowMs;
  return table.wallTimeMs({ seconds: uptimeSeconds }, nowMs);
}
