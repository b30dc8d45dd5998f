import { expect, test } from "vitest";
import { ENGINE_CAUSE } from "../batch/cause.ts";
import { NO_JOBS } from "../batch/job.ts";
import type { Job } from "../batch/job.ts";
import {
  ARRAY,
  childKey,
  MULTI_NODE,
  PENDING,
  PLACED,
  putChild,
  SPAWNED_AT_MS,
} from "../../test/support/child-examples.ts";
import {
  aJob,
  anAttempt,
  changed,
  OTHER_SCOPES,
  SCOPE,
  SUBMITTED,
  submitted,
} from "../../test/support/store-examples.ts";
import { loadStore } from "../../test/support/load-store.ts";
import type { Change } from "./change.ts";
import type { Store } from "./store.ts";

export function testChildren(open: () => Store): void {
  testReading(open);
  testWriting(open);
}

function testReading(open: () => Store): void {
  test("reads an array with the counts of its children, spawned or not", async () => {
    await using store = open();
    const waiting = aJob("waiting", { kind: "array", arraySize: 10_000 });
    await store.commit([
      submitted(ARRAY, PENDING),
      submitted(waiting),
      putChild(ARRAY, 0, { ...PLACED, status: "SUCCEEDED" }),
      putChild(ARRAY, 3),
    ]);
    const progress = { ...SUBMITTED, ...PENDING };
    const counts = { ...NO_JOBS, SUCCEEDED: 1, STARTING: 1, RUNNABLE: 3 };
    expect(await store.readJobs(SCOPE, ["array", "waiting"])).toEqual([
      { job: ARRAY, progress, attempts: [], childCounts: counts },
      { job: waiting, progress: SUBMITTED, attempts: [], childCounts: { ...NO_JOBS, SUBMITTED: 10_000 } },
    ]);
    await store.commit([
      changed(childKey(ARRAY, 3), { status: "FAILED" }),
      putChild(ARRAY, 0, PLACED),
      changed(ARRAY, { unspawned: { status: "FAILED", statusReason: "why", stoppedAtMs: 9 } }),
    ]);
    const [read] = await store.readJobs(SCOPE, ["array"]);
    expect(read?.childCounts).toEqual({ ...NO_JOBS, STARTING: 1, FAILED: 4 });
  });

  test("reads children as their array, with ids, times and progress of their own", async () => {
    await using store = open();
    const array = { ...ARRAY, tags: { a: "b" }, dependsOn: [{ jobId: "0" }] };
    const stopped = { statusReason: "why", stoppedAtMs: 70 };
    const attempt = anAttempt(childKey(ARRAY, 3), 1);
    await store.commit([
      submitted(array, { isTerminated: true, stoppedBy: ENGINE_CAUSE }),
      { kind: "job-tagged", scope: SCOPE, jobId: "array", tags: { a: "c" }, cause: ENGINE_CAUSE },
      changed(ARRAY, { ...PENDING, unspawned: { status: "FAILED", ...stopped } }),
      putChild(ARRAY, 3),
      { kind: "attempt-put", attempt },
    ]);
    expect(await store.readJobs(SCOPE, ["array:3", "array:0"])).toEqual([
      {
        job: { ...ARRAY, jobId: "array:3", childIndex: 3, createdAtMs: SPAWNED_AT_MS },
        progress: PLACED,
        attempts: [attempt],
      },
      {
        job: { ...ARRAY, jobId: "array:0", childIndex: 0 },
        progress: { ...SUBMITTED, status: "FAILED", ...stopped, isTerminated: true, stoppedBy: ENGINE_CAUSE },
        attempts: [],
      },
    ]);
  });

  test("reads nodes: the main one and those that were never placed are as their job", async () => {
    await using store = open();
    const attempts = [MULTI_NODE, childKey(MULTI_NODE, 2)].map((job) => anAttempt(job, 1));
    await store.commit([
      submitted(MULTI_NODE, { status: "RUNNING" }),
      putChild(MULTI_NODE, 2),
      ...attempts.map((attempt): Change => ({ kind: "attempt-put", attempt })),
    ]);
    const progress = { ...SUBMITTED, status: "RUNNING" };
    expect(await store.readJobs(SCOPE, ["nodes", "nodes#0", "nodes#1", "nodes#2"])).toEqual([
      { job: MULTI_NODE, progress, attempts: attempts.slice(0, 1) },
      { job: node(0), progress, attempts: [] },
      { job: node(1), progress, attempts: attempts.slice(0, 1) },
      { job: { ...node(2), createdAtMs: SPAWNED_AT_MS }, progress: PLACED, attempts: attempts.slice(1) },
    ]);
  });

  test.each([
    "array:5",
    "array#0",
    "array:00",
    "array:",
    "nodes#4",
    "nodes:0",
    "single:0",
    "single#0",
    "no:0",
  ])("finds no %s", async (jobId) => {
    await using store = open();
    await store.commit([submitted(ARRAY), submitted(MULTI_NODE), submitted(aJob("single"))]);
    expect(await store.readJobs(SCOPE, [jobId])).toEqual([]);
  });
}

