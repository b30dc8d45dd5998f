import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const POLL_MS = 100;

export interface FoundProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
  /** As `NAME=value` with a zero byte behind each. */
  readonly environment: string;
}

/** Living processes in whose command line or environment the text stands; those in containers are among them. */
export function findProcesses(text: string): readonly FoundProcess[] {
  return readProcesses().filter(
    ({ command, environment }) => command.includes(text) || environment.includes(text),
  );
}

function readProcesses(): readonly FoundProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ name, status: readProc(name, "status") }))
    .filter(({ status }) => !/^State:\s+[ZX]/m.test(status))
    .map(({ name, status }) => ({
      pid: Number(name),
      parentPid: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]),
      command: readProc(name, "cmdline").replaceAll("\0", " "),
      environment: readProc(name, "environ"),
    }));
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

/** Ends what a run that went wrong has left: those in which the text stands, and their children. */
export function endProcesses(text: string): void {
  const found = new Set(findProcesses(text).map(({ pid }) => pid));
  const all = readProcesses().filter(({ pid, parentPid }) => found.has(pid) || found.has(parentPid));
  for (const { pid } of all) {
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
