import { setTimeout as sleep } from "node:timers/promises";
import type { JobSummary } from "@aws-sdk/client-batch";
import type { AwsClients } from "../support/aws-clients.ts";
import { plansByName } from "./check-jobs.ts";
import type { CrashRecord } from "./crash-record.ts";
import { QUEUES } from "./job-load.ts";

/** All of them end of themselves within seconds, but for those whose time has to be over. */
const PATIENCE_MS = 150_000;
const POLL_MS = 200;

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

/** Terminates the jobs that do not end of themselves, and waits for the end of all. False: some have not ended. */
export async function endAllJobs(clients: AwsClients, record: CrashRecord): Promise<boolean> {
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

  const endAtMs = Date.now() + PATIENCE_MS;
  while (Date.now() < endAtMs) {
    const jobs = await listAllJobs(clients);
    if (jobs.every(({ status }) => hasEnded(status))) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function hasEnded(status: string | undefined): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}