function testWriting(open: () => Store): void {
  test("changes of a commit reach a child in their order", async () => {
    await using store = open();
    await store.commit([
      changed(childKey(ARRAY, 1), { statusReason: "before there was an array" }),
      submitted(ARRAY, PENDING),
      changed(childKey(ARRAY, 1), { statusReason: "before there was a child" }),
      { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 1), 2) },
      putChild(ARRAY, 1),
      changed(childKey(ARRAY, 1), { status: "RUNNING", startedAtMs: 30 }),
      { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 1), 1) },
      changed(childKey(ARRAY, 1), { statusReason: "last" }),
    ]);
    expect(await store.readJobs(SCOPE, ["array:1"])).toEqual([
      {
        job: { ...ARRAY, jobId: "array:1", childIndex: 1, createdAtMs: SPAWNED_AT_MS },
        progress: { ...PLACED, status: "RUNNING", startedAtMs: 30, statusReason: "last" },
        attempts: [anAttempt(childKey(ARRAY, 1), 1)],
      },
    ]);
  });

  test("a node that is placed again keeps its time and its attempts, and nothing else", async () => {
    await using store = open();
    const ended = { ...PLACED, status: "FAILED", statusReason: "why", stoppedAtMs: 40 } as const;
    await store.commit([submitted(MULTI_NODE), putChild(MULTI_NODE, 0, ended)]);
    const attempts = [1, 2].map((number) => anAttempt(childKey(MULTI_NODE, 0), number));
    const again = { ...PLACED, attemptCount: 2 };
    const changes: Change[] = [
      putChild(MULTI_NODE, 0, again, 50),
      ...attempts.map((attempt): Change => ({ kind: "attempt-put", attempt })),
    ];
    for (let times = 1; times <= 2; times += 1) {
      await store.commit(changes);
      const [read] = await store.readJobs(SCOPE, ["nodes#0"]);
      const job = { ...MULTI_NODE, jobId: "nodes#0", childIndex: 0, createdAtMs: SPAWNED_AT_MS };
      expect(read).toEqual({ job, progress: again, attempts });
    }
  });

  test.each<[what: string, changes: readonly Change[]]>([
    ["a child out of range", [putChild(ARRAY, 5), putChild(MULTI_NODE, 4)]],
    ["the main node", [putChild(MULTI_NODE, 1), changed(childKey(MULTI_NODE, 1), { status: "FAILED" })]],
    ["a child of a job that has none", [putChild(aJob("single"), 0), putChild(aJob("absent"), 0)]],
    ["a child that has not been spawned", [changed(childKey(ARRAY, 0), { status: "FAILED" })]],
    ["an attempt of such a child", [{ kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 0), 1) }]],
    ["an id of the wrong kind", [changed({ scope: SCOPE, jobId: "array#2" }, { status: "FAILED" })]],
    [
      "a tag on a child",
      [{ kind: "job-tagged", scope: SCOPE, jobId: "array:2", tags: { a: "b" }, cause: ENGINE_CAUSE }],
    ],
  ])("a change of %s changes nothing", async (_what, changes) => {
    await using store = open();
    await store.commit([
      submitted(ARRAY),
      submitted(MULTI_NODE),
      submitted(aJob("single")),
      putChild(ARRAY, 2),
    ]);
    const everything = async () => [await readAll(store), await loadStore(store)];
    const before = await everything();
    await store.commit(changes);
    expect(await everything()).toEqual(before);
  });

  test("removes children and their attempts with their array", async () => {
    await using store = open();
    const ended = { ...PLACED, status: "FAILED", stoppedAtMs: 1 } as const;
    const attempt: Change = { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 2), 1) };
    await store.commit([submitted(ARRAY), putChild(ARRAY, 2, ended), attempt]);
    expect(await store.removeJobsStoppedBefore(100, 10)).toBe(0);
    await store.commit([changed(ARRAY, { status: "FAILED", stoppedAtMs: 5 })]);
    expect(await store.removeJobsStoppedBefore(100, 10)).toBe(6);
    expect(await store.readJobs(SCOPE, ["array", "array:2", "array:0"])).toEqual([]);
    expect(await store.listChildJobs(SCOPE, "array", {}, { limit: 10 })).toEqual({ items: [] });

    await store.commit([submitted(ARRAY)]);
    const stored = await store.readJobs(SCOPE, ["array", "array:2"]);
    expect(stored.map(({ progress }) => progress)).toEqual([SUBMITTED, SUBMITTED]);
    expect(stored[0]?.childCounts).toEqual({ ...NO_JOBS, SUBMITTED: 5 });
    await store.commit([putChild(ARRAY, 2)]);
    expect((await store.readJobs(SCOPE, ["array:2"])).map(({ attempts }) => attempts)).toEqual([[]]);
  });

  test("counts children and nodes among the jobs that it removes", async () => {
    await using store = open();
    const jobs = [ARRAY, MULTI_NODE, aJob("third"), aJob("fourth")];
    for (const [index, job] of jobs.entries()) {
      await store.commit([submitted(job), changed(job, { status: "FAILED", stoppedAtMs: index })]);
    }
    const remaining = async () => {
      const found = await store.readJobs(SCOPE, ["array", "nodes", "third", "fourth"]);
      return found.map(({ job }) => job.jobId);
    };
    expect(await store.removeJobsStoppedBefore(100, 7)).toBe(6 + 5);
    expect(await remaining()).toEqual(["third", "fourth"]);
    expect(await store.removeJobsStoppedBefore(100, 1)).toBe(1);
    expect(await remaining()).toEqual(["fourth"]);
  });

  test("keeps scopes apart", async () => {
    await using store = open();
    const [scope = SCOPE] = OTHER_SCOPES;
    const elsewhere = { ...ARRAY, scope };
    await store.commit([submitted(ARRAY), submitted(elsewhere), putChild(ARRAY, 2)]);
    await store.commit([changed(childKey(ARRAY, 2), { status: "RUNNING" })]);
    const statuses = async (of: typeof scope) =>
      (await store.readJobs(of, ["array:2"])).map(({ progress }) => progress.status);
    expect([await statuses(SCOPE), await statuses(scope)]).toEqual([["RUNNING"], ["SUBMITTED"]]);
    expect(await store.listChildJobs({ ...scope, region: "x" }, "array", {}, { limit: 10 })).toEqual({
      items: [],
    });
  });
}

/** One that was never placed. */
function node(childIndex: number): Job {
  return { ...MULTI_NODE, jobId: `nodes#${childIndex}`, childIndex };
}

async function readAll(store: Store): Promise<unknown> {
  const ids = [ARRAY, MULTI_NODE].flatMap((job) =>
    [0, 1, 2, 3, 4, 5].map((index) => childKey(job, index).jobId),
  );
  return store.readJobs(SCOPE, ["array", "nodes", "single", "single#0", "single:0", "absent", ...ids]);
}
