import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { JobLogs } from "../../logs/logs.ts";
import type { AttemptSpec } from "../provider.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import type { Confinement } from "./confinement.ts";
import { describeMissingExecutable } from "./find-executable.ts";
import { createStartFailure } from "./process-outcome.ts";
import { type StartPlaces, createJobEnvironment, createStartText, needsEnvCommand } from "./process-spec.ts";

export interface PreparationContext {
  readonly confinement: Confinement;
  readonly logs: JobLogs;
  readonly defaultPath: string;
  readonly isShellExportExact: boolean;
}

/** Makes everything that an attempt needs before a runner may take it up, or says why it cannot start. */
export function prepareAttempt(
  spec: AttemptSpec,
  folder: AttemptFolder,
  context: PreparationContext,
): AttemptOutcome | undefined {
  const { confinement, logs, defaultPath, isShellExportExact } = context;
  const environment = createJobEnvironment(spec, defaultPath, folder.workPath);
  try {
    folder.create();
    const problem = describeProblem(spec, environment, { isShellExportExact, workFolder: folder.workPath });
    if (problem !== undefined) return createStartFailure("CannotStartContainerError", problem);
    const places = {
      folder: folder.path,
      workFolder: folder.workPath,
      logFile: logs.openFile(spec.logStreamId),
      cgroupProcsFile: confinement.prepare(spec.taskId, spec.resources.memoryMiB),
      isShellExportExact,
    };
    folder.writeStart(createStartText(spec, places, environment));
    return undefined;
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    return createStartFailure("CannotCreateContainerError", error.message);
  }
}

/** What Docker says of a command that it cannot start, as far as it is known before the start. */
const ENGINE_PREFIX = "Error response from daemon: failed to create task for container";

function describeProblem(
  spec: AttemptSpec,
  environment: ReadonlyMap<string, string>,
  { isShellExportExact, workFolder }: Pick<StartPlaces, "isShellExportExact" | "workFolder">,
): string | undefined {
  const command = spec.container.command ?? [];
  const [program] = command;
  if (program === undefined) {
    return "the process provider needs a command: it does not use the image, so it has no default";
  }
  const texts = [...command, ...[...environment].flat()];
  if (texts.some((text) => text.includes("\0"))) {
    return `${ENGINE_PREFIX}: a NUL character in the command or in the environment: invalid argument: unknown`;
  }
  if (program.includes("=") && needsEnvCommand(environment, isShellExportExact)) {
    return `${ENGINE_PREFIX}: exec: "${program}": a name with "=" cannot be started with this environment: unknown`;
  }
  const missing = describeMissingExecutable(program, environment.get("PATH") ?? "", workFolder);
  return missing === undefined ? undefined : `${ENGINE_PREFIX}: ${missing}: unknown`;
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
