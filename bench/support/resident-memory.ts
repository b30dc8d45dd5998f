import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** After this long without a request V8 has collected what work left behind. */
const IDLE_MS = 8_000;

/** What a process that had nothing to do for a while has in the machine's memory, in bytes. */
export async function idleResidentBytes(pid: number): Promise<number> {
  await sleep(IDLE_MS);
  return residentBytes(pid);
}

/** What a process has in the machine's memory at the moment, in bytes. */
export function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) * 1024;
}
