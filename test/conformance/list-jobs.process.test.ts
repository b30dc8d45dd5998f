import { paginateListJobs } from "@aws-sdk/client-batch";
import type { JobSummary, ListJobsCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue, setEnvironmentState } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });
const MANY = 23;
const UNKNOWN_ID = "1e2d3c4b-0000-4000-8000-000000000001";

/** Ids of the jobs of the queue `many`, in the order of their submission. */
const many: string[] = [];

beforeAll(async () => {
  await makeEnvironment(used.batch, "closed");
  await makeQueue(used.batch, "many", ["closed"]);
  await setEnvironmentState(used.batch, "closed", "DISABLED");
  for (let count = 0; count < MANY; count += 1) {
    many.push(await used.jobs.submit("true", { jobQueue: "many", jobName: `Job-${count % 3}` }));
  }
  for (const jobId of many) await used.jobs.reached(jobId, "RUNNABLE");
});

/** All pages of a listing, as the client's own paginator follows them. */
async function listAll(input: ListJobsCommandInput, pageSize?: number): Promise<JobSummary[][]> {
  const pages: JobSummary[][] = [];
  const config = { client: used.batch, ...(pageSize !== undefined && { pageSize }) };
  for await (const { jobSummaryList = [] } of paginateListJobs(config, input)) pages.push(jobSummaryList);
  return pages;
}

function idsOf(summaries: readonly JobSummary[]): readonly string[] {
  return summaries.map(({ jobId = "" }) => jobId).sort();
}

async function namesOf(filterName: string, value: string): Promise<readonly string[]> {
  const pages = await listAll({ jobQueue: "filtered", filters: [{ name: filterName, values: [value] }] });
  return pages
    .flat()
    .map(({ jobName = "" }) => jobName)
    .sort();
}

describe("pages", () => {
  test.each([
    [1, MANY],
    [5, 5],
    [MANY, 1],
    [1000, 1],
  ])(
    "16.5 of %i entries show each job once, newest first; the last has no token",
    async (size, pageCount) => {
      const pages = await listAll({ jobQueue: "many", jobStatus: "RUNNABLE" }, size);
      expect(pages.length).toBe(pageCount);
      expect(pages.every((page) => page.length <= size)).toBe(true);
      const listed = pages.flat();
      expect(idsOf(listed)).toEqual(many.toSorted());
      const times = listed.map(({ createdAt = 0 }) => createdAt);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    },
  );

  test("16.5 the last page has no member nextToken at all", async () => {
    const response = await fetch(`${used.server.url}/v1/listjobs`, {
      method: "POST",
      body: JSON.stringify({ jobQueue: "many", jobStatus: "RUNNABLE" }),
    });
    expect(Object.keys((await response.json()) as object)).toEqual(["jobSummaryList"]);
  });

  test("are not disturbed by jobs that come while they are read", async () => {
    const request = { jobQueue: "many", jobStatus: "RUNNABLE", maxResults: 10 } as const;
    const first = await used.batch.listJobs(request);
    const newer = await used.jobs.submit("true", { jobQueue: "many" });
    await used.jobs.reached(newer, "RUNNABLE");
    const rest = await used.batch.listJobs({ ...request, maxResults: 100, nextToken: first.nextToken });
    const listed = [...(first.jobSummaryList ?? []), ...(rest.jobSummaryList ?? [])];
    expect(idsOf(listed)).toEqual(many.toSorted());
    await used.batch.cancelJob({ jobId: newer, reason: "no longer needed" });
  });

  test.each<[what: string, request: Partial<ListJobsCommandInput>, refusal: RefusalSeen]>([
    ["of no entries", { maxResults: 0 }, clientException("maxResults must be between 1 and 1000, got 0")],
    [
      "of more than 1000 entries",
      { maxResults: 1001 },
      clientException("maxResults must be between 1 and 1000, got 1001"),
    ],
    [
      "of more than 100 entries with a filter",
      { maxResults: 101, filters: [{ name: "JOB_NAME", values: ["a"] }] },
      clientException("maxResults must be between 1 and 100, got 101"),
    ],
    [
      "behind a token of somebody's own",
      { nextToken: "AAAA" },
      clientException("nextToken must be one that ListJobs returned for the same request, got another"),
    ],
  ])("%s are refused", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.listJobs({ jobQueue: "many", ...request }))).toEqual(refusal);
  });

  test("of another listing are refused: a token belongs to its request", async () => {
    const { nextToken } = await used.batch.listJobs({
      jobQueue: "many",
      jobStatus: "RUNNABLE",
      maxResults: 1,
    });
    expect(nextToken).toBeDefined();
    expect(await refusalOf(used.batch.listJobs({ jobQueue: "many", nextToken }))).toEqual(
      clientException("nextToken must be one that ListJobs returned for the same request, got another"),
    );
  });
});

