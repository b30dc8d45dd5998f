import { describe, expect, test } from "vitest";
import { jobDefinitionArn, jobQueueArn } from "../batch/arn.ts";
import type { Job } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Change } from "./change.ts";
import {
  aJob,
  anAttempt,
  changed,
  QUEUE,
  SCOPE,
  SUBMITTED,
  submitted,
} from "../../test/support/store-examples.ts";
import { allPages } from "../../test/support/store-pages.ts";
import { BadPageTokenError } from "./store.ts";
import type { JobFilter, Store } from "./store.ts";

/** Everything that a filter looks at; ids say the order of submission. */
const JOBS: readonly (readonly [job: Job, status: JobStatus])[] = [
  [named("01", "Align", 100), "RUNNABLE"],
  [named("02", "align-all", 300), "FAILED"],
  [named("03", "ALIGN", 200), "SUCCEEDED"],
  [named("04", "sort", 200), "RUNNABLE"],
  [named("05", "align", 200), "SUBMITTED"],
  [named("06", "aligÑ", 200), "PENDING"],
  [defined("07", "genome", 1, 400), "STARTING"],
  [defined("08", "genome", 2, 410), "RUNNING"],
  [defined("09", "genome", 10, 390), "RUNNABLE"],
  [defined("10", "genome-2", 1, 405), "RUNNABLE"],
  [defined("11", "Genome", 1, 406), "RUNNABLE"],
  [shared("12", "red", 500), "RUNNABLE"],
  [shared("13", "red", 510), "FAILED"],
  [shared("14", "blue", 520), "RUNNABLE"],
  [shared("15", "red", 505), "RUNNABLE"],
  [aJob("16", { jobQueueArn: jobQueueArn(SCOPE, "another"), jobName: "align" }), "RUNNABLE"],
];

const FILTERS: readonly (readonly [name: string, filter: Omit<JobFilter, "jobQueueArn">, ids: string])[] = [
  ["nothing", {}, "14 13 15 12 08 11 10 07 09 02 06 05 04 03 01"],
  ["a status", { status: "RUNNABLE" }, "14 15 12 11 10 09 04 01"],
  ["a status that one job has", { status: "STARTING" }, "07"],
  ["a name in any case", { nameEquals: { text: "aLIGn", isPrefix: false } }, "05 03 01"],
  ["a name that no job has", { nameEquals: { text: "alig", isPrefix: false } }, ""],
  ["a name beyond ASCII in any case", { nameEquals: { text: "ALIGñ", isPrefix: false } }, "06"],
  ["the beginning of a name", { nameEquals: { text: "ALI", isPrefix: true } }, "05 03 01 02 06"],
  ["the beginning that is a whole name", { nameEquals: { text: "align", isPrefix: true } }, "05 03 01 02"],
  ["a beginning that no name has", { nameEquals: { text: "x", isPrefix: true } }, ""],
  ["an ARN", { definition: { by: "arn", arn: jobDefinitionArn(SCOPE, "genome", 1) } }, "07"],
  ["an ARN that no job has", { definition: { by: "arn", arn: jobDefinitionArn(SCOPE, "genome", 3) } }, ""],
  ["a definition's name", { definition: { by: "name", name: "genome" } }, "08 07 09"],
  ["the beginning of one", { definition: { by: "name-prefix", name: "gen" } }, "08 07 09 10"],
  ["a time before", { createdBeforeMs: 200 }, "01"],
  ["a time before, not far", { createdBeforeMs: 390 }, "02 06 05 04 03 01"],
  ["a time after", { createdAfterMs: 500 }, "14 13 15"],
  ["a share", { shareIdentifier: "red" }, "13 15 12"],
  ["a share and a status", { shareIdentifier: "red", status: "RUNNABLE" }, "15 12"],
  ["a share in another case", { shareIdentifier: "Red" }, ""],
];

