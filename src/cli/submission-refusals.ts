import { CliError, RefusedError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import { listJobQueues } from "./job-queues.ts";
import type { SubmissionOptions } from "./submission.ts";

/** What the service refused of a submission, with what to change on the command line. */
export async function explainRefusal(
  context: Context,
  error: unknown,
  options: SubmissionOptions,
): Promise<unknown> {
  if (!(error instanceof RefusedError)) return error;
  const remedy = /^JobQueue .* not found/.test(error.message)
    ? await nameQueues(context)
    : findRemedy(error.message, options);
  return remedy === undefined ? error : new CliError(error.message, remedy, { cause: error });
}

/** A queue that is not found is answered with those that there are. */
async function nameQueues(context: Context): Promise<string> {
  const names = (await listJobQueues(context)).map(({ jobQueueName }) => jobQueueName).sort();
  return names.length === 0
    ? "There is none in this region; see --region."
    : `There are: ${names.slice(0, 20).join(", ")}.`;
}

function findRemedy(
  message: string,
  { vcpus, memory, array, definition }: SubmissionOptions,
): string | undefined {
  const reference = /No parameter found for reference (\S+)/.exec(message)?.[1];
  if (reference !== undefined) return `Give it a value: --parameter ${reference}=VALUE.`;
  if (/overrides should not be set for (multinode|ecsProperties|eksProperties) jobs/i.test(message)) {
    return (
      "A command, --env, --vcpus and --memory are for definitions of one container: leave them out, " +
      `or register a revision of ${definition} that says so.`
    );
  }
  if (vcpus !== undefined && /\bvcpus?\b/i.test(message)) {
    return `Change --vcpus ${vcpus}: a whole number; on Fargate also 0.25 and 0.5.`;
  }
  if (memory !== undefined && /\bmemory\b/i.test(message)) return `Change --memory ${memory}.`;
  if (array !== undefined && /arrayProperties/.test(message))
    return `Change --array ${array}, or leave it out.`;
  return /dependsOn/.test(message) ? "Change --depends-on; `batchyard ls` shows the jobs." : undefined;
}
