import { type ProcessIdentity, parseProcessStat } from "./process-identity.ts";

/** What `attempts/⟨task id⟩/record` says. Whoever makes the file decides what becomes of the attempt. */
export type AttemptRecord =
  /** Nobody has: the attempt may still be started. */
  | { readonly kind: "absent" }
  /** Being written, or given up on while it was. */
  | { readonly kind: "incomplete" }
  /** The server has: it never starts. */
  | { readonly kind: "refused"; readonly because: RefusalReason }
  /** A runner has. */
  | { readonly kind: "claimed"; readonly runner: ProcessIdentity }
  | { readonly kind: "ended"; readonly runner: ProcessIdentity; readonly end: CommandEnd };

export type RefusalReason = "stopped" | "host-lost";

export interface CommandEnd {
  /** False: the command was never reached, and `code` is what the shell made of that. */
  readonly hasRun: boolean;
  readonly code: number;
  /** Of the command and of those of its children that it waited for. */
  readonly cpuTimeMs: number;
}

const CLAIM_LINE_COUNT = 4;
const TIMES_LINE_COUNT = 2;

/**
 * Reads a record: boot id, the runner's stat line and `times`, later `times` again and `exit` or `failed` with the
 * code. What has no newline at its end was cut short and does not count.
 */
export function parseAttemptRecord(text: string): AttemptRecord {
  const lines = text.split("\n").slice(0, -1);
  const [first, runnerLine] = lines;
  if (first === "stopped" || first === "host-lost") return { kind: "refused", because: first };
  if (first === undefined || runnerLine === undefined || lines.length < CLAIM_LINE_COUNT) {
    return { kind: "incomplete" };
  }
  const stat = parseProcessStat(runnerLine);
  if (stat === undefined) return { kind: "incomplete" };

  const runner = { bootId: first, pid: stat.pid, startTicks: stat.startTicks };
  const end = parseCommandEnd(lines);
  return end === undefined ? { kind: "claimed", runner } : { kind: "ended", runner, end };
}

export function formatRefusal(because: RefusalReason): string {
  return `${because}\n`;
}

/** Taken from the end: a write that failed on a full disk may have left a part of itself before the one that did not. */
function parseCommandEnd(lines: readonly string[]): CommandEnd | undefined {
  if (lines.length < CLAIM_LINE_COUNT + TIMES_LINE_COUNT + 1) return undefined;
  const match = lines.at(-1)?.match(/^(exit|failed) (\d+)$/);
  if (!match) return undefined;
  const before = parseChildTimesMs(lines[CLAIM_LINE_COUNT - 1]);
  const after = parseChildTimesMs(lines.at(-2));
  return {
    hasRun: match[1] === "exit",
    code: Number(match[2]),
    cpuTimeMs: Math.max(0, Math.round(after - before)),
  };
}

/** The second line that the builtin `times` prints, as in `0m1.250000s 0m0.030000s`: user and system time. */
function parseChildTimesMs(line: string | undefined): number {
  const parts = [...(line ?? "").matchAll(/(\d+)m(\d+(?:[.,]\d+)?)s/g)];
  return parts.reduce(
    (sum, [, minutes, seconds]) =>
      sum + Number(minutes) * 60_000 + Number(seconds?.replace(",", ".")) * 1_000,
    0,
  );
}
