import { execFile } from "node:child_process";
import { lstatSync, rmSync } from "node:fs";
import { promisify } from "node:util";

/** Where programs are looked for if nobody says otherwise, as in a container. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const run = promisify(execFile);

/** Makes a FIFO unless it is there. What else stands at its place, as a backup or a job may have left it, makes way. */
export async function makeFifo(file: string, path: string): Promise<void> {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFIFO() === true) return;
  rmSync(file, { force: true, recursive: true });
  await run("mkfifo", [file], { env: { PATH: path } });
}

/** Whether a command that the shell becomes in a subshell gets what was exported, and nothing that the shell adds. */
export async function isShellExportExact(shell: readonly string[], path: string): Promise<boolean> {
  const script = "(cd /; unset PWD OLDPWD SHLVL; export A=1; exec env); exit";
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
