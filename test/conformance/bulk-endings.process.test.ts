import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });

const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

beforeAll(async () => {
  await makeEnvironment(used.batch, "narrow", { maxvCpus: 1 });
  await makeQueue(used.batch, "narrow", ["narrow"]);
});

/** One job that runs and two that wait behind it. */
async function threeJobs(): Promise<[running: string, first: string, second: string]> {
  const { jobs } = used;
  const running = await jobs.submit("exec sleep 600", { jobQueue: "narrow" });
  await jobs.reached(running, "RUNNING");
  const first = await jobs.submit("true", { jobQueue: "narrow" });
  const second = await jobs.submit("true", { jobQueue: "narrow" });
  return [running, first, second];
}

describe("the operations that end many jobs", () => {
  test("16.53 CancelJobs cancels what waits, leaves alone what runs and takes unknown ids for done", async () => {
    const { batch, jobs } = used;
    const [running, first, second] = await threeJobs();
    const answer = await batch.cancelJobs({
      jobs: [running, first, second, UNKNOWN_ID, "not-an-id"],
      reason: "enough",
    });
    expect(answer).toMatchObject({
      successful: [running, first, second, UNKNOWN_ID],
      errors: [{ job: "not-an-id", code: "ValidationException", message: "not-an-id is not a job id" }],
    });
    expect(await jobs.describe(first)).toMatchObject({
      status: "FAILED",
      statusReason: "enough",
      isCancelled: true,
    });
    expect(await jobs.describe(second)).toMatchObject({ status: "FAILED", isCancelled: true });
    expect(await jobs.describe(running)).toMatchObject({ status: "RUNNING" });
    await batch.terminateJob({ jobId: running, reason: "end" });
    await jobs.ended(running);
  });

  test("TerminateJobs ends what runs and what waits, each with the reason given", async () => {
    const { batch, jobs } = used;
    const [running, first, second] = await threeJobs();
    const ids = [first, running, first, second];
    const answer = await batch.terminateJobs({ jobs: ids, reason: "all of you" });
    expect(answer).toMatchObject({ successful: [first, running, second], errors: [] });
    for (const jobId of [running, first, second]) {
      expect(await jobs.ended(jobId)).toMatchObject({
        status: "FAILED",
        statusReason: "all of you",
        isTerminated: true,
      });
    }
  });

  test("16.54 refuse 51 ids, and none", async () => {
    const { batch } = used;
    const many = Array.from({ length: 51 }, () => UNKNOWN_ID);
    const operations = [
      (jobs: string[]) => batch.cancelJobs({ jobs, reason: "r" }),
      (jobs: string[]) => batch.terminateJobs({ jobs, reason: "r" }),
      (jobs: string[]) => batch.terminateServiceJobs({ jobs, reason: "r" }),
    ];
    for (const end of operations) {
      expect(await refusalOf(end(many))).toEqual(wrongCount(51));
      expect(await refusalOf(end([]))).toEqual(wrongCount(0));
    }
    const tooLong = batch.cancelJobs({ jobs: [UNKNOWN_ID], reason: "x".repeat(1025) });
    expect(await refusalOf(tooLong)).toEqual(
      clientException("reason must have at most 1024 characters, got 1025"),
    );
  });
});

describe("GetJobQueueSnapshot", () => {
  test("shows the RUNNABLE jobs in the order in which they go, and what the others use", async () => {
    const { batch, jobs } = used;
    const [running, first, second] = await threeJobs();
    await jobs.reached(second, "RUNNABLE");
    const { frontOfQueue, queueUtilization } = await batch.getJobQueueSnapshot({ jobQueue: "narrow" });
    expect(frontOfQueue).toEqual({
      jobs: [first, second].map((jobId) => ({
        jobArn: `arn:aws:batch:us-east-1:000000000000:job/${jobId}`,
        earliestTimeAtPosition: expect.any(Number),
      })),
      lastUpdatedAt: expect.any(Number),
    });
    expect(queueUtilization).toEqual({
      totalCapacityUsage: [{ capacityUnit: "VCPU", quantity: 1 }],
      lastUpdatedAt: expect.any(Number),
    });
    await batch.terminateJobs({ jobs: [running, first, second], reason: "end" });
    await jobs.ended(running);
  });

  test("shows the children of an array that wait, at most a hundred jobs in all", async () => {
    const { batch, jobs } = used;
    const running = await jobs.submit("exec sleep 600", { jobQueue: "narrow" });
    await jobs.reached(running, "RUNNING");
    const first = await jobs.submit("true", { jobQueue: "narrow" });
    const array = await jobs.submit("true", { jobQueue: "narrow", arrayProperties: { size: 200 } });
    const front = await waitFor("the array at the front of its queue", async () => {
      const { frontOfQueue } = await batch.getJobQueueSnapshot({ jobQueue: "narrow" });
      const ids = frontOfQueue?.jobs?.map(({ jobArn }) => jobArn?.split("/").at(-1)) ?? [];
      return ids.length > 1 ? ids : undefined;
    });
    expect(front).toEqual([first, ...Array.from({ length: 99 }, (_, index) => `${array}:${index}`)]);
    await batch.terminateJobs({ jobs: [array, first, running], reason: "end" });
    await jobs.ended(running);
  });

  test("refuses a queue that is not there", async () => {
    expect(await refusalOf(used.batch.getJobQueueSnapshot({ jobQueue: "nowhere" }))).toEqual(
      clientException("JobQueue nowhere not found."),
    );
  });
});

function wrongCount(count: number): RefusalSeen {
  return clientException(`jobs must have between 1 and 50 entries, got ${count}`);
}
