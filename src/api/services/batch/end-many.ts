import { isJobId } from "../../../batch/arn.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { RequestContext } from "../../operation.ts";
import { checkReason } from "./end-job.ts";
import { orRefuse } from "./refuse.ts";

/** Ids in one of the operations that end many jobs. */
const JOBS_MAX = 50;

interface EndManyInput {
  readonly jobs: readonly string[];
  readonly reason: string;
}

interface EndManyAnswer {
  readonly successful: readonly string[];
  readonly errors: readonly { readonly job: string; readonly code: string; readonly message: string }[];
}

/**
 * What CancelJobs, TerminateJobs and TerminateServiceJobs answer (specification 2.3). Each id is decided on by itself, in
 * the order given, and all become durable together. Ids of jobs that have ended or do not exist are successful; only a
 * text that is no id at all is an error.
 */
export async function endMany(
  { jobs, reason }: EndManyInput,
  context: RequestContext,
  end: (jobId: string) => Promise<unknown>,
): Promise<EndManyAnswer> {
  orRefuse(checkCount(jobs) ?? checkReason(reason), context);
  const jobIds = [...new Set(jobs)];
  const successful = jobIds.filter(isJobId);
  await Promise.all(successful.map(end));
  const errors = jobIds
    .filter((job) => !isJobId(job))
    .map((job) => ({ job, code: "ValidationException", message: `${job} is not a job id` }));
  return { successful, errors };
}

function checkCount(jobs: readonly string[]): Refusal | undefined {
  if (jobs.length >= 1 && jobs.length <= JOBS_MAX) return undefined;
  return Refusal.bare(`jobs must have between 1 and ${JOBS_MAX} entries, got ${jobs.length}`);
}
