import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { describeMissingExecutable } from "./find-executable.ts";

export type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Where programs are looked for if nobody says otherwise, as in a container. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const PROGRAMS_NEEDED = ["sh", "setsid", "mkfifo", "env"];

/** Whether jobs can run as processes of this machine, and if not, what is missing. */
export function isProcessProviderSupported(path: string = DEFAULT_PATH): Support {
  if (process.platform !== "linux") {
    return { ok: false, reason: `the process provider needs Linux, this is ${process.platform}` };
  }
  if (!existsSync("/proc/self/stat")) {
    return { ok: false, reason: "the process provider needs /proc, which is not mounted" };
  }
  const missing = PROGRAMS_NEEDED.filter((name) => describeMissingExecutable(name, path, "/") !== undefined);
  if (missing.length === 0) return { ok: true };
  return { ok: false, reason: `the process provider needs ${missing.join(", ")}, not found in ${path}` };
}

const run = promisify(execFile);

/** Makes a FIFO unless it is there. */
export async function makeFifo(file: string, path: string): Promise<void> {
  if (statSync(file, { throwIfNoEntry: false })?.isFIFO() === true) return;
  await run("mkfifo", [file], { env: { PATH: path } });
}

/** Whether the shell hands on what was exported and nothing of its own, as bash does with `_` and `SHLVL`. */
export async function isShellExportExact(shell: readonly string[], path: string): Promise<boolean> {
  const script = "unset PWD OLDPWD SHLVL; cd /; unset PWD OLDPWD; export A=1; exec env";
  const { stdout } = await runShell(shell, path, [script]);
  return stdout.trim().split("\n").sort().join(" ") === `A=1 PATH=${path}`;
}

/** Whether a process can write `0` to the file. */
export async function canEnterGroup(shell: readonly string[], path: string, file: string): Promise<boolean> {
  try {
    await runShell(shell, path, ['echo 0 >"$1"', "sh", file]);
    return true;
  } catch {
    return false;
  }
}

async function runShell(
  shell: readonly string[],
  path: string,
  args: readonly string[],
): Promise<{ readonly stdout: string }> {
  const [command = "/bin/sh", ...words] = shell;
  return await run(command, [...words, "-c", ...args], { env: { PATH: path }, cwd: "/" });
}
