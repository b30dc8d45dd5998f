import type { JobSummary } from "@aws-sdk/client-batch";
import type { AwsClients } from "../support/aws-clients.ts";
import { waitFor } from "../support/wait-for.ts";
import { plansByName } from "./check-jobs.ts";
import type { CrashRecord } from "./crash-record.ts";
import { QUEUES } from "./job-load.ts";

const PATIENCE_MS = 120_000;

/** Every job of every status, in both queues. */
export async function listAllJobs({ batch }: AwsClients): Promise<readonly JobSummary[]> {
  const jobs: JobSummary[] = [];
  for (const jobQueue of Object.values(QUEUES)) {
    let nextToken: string | undefined;
    do {
      const page = await batch.listJobs({
        jobQueue,
        // With a filter, jobs in every status are listed.
        filters: [{ name: "AFTER_CREATED_AT", values: ["0"] }],
        ...(nextToken !== undefined && { nextToken }),
      });
      jobs.push(...(page.jobSummaryList ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  }
  return jobs;
}

/** Terminates the jobs that do not end of themselves, and waits for the end of all. */
export async function endAllJobs(clients: AwsClients, record: CrashRecord): Promise<void> {
  const plans = plansByName(record.submissions);
  for (const { jobId = "", jobName = "", status } of await listAllJobs(clients)) {
    const isLasting = plans.get(jobName)?.exitCodes.length === 0;
    if (!isLasting || hasEnded(status)) continue;
    const reason = "the end of the test";
    const askedAtMs = Date.now();
    await clients.batch.terminateJob({ jobId, reason });
    const answeredAtMs = Date.now();
    record.wishes.push({ kind: "terminate", jobId, reason, fate: "answered", askedAtMs, answeredAtMs });
  }
  await waitFor(
    "the end of all jobs",
    async () => {
      const jobs = await listAllJobs(clients);
      return jobs.every(({ status }) => hasEnded(status)) ? true : undefined;
    },
    PATIENCE_MS,
  );
}

function hasEnded(status: string | undefined): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}
