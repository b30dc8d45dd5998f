import type { AttemptSpec } from "../provider.ts";

/** Where an attempt finds things on this machine. */
export interface StartPlaces {
  readonly workFolder: string;
  readonly logFile: string;
  readonly umask: number;
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
 * Its order is the point: output, limit and folder first; then the line in the runner's record by which the command
 * counts as begun; then the environment, which could change what the shell does, and the command.
 */
export function createStartText(
  spec: AttemptSpec,
  places: StartPlaces,
  environment: ReadonlyMap<string, string>,
): string {
  const { cgroupProcsFile } = places;
  const lines = [
    `[ "$task" = ${quote(spec.taskId)} ] || exit`,
    `exec >>${quote(places.logFile)} 2>&1`,
    ...(cgroupProcsFile === undefined ? [] : [`echo 0 >${quote(cgroupProcsFile)} || exit`]),
    `cd ${quote(places.workFolder)} || exit`,
    "read -r line </proc/self/stat",
    `echo "command $task $line" >&5 || exit`,
    `echo "started $task" >&4`,
    `umask ${places.umask.toString(8).padStart(4, "0")}`,
    "unset PWD OLDPWD SHLVL",
  ];
  const command = (spec.container.command ?? []).map(quote).join(" ");
  if (needsEnvCommand(environment, places.isShellExportExact)) {
    const assignments = [...environment].map(([name, value]) => quote(`${name}=${value}`)).join(" ");
    lines.push(`exec env -i ${assignments} ${command} 3<&- 4<&- 5<&-`);
  } else {
    for (const [name, value] of environment) lines.push(`export ${name}=${quote(value)}`);
    lines.push(`exec ${command} 3<&- 4<&- 5<&-`);
  }
  return `${lines.join("\n")}\nexit\n`;
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
