import { readFileSync } from "node:fs";
import type { JobDetail } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });
const EXITED = "Essential container in task exited";
const NOBODY = {
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 0,
  STARTING: 0,
  RUNNING: 0,
  SUCCEEDED: 0,
  FAILED: 0,
};

beforeAll(async () => {
  await makeEnvironment(used.batch, "narrow", { maxvCpus: 1 });
  await makeQueue(used.batch, "one-by-one", ["narrow"]);
});

function endOf({ status, statusReason, attempts = [] }: JobDetail) {
  return { status, statusReason, exitCodes: attempts.map(({ container }) => container?.exitCode) };
}

/** The array once so many of its children are in the statuses. */
async function counted(jobId: string, counts: Partial<typeof NOBODY>): Promise<JobDetail> {
  const wanted = { ...NOBODY, ...counts };
  return waitFor(`children of ${jobId} as ${JSON.stringify(counts)}`, async () => {
    const job = await used.jobs.describe(jobId);
    const { statusSummary = {} } = job.arrayProperties ?? {};
    const isThere = Object.entries(wanted).every(([status, count]) => statusSummary[status] === count);
    return isThere ? job : undefined;
  });
}

describe("an array", () => {
  test("runs each child with its own id and index, and shows whose it is", async () => {
    const journal = used.path("indexes");
    const script = `echo "$AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ARRAY_INDEX of $AWS_BATCH_JOB_ARRAY_SIZE" >>'${journal}'`;
    const array = await used.jobs.run(script, { arrayProperties: { size: 3 }, tags: { team: "a" } });
    const { jobId = "", jobArn = "" } = array;
    expect(readFileSync(journal, "utf8").trim().split("\n").sort()).toEqual(
      [0, 1, 2].map((index) => `${jobId}:${index} ${index} of 3`),
    );
    expect(endOf(array)).toEqual({ status: "SUCCEEDED", statusReason: undefined, exitCodes: [] });
    expect(array.arrayProperties).toEqual({
      size: 3,
      statusSummary: { ...NOBODY, SUCCEEDED: 3 },
      statusSummaryLastUpdatedAt: expect.any(Number),
    });
    const child = await used.jobs.describe(`${jobId}:2`);
    expect(endOf(child)).toEqual({ status: "SUCCEEDED", statusReason: EXITED, exitCodes: [0] });
    expect([child.jobArn, child.arrayProperties, child.tags]).toEqual([`${jobArn}:2`, { index: 2 }, {}]);
  });

  test("16.32 is PENDING while children run, and FAILED only when all are final", async () => {
    const script = `test "$AWS_BATCH_JOB_ARRAY_INDEX" = 1 && exit 3; ${used.waitAt("siblings")}`;
    const jobId = await used.jobs.submit(script, { arrayProperties: { size: 3 } });
    const waiting = await counted(jobId, { RUNNING: 2, FAILED: 1 });
    expect([waiting.status, waiting.statusReason]).toEqual(["PENDING", undefined]);
    used.open("siblings");
    const array = await used.jobs.ended(jobId);
    expect(endOf(array)).toEqual({
      status: "FAILED",
      statusReason: "Array Child Job failed",
      exitCodes: [],
    });
    expect(array.arrayProperties?.statusSummary).toEqual({ ...NOBODY, SUCCEEDED: 2, FAILED: 1 });
    expect(array.stoppedAt).toBeGreaterThanOrEqual(array.createdAt ?? Infinity);
    expect(endOf(await used.jobs.describe(`${jobId}:1`))).toEqual({
      status: "FAILED",
      statusReason: EXITED,
      exitCodes: [3],
    });
  });

  test("tries each child again by itself", async () => {
    const script = 'test "$AWS_BATCH_JOB_ARRAY_INDEX$AWS_BATCH_JOB_ATTEMPT" != 11';
    const members = { arrayProperties: { size: 2 }, retryStrategy: { attempts: 2 } };
    const { jobId = "", status } = await used.jobs.run(script, members);
    const ends = await Promise.all([0, 1].map((index) => used.jobs.describe(`${jobId}:${index}`)));
    expect([status, ...ends.map((child) => endOf(child).exitCodes)]).toEqual(["SUCCEEDED", [0], [1, 0]]);
  });

  test("16.33 leaves the siblings of a child that is cancelled or terminated", async () => {
    const submission = { jobQueue: "one-by-one", arrayProperties: { size: 3 } };
    const jobId = await used.jobs.submit(used.waitAt("others"), submission);
    await used.jobs.reached(`${jobId}:0`, "RUNNING");
    await used.batch.cancelJob({ jobId: `${jobId}:1`, reason: "not this one" });
    await used.batch.cancelJob({ jobId: `${jobId}:0`, reason: "it runs already" });
    await used.batch.terminateJob({ jobId: `${jobId}:0`, reason: "nor this one" });
    await used.jobs.reached(`${jobId}:2`, "RUNNING");
    used.open("others");
    expect(endOf(await used.jobs.ended(jobId)).statusReason).toBe("Array Child Job failed");
    const children = await Promise.all([0, 1, 2].map((index) => used.jobs.describe(`${jobId}:${index}`)));
    expect(children.map(endOf)).toEqual([
      { status: "FAILED", statusReason: "nor this one", exitCodes: [143] },
      { status: "FAILED", statusReason: "not this one", exitCodes: [] },
      { status: "SUCCEEDED", statusReason: EXITED, exitCodes: [0] },
    ]);
  });

  test("that is terminated ends all of its children, and itself with that reason", async () => {
    const submission = { jobQueue: "one-by-one", arrayProperties: { size: 10_000 } };
    const jobId = await used.jobs.submit("exec sleep 600", submission);
    await used.jobs.reached(`${jobId}:0`, "RUNNING");
    await used.batch.terminateJob({ jobId, reason: "enough" });
    const array = await used.jobs.ended(jobId);
    expect(endOf(array)).toEqual({ status: "FAILED", statusReason: "enough", exitCodes: [] });
    expect([array.isTerminated, array.arrayProperties?.statusSummary]).toEqual([
      true,
      { ...NOBODY, FAILED: 10_000 },
    ]);
    expect(endOf(await used.jobs.describe(`${jobId}:9999`)).statusReason).toBe("enough");
  });
});

