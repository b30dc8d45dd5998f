import { type ProcessIdentity, parseProcessStat } from "./process-identity.ts";

/**
 * What a runner's `record` says, all that is known of its attempts. Each line is appended in one write:
 *
 * - `runner ⟨boot id⟩ ⟨stat line⟩`: the runner is up; its own line of `/proc/⟨pid⟩/stat`.
 * - `claim ⟨run id⟩`: it takes up the attempt.
 * - `command ⟨run id⟩ ⟨stat line⟩`: the process that is about to become the command.
 * - `started ⟨run id⟩ ⟨instant⟩`: from the server, so that it gives the same instant after a restart.
 * - `oom ⟨run id⟩`: from the server, before it ends an attempt for its memory.
 * - what the builtin `times` prints, before `end ⟨run id⟩ ⟨exit code⟩ ⟨uptime⟩`.
 *
 * A line that was cut short, by a full disk or a power cut, is passed over; so is what stands before a known word in a
 * line, where the cut one had no end.
 */
export interface RunnerRecord {
  readonly runner: ProcessIdentity | undefined;
  /** In the order of their claims. */
  readonly attempts: readonly RecordedAttempt[];
  /** Processor time of all children of the runner so far. */
  readonly childrenCpuMs: number;
}

export interface RecordedAttempt {
  readonly runId: string;
  /** Absent if the command was never reached. */
  readonly command?: { readonly pid: number; readonly startTicks: number };
  readonly startedAtMs?: number;
  readonly isOutOfMemory?: boolean;
  readonly end?: CommandEnd;
}

export interface CommandEnd {
  /** 128 + signal where a signal ended it. */
  readonly code: number;
  /** Of the command and of those of its children that were waited for. */
  readonly cpuTimeMs: number;
  /** Seconds from the boot to the end. */
  readonly uptimeSeconds: number;
}

/** @param childrenCpuMs what the record said before this part of it. */
export function parseRunnerRecord(text: string, childrenCpuMs = 0): RunnerRecord {
  let runner: ProcessIdentity | undefined;
  let knownCpuMs = childrenCpuMs;
  let latestCpuMs = childrenCpuMs;
  const attempts = new Map<string, RecordedAttempt>();
  const add = (runId = "", part: Omit<RecordedAttempt, "runId"> = {}): void => {
    attempts.set(runId, { ...attempts.get(runId), ...part, runId });
  };

  for (const line of text.split("\n").slice(0, -1)) {
    latestCpuMs = parseTimesMs(line) ?? latestCpuMs;
    const { word, subject, rest } = parseLine(line);
    const stat = word === "command" || word === "runner" ? parseProcessStat(rest) : undefined;
    if (word === "claim") add(subject);
    else if (word === "oom") add(subject, { isOutOfMemory: true });
    else if (word === "started") add(subject, { startedAtMs: Number(rest) });
    else if (word === "command" && stat)
      add(subject, { command: { pid: stat.pid, startTicks: stat.startTicks } });
    else if (word === "runner" && stat) {
      runner = { bootId: subject, pid: stat.pid, startTicks: stat.startTicks };
      knownCpuMs = latestCpuMs;
    } else if (word === "end") {
      const [code = 0, uptimeSeconds = 0] = rest.split(" ").map(Number);
      add(subject, {
        end: { code, cpuTimeMs: Math.max(0, Math.round(latestCpuMs - knownCpuMs)), uptimeSeconds },
      });
      knownCpuMs = latestCpuMs;
    }
  }
  return { runner, attempts: [...attempts.values()], childrenCpuMs: knownCpuMs };
}

interface RecordLine {
  readonly word: string;
  readonly subject: string;
  readonly rest: string;
}

/** What follows each word. A job can write there too, so no number is longer than one that can be true. */
const LINE_SHAPES = Object.entries({
  claim: /^ (\S+)$/,
  oom: /^ (\S+)$/,
  started: /^ (\S+) (\d{1,13})$/,
  end: /^ (\S+) (\d{1,3} \d{1,10}(?:\.\d{1,10})?)$/,
  runner: /^ (\S+) (.+)$/,
  command: /^ (\S+) (.+)$/,
});

/** The last known word of the line, and what follows it. Found without a pattern, which would try each byte of it. */
function parseLine(line: string): RecordLine {
  for (const [word, shape] of LINE_SHAPES) {
    const at = line.lastIndexOf(`${word} `);
    const match = at === -1 ? null : shape.exec(line.slice(at + word.length));
    if (match !== null) return { word, subject: match[1] ?? "", rest: match[2] ?? "" };
  }
  return { word: "", subject: "", rest: "" };
}

/** The lines of the server. */
export function formatStarted(runId: string, atMs: number): string {
  return `started ${runId} ${atMs}`;
}

export function formatOutOfMemory(runId: string): string {
  return `oom ${runId}`;
}

/** A line that the builtin `times` prints, as `0m1.250000s 0m0.030000s`: user and system time. */
function parseTimesMs(line: string): number | undefined {
  if (!line.includes("s ")) return undefined;
  const parts = [...line.matchAll(/(\d{1,9})m(\d{1,2}(?:[.,]\d{1,9})?)s/g)].slice(-2);
  if (parts.length !== 2) return undefined;
  return parts.reduce(
    (sum, [, minutes, seconds]) =>
      sum + Number(minutes) * 60_000 + Number(seconds?.replace(",", ".")) * 1_000,
    0,
  );
}
