import type { JobDetail } from "../model/batch.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { commandEndOf } from "./task-containers.ts";

/** What a program ends with that passes a job's exit code on: 0 only if the job, or all children of it, SUCCEEDED. */
export function exitCodeOf(job: JobDetail): number {
  if (job.status === "SUCCEEDED") return EXIT.done;
  const exitCode = commandEndOf(job).exitCode ?? EXIT.failed;
  return exitCode === 0 ? EXIT.failed : exitCode;
}

/** What batchyard itself could not do has an exit code that is told apart from those of jobs. */
export async function passExitCode(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.message, error.remedy, { exitCode: EXIT.runFailed, cause: error });
  }
}