describe("by status", () => {
  test("16.35 only RUNNING jobs are listed where no status is given", async () => {
    const running = await used.jobs.submit(used.waitAt("listed"));
    await used.jobs.reached(running, "RUNNING");
    const failed = await used.jobs.run("exit 1");
    const succeeded = await used.jobs.run("exit 0");
    const { batch } = used;
    const listIds = async (input: Partial<ListJobsCommandInput>) => {
      const { jobSummaryList = [] } = await batch.listJobs({ jobQueue: "default", ...input });
      return jobSummaryList.map(({ jobId }) => jobId);
    };
    expect(await listIds({})).toEqual([running]);
    expect(await listIds({ jobStatus: "RUNNING" })).toEqual([running]);
    expect(await listIds({ jobStatus: "FAILED" })).toEqual([failed.jobId]);
    expect(await listIds({ jobStatus: "SUCCEEDED" })).toEqual([succeeded.jobId]);
    for (const jobStatus of ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"] as const) {
      expect(await listIds({ jobStatus })).toEqual([]);
    }
    used.open("listed");
    await used.jobs.ended(running);
    expect(await listIds({})).toEqual([]);
  });
});

describe("filters", () => {
  beforeAll(async () => {
    await makeQueue(used.batch, "filtered", ["local"]);
    await used.batch.registerJobDefinition({
      jobDefinitionName: "shell-2",
      type: "container",
      containerProperties: { image: "busybox", command: ["true"], vcpus: 1, memory: 64 },
    });
    await used.batch.registerJobDefinition({
      jobDefinitionName: "shell-2",
      type: "container",
      containerProperties: { image: "busybox", command: ["true"], vcpus: 1, memory: 64 },
    });
    const jobDefinitions = { Alpha: "shell", alphabet: "shell-2:1", Beta: "shell-2:2" };
    for (const [jobName, jobDefinition] of Object.entries(jobDefinitions)) {
      await used.jobs.run("true", { jobQueue: "filtered", jobName, jobDefinition });
    }
    await used.jobs.run("exit 1", { jobQueue: "filtered", jobName: "gamma_1" });
  });

  const ARN = "arn:aws:batch:us-east-1:000000000000:job-definition";

  test.each<[name: string, value: string, names: string[]]>([
    ["JOB_NAME", "alpha", ["Alpha"]],
    ["JOB_NAME", "ALPHA*", ["Alpha", "alphabet"]],
    ["JOB_NAME", "*", ["Alpha", "Beta", "alphabet", "gamma_1"]],
    ["JOB_NAME", "gamma%1", []],
    ["JOB_NAME", "gamma_*", ["gamma_1"]],
    ["JOB_DEFINITION", "shell", ["Alpha", "gamma_1"]],
    ["JOB_DEFINITION", "Shell", []],
    ["JOB_DEFINITION", "shell*", ["Alpha", "Beta", "alphabet", "gamma_1"]],
    ["JOB_DEFINITION", "shell-2", ["Beta", "alphabet"]],
    ["JOB_DEFINITION", `${ARN}/shell-2:2`, ["Beta"]],
    ["AFTER_CREATED_AT", "0", ["Alpha", "Beta", "alphabet", "gamma_1"]],
    ["BEFORE_CREATED_AT", "0", []],
    ["BEFORE_CREATED_AT", "99999999999999", ["Alpha", "Beta", "alphabet", "gamma_1"]],
    ["SHARE_IDENTIFIER", "a", []],
  ])("%s %s finds %j, whatever their status", async (name, value, names) => {
    expect(await namesOf(name, value)).toEqual(names);
  });

  test("on createdAt divide the jobs at the instant", async () => {
    const [newest, second] = (
      await listAll({ jobQueue: "filtered", filters: [{ name: "AFTER_CREATED_AT", values: ["0"] }] })
    ).flat();
    const instant = String(newest?.createdAt);
    expect(newest?.createdAt).toBeGreaterThan(second?.createdAt ?? Infinity);
    expect(await namesOf("BEFORE_CREATED_AT", instant)).toEqual(["Alpha", "Beta", "alphabet"]);
    expect(await namesOf("AFTER_CREATED_AT", String((newest?.createdAt ?? 0) - 1))).toEqual(["gamma_1"]);
  });

  test.each([
    ["AFTER_CREATED_AT", "0", ["gamma_1", "Beta", "alphabet", "Alpha"]],
    ["JOB_NAME", "*", ["Alpha", "alphabet", "Beta", "gamma_1"]],
  ])("%s %s lists jobs of every status, in pages", async (name, value, names) => {
    const filters = [{ name, values: [value] }];
    const pages = await listAll({ jobQueue: "filtered", jobStatus: "RUNNABLE", filters }, 3);
    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect(pages.flat().map(({ jobName }) => jobName)).toEqual(names);
  });

  test.each<[what: string, filters: ListJobsCommandInput["filters"], message: string]>([
    [
      "two filters",
      [
        { name: "JOB_NAME", values: ["a"] },
        { name: "JOB_NAME", values: ["b"] },
      ],
      "filters must have at most 1 entry, got 2",
    ],
    [
      "two values",
      [{ name: "JOB_NAME", values: ["a", "b"] }],
      "filters[0].values must have exactly 1 entry, got 2",
    ],
    [
      "a name in lower case",
      [{ name: "job_name", values: ["a"] }],
      "filters[0].name must be one of JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT, AFTER_CREATED_AT, SHARE_IDENTIFIER, got job_name",
    ],
    [
      "a date",
      [{ name: "AFTER_CREATED_AT", values: ["2026-01-01"] }],
      "filters[0].values[0] must be milliseconds since 1970 as digits, got 2026-01-01",
    ],
  ])("of %s are refused", async (_what, filters, message) => {
    expect(await refusalOf(used.batch.listJobs({ jobQueue: "filtered", filters }))).toEqual(
      clientException(message),
    );
  });
});

