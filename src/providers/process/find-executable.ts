import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Looks for a command as execvp(3) does, from the working folder of the job. Undefined if it can be run, else what a
 * container engine says of it.
 */
export function describeMissingExecutable(
  command: string,
  path: string,
  workFolder: string,
): string | undefined {
  if (!command.includes("/")) {
    const folders = command === "" ? [] : path.split(":");
    if (folders.some((folder) => lookAt(resolve(workFolder, folder, command)) === "executable"))
      return undefined;
    return `exec: "${command}": executable file not found in $PATH`;
  }
  const found = lookAt(resolve(workFolder, command));
  if (found === "executable") return undefined;
  const problem = found === "absent" ? `stat ${command}: no such file or directory` : "permission denied";
  return `exec: "${command}": ${problem}`;
}

function lookAt(file: string): "executable" | "absent" | "denied" {
  try {
    // Asked first because it answers without an exception where nothing is there, as in most folders of a PATH.
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return "absent";
    if (!stat.isFile()) return "denied";
    accessSync(file, constants.X_OK);
    return "executable";
  } catch {
    return "denied";
  }
}
