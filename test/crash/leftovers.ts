import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const POLL_MS = 100;

/** What the process provider keeps of attempts: nothing when there are none. */
const PROVIDER_FOLDERS = ["process/runners", "process/trash"];

interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Waits until no process of any job is left: each carries the folder of the marks in its environment. */
export async function waitForJobProcesses(marksPath: string): Promise<readonly string[]> {
  const left = await waitUntilGone(marksPath);
  return left.map(({ pid, command }) => `all jobs have ended, and process ${pid} is left: ${command}`);
}

/** What a server that was told to end, with no job under way, has left of itself and must not. */
export async function findLeftovers(dataDir: string): Promise<readonly string[]> {
  const processes = await waitUntilGone(dataDir);
  const integrity = checkIntegrity(join(dataDir, "batchyard.db"));
  const files = PROVIDER_FOLDERS.flatMap((folder) =>
    readdirSync(join(dataDir, folder)).map((name) => join(folder, name)),
  );
  const cgroup = findCgroup(dataDir);
  return [
    ...processes.map(({ pid, command }) => `the server has ended, and process ${pid} is left: ${command}`),
    ...files.map((file) => `the server has ended, and ${file} is left`),
    ...(cgroup === undefined ? [] : [`the server has ended, and its cgroup is left: ${cgroup}`]),
    ...(integrity === "ok" ? [] : [`PRAGMA integrity_check says ${integrity}`]),
  ];
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

/** Living processes in whose command line or environment the text stands. */
function findProcesses(text: string): readonly FoundProcess[] {
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
    .map(({ pid, command }) => ({ pid, command }));
}

/** A process that was killed takes a moment to be gone. What is left after a long one, is left. */
async function waitUntilGone(text: string): Promise<readonly FoundProcess[]> {
  const endAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = findProcesses(text);
    if (left.length === 0 || Date.now() > endAtMs) return left;
    await sleep(POLL_MS);
  }
}

/** The cgroup that the provider noted as its own, if it exists. */
function findCgroup(dataDir: string): string | undefined {
  const note = join(dataDir, "process", "cgroup");
  if (!existsSync(note)) return undefined;
  const path = readFileSync(note, "utf8").replace(/^\d /, "");
  return existsSync(path) ? path : undefined;
}

function checkIntegrity(databasePath: string): string {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return String(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"]);
  } finally {
    database.close();
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
