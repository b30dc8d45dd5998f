import type { AttemptSpec } from "../provider.ts";

/** Where an attempt finds things on this machine. */
export interface StartPlaces {
  /** The folder of the attempt, known to the shim; the working folder is `work` in it. */
  readonly folder: string;
  readonly workFolder: string;
  readonly logFile: string;
  /** The file that a process writes `0` to, to be held by the memory limit; absent where there are no cgroups. */
  readonly cgroupProcsFile: string | undefined;
  /** What the shell exports reaches a command, and nothing else does. */
  readonly isShellExportExact: boolean;
}

/** Carries the task id in the environment of each process of an attempt, by which strays are found. */
export const TASK_MARKER = "BATCHYARD_TASK_ID";

/** The environment of a job: its own, over PATH, HOME and TMPDIR, under the marker. Nothing of the server's gets in. */
export function createJobEnvironment(
  spec: AttemptSpec,
  defaultPath: string,
  workFolder: string,
): ReadonlyMap<string, string> {
  const environment = new Map([
    ["PATH", defaultPath],
    ["HOME", workFolder],
    ["TMPDIR", workFolder],
  ]);
  for (const { name, value } of spec.environment) {
    if (name !== "") environment.set(name, value);
  }
  environment.set(TASK_MARKER, spec.taskId);
  return environment;
}

/**
 * Writes the shell text that a runner's child reads to become the command.
 *
 * Its order is the point: output, limit and folder first, then `pid`, by which the attempt counts as begun, then the
 * environment, which could change what the shell does, and the command. `pid` is made only if it is not there, so
 * whoever makes it first, this text or the server, decides whether the command runs.
 */
export function createStartText(
  spec: AttemptSpec,
  places: StartPlaces,
  environment: ReadonlyMap<string, string>,
): string {
  const { folder, cgroupProcsFile } = places;
  const lines = [
    `exec >>${quote(places.logFile)} 2>&1`,
    ...(cgroupProcsFile === undefined ? [] : [`echo 0 >${quote(cgroupProcsFile)} || exit`]),
    `cd ${quote(places.workFolder)} || exit`,
    "unset PWD OLDPWD",
    "read -r line </proc/self/stat",
    "set -C",
    `echo "$line" >${quote(`${folder}/pid`)} || exit`,
    "set +C",
    `echo ${quote(`started ${spec.taskId}`)} >&4`,
  ];
  const command = (spec.container.command ?? []).map(quote).join(" ");
  if (needsEnvCommand(environment, places.isShellExportExact)) {
    const assignments = [...environment].map(([name, value]) => quote(`${name}=${value}`)).join(" ");
    lines.push(`exec env -i ${assignments} ${command} 3<&- 4<&-`);
  } else {
    for (const [name, value] of environment) lines.push(`export ${name}=${quote(value)}`);
    lines.push(`exec ${command} 3<&- 4<&-`);
  }
  return `${lines.join("\n")}\n`;
}

/** Whether the environment is handed over by env(1), one more program to start, because the shell cannot. */
export function needsEnvCommand(
  environment: ReadonlyMap<string, string>,
  isShellExportExact: boolean,
): boolean {
  return !isShellExportExact || [...environment.keys()].some((name) => !isExportable(name));
}

function isExportable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !SHELL_VARIABLES.has(name);
}

/** Names to which a shell gives a meaning of its own: setting them fails, or another value is handed on. */
const SHELL_VARIABLES: ReadonlySet<string> = new Set([
  "_",
  "EPOCHREALTIME",
  "EPOCHSECONDS",
  "FUNCNAME",
  "LINENO",
  "OPTIND",
  "PPID",
  "RANDOM",
  "SECONDS",
  "SHLVL",
]);

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
