import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const POLL_MS = 100;

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
  /** As `NAME=value` with a zero byte behind each. */
  readonly environment: string;
}

/** Living processes in whose command line or environment the text stands; those in containers are among them. */
export function findProcesses(text: string): readonly FoundProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      command: readProc(name, "cmdline").replaceAll("\0", " "),
      environment: readProc(name, "environ"),
      state: /^State:\s+(\S)/m.exec(readProc(name, "status"))?.[1],
    }))
    .filter(({ state }) => state !== "Z" && state !== "X")
    .filter(({ command, environment }) => command.includes(text) || environment.includes(text))
    .map(({ pid, command, environment }) => ({ pid, command, environment }));
}

/** A process that was killed takes a moment to be gone. What is left after a long one, is left. */
export async function waitUntilGone(text: string): Promise<readonly FoundProcess[]> {
  const endAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = findProcesses(text);
    if (left.length === 0 || Date.now() > endAtMs) return left;
    await sleep(POLL_MS);
  }
}

/** Ends what a run that went wrong has left. */
export function endProcesses(text: string): void {
  for (const { pid } of findProcesses(text)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
}

/** Empty for a process that has just ended, or that is not ours to look into. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