test.each<[what: string, request: ListJobsCommandInput, refusal: RefusalSeen]>([
  ["16.1 nothing", {}, noneGiven(0)],
  ["16.1 two things at once", { jobQueue: "many", arrayJobId: UNKNOWN_ID }, noneGiven(2)],
  ["an unknown queue", { jobQueue: "nowhere" }, clientException("JobQueue nowhere not found.")],
  [
    "the children of no array",
    { arrayJobId: UNKNOWN_ID },
    clientException(`${UNKNOWN_ID} is not the id of an array job.`),
  ],
  [
    "the nodes of no job",
    { multiNodeJobId: UNKNOWN_ID },
    clientException(`${UNKNOWN_ID} is not the id of a multi-node job.`),
  ],
])("%s: ListJobs is refused", async (_what, request, refusal) => {
  expect(await refusalOf(used.batch.listJobs(request))).toEqual(refusal);
});

describe("DescribeJobs", () => {
  test("answers in the order asked for, each job once, and leaves out what it does not know", async () => {
    const [first = "", second = ""] = many;
    const { jobs = [] } = await used.batch.describeJobs({
      jobs: [second, UNKNOWN_ID, first, second, "no id at all", `${first}:0`, `${first}#0`],
    });
    expect(jobs.map(({ jobId }) => jobId)).toEqual([second, first]);
  });

  test("takes 100 ids and refuses 101", async () => {
    const ids = Array.from({ length: 101 }, (_, index) => many[index % MANY] ?? "");
    expect((await used.batch.describeJobs({ jobs: ids.slice(1) })).jobs).toHaveLength(MANY);
    expect(await refusalOf(used.batch.describeJobs({ jobs: ids }))).toEqual(
      wrapped("Maximum number of jobs supported is  100"),
    );
  });
});

function noneGiven(count: number): RefusalSeen {
  return clientException(
    `exactly one of jobQueue, arrayJobId and multiNodeJobId must be given, got ${count}`,
  );
}