describe("16.35 ListJobs", () => {
  test("by queue shows the array and no child of it, by arrayJobId those that are RUNNING", async () => {
    const jobName = "listed";
    const jobId = await used.jobs.submit(used.waitAt("listed"), { jobName, arrayProperties: { size: 3 } });
    await counted(jobId, { RUNNING: 3 });
    const filters = [{ name: "JOB_NAME", values: [jobName] }];
    const ofQueue = await used.batch.listJobs({ jobQueue: "default", filters });
    expect(ofQueue.jobSummaryList?.map((job) => [job.jobId, job.status, job.arrayProperties])).toEqual([
      [
        jobId,
        "PENDING",
        {
          size: 3,
          statusSummary: { ...NOBODY, RUNNING: 3 },
          statusSummaryLastUpdatedAt: expect.any(Number),
        },
      ],
    ]);

    const first = await used.batch.listJobs({ arrayJobId: jobId, maxResults: 2 });
    const { nextToken = "" } = first;
    const second = await used.batch.listJobs({ arrayJobId: jobId, maxResults: 2, nextToken });
    const shown = [...(first.jobSummaryList ?? []), ...(second.jobSummaryList ?? [])];
    expect(shown.map((job) => [job.jobId, job.status, job.arrayProperties])).toEqual(
      [0, 1, 2].map((index) => [`${jobId}:${index}`, "RUNNING", { index }]),
    );
    expect(second.nextToken).toBeUndefined();

    used.open("listed");
    await used.jobs.ended(jobId);
    expect((await used.batch.listJobs({ arrayJobId: jobId })).jobSummaryList).toEqual([]);
    const succeeded = await used.batch.listJobs({ arrayJobId: jobId, jobStatus: "SUCCEEDED" });
    expect(succeeded.jobSummaryList).toHaveLength(3);
  });

  test("refuses children of what is no array", async () => {
    const { jobId = "" } = await used.jobs.run(["true"]);
    expect(await refusalOf(used.batch.listJobs({ arrayJobId: jobId }))).toEqual(
      clientException(`${jobId} is not the id of an array job.`),
    );
  });
});

test("a child that has not had its turn can be described, and one beyond the last cannot", async () => {
  const submission = { jobQueue: "one-by-one", arrayProperties: { size: 2 } };
  const jobId = await used.jobs.submit(used.waitAt("turn"), submission);
  await used.jobs.reached(`${jobId}:0`, "RUNNING");
  const asked = [`${jobId}:1`, `${jobId}:2`, `${jobId}:01`, `${jobId}#0`];
  const { jobs = [] } = await used.batch.describeJobs({ jobs: asked });
  expect(jobs.map((job) => [job.jobId, job.status, job.attempts])).toEqual([[`${jobId}:1`, "RUNNABLE", []]]);
  used.open("turn");
  expect((await used.jobs.ended(jobId)).status).toBe("SUCCEEDED");
});
