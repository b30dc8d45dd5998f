import { ADDRESS_VARIABLE, type ContainerRun } from "../container-run.ts";

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

/** Carries the id of the run in the environment of each of its processes, by which strays are found. */
export const TASK_MARKER = "BATCHYARD_TASK_ID";

/** The environment of a job: its own, over PATH, HOME and TMPDIR, under the marker. Nothing of the server's gets in. */
export function createJobEnvironment(
  run: ContainerRun,
  defaultPath: string,
  workFolder: string,
): ReadonlyMap<string, string> {
  const environment = new Map([
    ["PATH", defaultPath],
    ["HOME", workFolder],
    ["TMPDIR", workFolder],
  ]);
  for (const { name, value } of run.environment) {
    if (name !== "") environment.set(name, value);
  }
  if (run.address !== undefined) environment.set(ADDRESS_VARIABLE, run.address);
  environment.set(TASK_MARKER, run.runId);
  return environment;
}

/**
 * Writes the shell text that a runner's child reads to become the command.
 *
 * Its order is the point: output, limit and folder first; then the line in the runner's record by which the command
 * counts as begun; then the environment, which could change what the shell does, and the command. Secrets are not in this
 * text, which is written to a file: see `createSecretsText`.
 */
export function createStartText(
  run: ContainerRun,
  places: StartPlaces,
  environment: ReadonlyMap<string, string>,
): string {
  const { cgroupProcsFile } = places;
  const lines = [
    `[ "$task" = ${quote(run.runId)} ] || exit`,
    `exec >>${quote(places.logFile)} 2>&1`,
    ...(cgroupProcsFile === undefined ? [] : [`echo 0 >${quote(cgroupProcsFile)} || exit`]),
    `cd ${quote(places.workFolder)} || exit`,
    "read -r line </proc/self/stat",
    `echo "command $task $line" >&5 || exit`,
    `echo "started $task" >&4`,
    `umask ${places.umask.toString(8).padStart(4, "0")}`,
    "unset PWD OLDPWD SHLVL",
  ];
  const command = (run.properties.command ?? []).map(quote).join(" ");
  const secretNames = new Set(secretVariables(run).map(({ name }) => name));
  const plain = [...environment].filter(([name]) => !secretNames.has(name));
  if (secretNames.size > 0) lines.push(...READ_SECRETS);
  if (!needsEnvCommand(environment, places.isShellExportExact)) {
    for (const [name, value] of plain) lines.push(`export ${name}=${quote(value)}`);
    lines.push(`exec ${command} ${CLOSED}`);
  } else if (secretNames.size === 0) {
    lines.push(`exec env -i ${assign(plain)} ${command} ${CLOSED}`);
  } else {
    // Everybody can read the words of a command: secrets reach env(1) as they reach any other, by export.
    const exportable = plain.filter(([name]) => isExportable(name));
    for (const [name, value] of exportable) lines.push(`export ${name}=${quote(value)}`);
    lines.push(`exec env ${assign(plain.filter(([name]) => !isExportable(name)))} ${command} ${CLOSED}`);
  }
  return `${lines.join("\n")}\nexit\n`;
}

/** What the start text reads from the FIFO `secrets`; undefined where there are none. */
export function createSecretsText(run: ContainerRun): string | undefined {
  const variables = secretVariables(run);
  if (variables.length === 0) return undefined;
  const exports = variables.map(({ name, value }) => `export ${name}=${quote(value)}\n`);
  return `${exports.join("")}end ${run.runId}\n`;
}

/** The name of a secret that the shell cannot hand over; undefined where it can hand over all. */
export function findUnexportableSecret(run: ContainerRun): string | undefined {
  return secretVariables(run).find(({ name }) => !isExportable(name))?.name;
}

/** The value of the secret of this name, if there is one; the last counts, as in the shell. */
export function findSecretValue(run: ContainerRun, wanted: string): string | undefined {
  return secretVariables(run).findLast(({ name }) => name === wanted)?.value;
}

/** The marker stays ours, and a variable without a name is none. */
function secretVariables({ secrets }: ContainerRun) {
  if (secrets === undefined || "failure" in secrets) return [];
  return secrets.variables.filter(({ name }) => name !== "" && name !== TASK_MARKER);
}

/** The descriptors of the runner are nothing to a command. */
const CLOSED = "3<&- 4<&- 5<&- 6<&-";

const READ_SECRETS = [
  "secrets=",
  "while IFS= read -r line <&6 || exit; do",
  '  [ "$line" = "end $task" ] && break',
  "  secrets=$secrets$line'\n'",
  "done",
  // Its own variables go first: a secret may be named as they are.
  'eval "unset secrets line\n$secrets"',
];

function assign(environment: readonly (readonly [name: string, value: string])[]): string {
  return environment.map(([name, value]) => quote(`${name}=${value}`)).join(" ");
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
