import { arch, platform } from "node:os";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import { createStartFailure } from "../attempt-outcomes.ts";
import { findPlatformFailure } from "../find-platform-failure.ts";
import type { ContainerRun } from "../container-run.ts";
import { describeMissingExecutable } from "./find-executable.ts";
import {
  createJobEnvironment,
  findSecretValue,
  findUnexportableSecret,
  needsEnvCommand,
} from "./process-spec.ts";

/** How ECS begins what it says of secrets. */
export const SECRETS_PREFIX = "ResourceInitializationError: unable to pull secrets or registry auth";

const THIS_MACHINE = { operatingSystem: platform(), architecture: arch() === "x64" ? "amd64" : arch() };

/** What Docker says of a command that it cannot start. */
const ENGINE_PREFIX = "Error response from daemon: failed to create task for container";

export interface JobDefaults {
  /** PATH of a job that does not set its own. */
  readonly defaultPath: string;
  readonly isShellExportExact: boolean;
}

/** Says why an attempt cannot start, as far as that is known before the start; undefined if nothing is in the way. */
export function findStartFailure(run: ContainerRun, defaults: JobDefaults): AttemptOutcome | undefined {
  const { secrets } = run;
  if (secrets !== undefined && "failure" in secrets) return createStartFailure(secrets.failure);
  const unexportable = findUnexportableSecret(run);
  if (unexportable !== undefined) {
    return createStartFailure(`${SECRETS_PREFIX}: ${unexportable} cannot be the name of a shell's variable`);
  }
  const unfit = findPlatformFailure(run.properties.runtimePlatform, THIS_MACHINE);
  if (unfit !== undefined) return createStartFailure(unfit);
  const problem = describeProblem(run, defaults);
  return problem === undefined ? undefined : createStartFailure(`CannotStartContainerError: ${problem}`);
}

function describeProblem(
  run: ContainerRun,
  { defaultPath, isShellExportExact }: JobDefaults,
): string | undefined {
  const { logDriver = "awslogs" } = run.properties.logConfiguration ?? {};
  if (logDriver !== "awslogs") {
    return `the log driver ${logDriver} needs the Docker provider: the process provider writes to awslogs only`;
  }
  const command = run.properties.command ?? [];
  const [program] = command;
  if (program === undefined) {
    return "the process provider needs a command: it does not use the image, so it has no default";
  }
  const environment = createJobEnvironment(run, defaultPath, EMPTY_FOLDER);
  if ([...command, ...[...environment].flat()].some((text) => text.includes("\0"))) {
    return `${ENGINE_PREFIX}: a NUL character in the command or in the environment: invalid argument: unknown`;
  }
  const isByEnv = needsEnvCommand(environment, isShellExportExact);
  if (program.includes("=") && isByEnv) {
    return `${ENGINE_PREFIX}: exec: "${program}": a name with "=" cannot be started with this environment: unknown`;
  }
  const secretPath = findSecretValue(run, "PATH");
  const path = secretPath ?? environment.get("PATH") ?? "";
  const missing =
    describeMissingExecutable(program, path, EMPTY_FOLDER) ??
    // With a secret for its PATH the shell looks for env(1) there, too.
    (isByEnv && secretPath !== undefined ? describeMissingExecutable("env", path, EMPTY_FOLDER) : undefined);
  return missing === undefined ? undefined : `${ENGINE_PREFIX}: ${missing}: unknown`;
}

/** Stands for the working folder, in which nothing can be found: it is empty when an attempt starts. */
const EMPTY_FOLDER = "/nonexistent";