export function testJobLists(open: () => Store): void {
  describe.each([1, 3, 100])("with pages of %j", (limit) => {
    test.each(FILTERS)("filters by %s", async (_name, filter, ids) => {
      await using store = open();
      await store.commit(JOBS.map(([job, status]) => submitted(job, { status })));
      const pages = await allPages(
        (page) => store.listJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, page),
        limit,
      );
      expect(pages.flat().map(({ jobId }) => jobId)).toEqual(ids.split(" ").filter((id) => id !== ""));
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    });
  });

  test("lists all names by name where the beginning is empty", async () => {
    await using store = open();
    await store.commit(["b", "C", "a"].map((name, index) => submitted(named(`${index}`, name, index))));
    const filter = { jobQueueArn: QUEUE, nameEquals: { text: "", isPrefix: true } };
    const pages = await allPages((page) => store.listJobs(SCOPE, filter, page), 1);
    expect(pages.flat().map(({ jobName }) => jobName)).toEqual(["a", "b", "C"]);
  });

  test("shows of a job what a list needs", async () => {
    await using store = open();
    const job = aJob("1", {
      shareIdentifier: "red",
      resources: { vcpuMillis: 250, memoryMiB: 512, gpuCount: 0 },
    });
    await store.commit([submitted(job), changed(job, { status: "RUNNING", startedAtMs: 5 })]);
    expect(await store.listJobs(SCOPE, { jobQueueArn: QUEUE, status: "RUNNING" }, { limit: 1 })).toEqual({
      items: [
        {
          jobId: "1",
          jobName: "job",
          jobDefinitionArn: jobDefinitionArn(SCOPE, "definition", 1),
          createdAtMs: 1_700_000_000_000,
          vcpuMillis: 250,
          shareIdentifier: "red",
          progress: { ...SUBMITTED, status: "RUNNING", startedAtMs: 5 },
        },
      ],
    });
  });

  test.each<[name: string, changes: (job: Job) => readonly Change[], expected: object | undefined]>([
    ["none without an attempt", () => [], undefined],
    ["none while the latest runs", (job) => [ended(job, 1), running(job, 2)], undefined],
    ["that of the latest", (job) => [ended(job, 10), ended(job, 9)], { exitCode: 10, reason: "reason 10" }],
    ["without what is not known", (job) => [lost(job, 1)], {}],
  ])("shows how a job ended: %s", async (_name, changes, expected) => {
    await using store = open();
    const job = aJob("1");
    await store.commit([submitted(job), ...changes(job)]);
    const { items } = await store.listJobs(SCOPE, { jobQueueArn: QUEUE }, { limit: 1 });
    expect(items.map(({ lastOutcome }) => lastOutcome)).toEqual([expected]);
  });

  test.each<[name: string, filter: Omit<JobFilter, "jobQueueArn">, expected: string]>([
    ["newest first", {}, "40 30 20 15 10"],
    ["by name", { nameEquals: { text: "j", isPrefix: true } }, "40 30 20 15 10"],
  ])("shows once what is there all the time while jobs come and go: %s", async (_name, filter, expected) => {
    await using store = open();
    await store.commit([10, 20, 30, 40].map((createdAtMs) => submitted(at(createdAtMs))));
    const pages = await allPages(
      (page) => store.listJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, page),
      2,
      async (pageCount) => {
        if (pageCount > 1) return;
        // Page 1 was 40 and 30: the one we stand on goes, newer and older ones come, one that is to come changes.
        await store.commit([
          changed(at(30), { status: "FAILED", stoppedAtMs: 1 }),
          submitted(at(50)),
          submitted(at(15)),
          changed(at(20), { status: "RUNNABLE" }),
        ]);
        expect(await store.removeJobsStoppedBefore(2, 1)).toBe(1);
      },
    );
    expect(
      pages
        .flat()
        .map(({ jobId }) => jobId)
        .join(" "),
    ).toBe(expected);
  });

  test("goes on in the middle of many jobs of one millisecond and one name", async () => {
    await using store = open();
    const ids = Array.from({ length: 50 }, (_, index) => `${index}`);
    await store.commit(ids.map((jobId) => submitted(aJob(jobId))));
    for (const filter of [{}, { nameEquals: { text: "jo", isPrefix: true } }]) {
      const pages = await allPages(
        (page) => store.listJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, page),
        7,
      );
      expect(pages.flat().map(({ jobId }) => jobId)).toEqual(ids.toReversed());
    }
  });

  test("refuses page tokens that are not of the list", async () => {
    await using store = open();
    await store.commit(["1", "2"].map((jobId) => submitted(aJob(jobId))));
    const byTime = { jobQueueArn: QUEUE };
    const byName = { jobQueueArn: QUEUE, nameEquals: { text: "j", isPrefix: true } };
    const { next: ofTime = "none" } = await store.listJobs(SCOPE, byTime, { limit: 1 });
    const { next: ofName = "none" } = await store.listJobs(SCOPE, byName, { limit: 1 });
    for (const after of [ofName, "", "[1]", '["jobs","1",2]', '["jobs",1]', `${ofTime}x`]) {
      await expect(store.listJobs(SCOPE, byTime, { limit: 1, after })).rejects.toThrow(BadPageTokenError);
    }
    await expect(store.listJobs(SCOPE, byName, { limit: 1, after: ofTime })).rejects.toThrow(
      BadPageTokenError,
    );
    await expect(store.listJobQueues(SCOPE, { limit: 1, after: ofTime })).rejects.toThrow(BadPageTokenError);
  });
}

/** Its id says when. */
function at(createdAtMs: number): Job {
  return aJob(`${createdAtMs}`, { createdAtMs });
}

function named(jobId: string, jobName: string, createdAtMs: number): Job {
  return aJob(jobId, { jobName, createdAtMs });
}

function defined(jobId: string, name: string, revision: number, createdAtMs: number): Job {
  return aJob(jobId, { jobDefinitionArn: jobDefinitionArn(SCOPE, name, revision), createdAtMs });
}

function shared(jobId: string, shareIdentifier: string, createdAtMs: number): Job {
  return aJob(jobId, { shareIdentifier, createdAtMs });
}

function running(job: Job, number: number): Change {
  return { kind: "attempt-put", attempt: anAttempt(job, number, { startedAtMs: 1 }) };
}

function ended(job: Job, number: number): Change {
  const outcome = { kind: "exited", exitCode: number, reason: `reason ${number}` } as const;
  return { kind: "attempt-put", attempt: anAttempt(job, number, { outcome }) };
}

function lost(job: Job, number: number): Change {
  return { kind: "attempt-put", attempt: anAttempt(job, number, { outcome: { kind: "host-lost" } }) };
}
