import { expect, test } from "vitest";
import { NO_JOBS } from "../batch/job.ts";
import type { Job } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";
import {
  ARRAY,
  childKey,
  MULTI_NODE,
  NODES,
  PENDING,
  PLACED,
  putChild,
  SPAWNED_AT_MS,
} from "../../test/support/child-examples.ts";
import { aJob, anAttempt, QUEUE, SCOPE, SUBMITTED, submitted } from "../../test/support/store-examples.ts";
import { allPages } from "../../test/support/store-pages.ts";
import { BadPageTokenError } from "./store.ts";
import type { JobListEntry, Store } from "./store.ts";

export function testChildLists(open: () => Store): void {
  test("lists of jobs show arrays with their counts and no children", async () => {
    await using store = open();
    await store.commit([
      submitted(ARRAY, PENDING),
      submitted(MULTI_NODE),
      putChild(ARRAY, 0),
      putChild(MULTI_NODE, 0),
    ]);
    const { items } = await store.listJobs(SCOPE, { jobQueueArn: QUEUE }, { limit: 10 });
    expect(items).toEqual([
      { ...entry(MULTI_NODE), nodes: NODES },
      {
        ...entry(ARRAY),
        progress: { ...SUBMITTED, ...PENDING },
        arraySize: 5,
        childCounts: { ...NO_JOBS, STARTING: 1, RUNNABLE: 4 },
      },
    ]);
  });

  test("lists the children of an array by their indexes", async () => {
    await using store = open();
    const outcome = { kind: "exited", exitCode: 3, reason: "r" } as const;
    await store.commit([submitted(ARRAY, PENDING), putChild(ARRAY, 3), putChild(ARRAY, 1)]);
    await store.commit([
      { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 3), 1, { outcome }) },
      { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 1), 1, { outcome }) },
      { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 1), 2) },
    ]);
    const expected = [
      unspawned(0),
      spawned(1),
      unspawned(2),
      { ...spawned(3), lastOutcome: { exitCode: 3, reason: "r" } },
      unspawned(4),
    ];
    for (const limit of [1, 2, 5]) expect(await listed(store, "array", limit)).toEqual(expected);
  });

  test("lists nodes by their indexes, the main one with the outcome of its job", async () => {
    await using store = open();
    const outcome = { kind: "exited", exitCode: 3 } as const;
    await store.commit([
      submitted(MULTI_NODE, { status: "RUNNING" }),
      putChild(MULTI_NODE, 3),
      { kind: "attempt-put", attempt: anAttempt(MULTI_NODE, 1, { outcome }) },
    ]);
    expect(await listed(store, "nodes", 3)).toEqual([
      node(0),
      { ...node(1), lastOutcome: { exitCode: 3 } },
      node(2),
      { ...node(3), createdAtMs: SPAWNED_AT_MS, progress: PLACED },
    ]);
  });

  test("lists children of one status, those not spawned with the status that they share", async () => {
    await using store = open();
    await store.commit([
      submitted(ARRAY, PENDING),
      putChild(ARRAY, 0, { ...PLACED, status: "RUNNING" }),
      putChild(ARRAY, 1, { ...PLACED, status: "RUNNABLE" }),
      putChild(ARRAY, 3, { ...PLACED, status: "RUNNING" }),
    ]);
    const indexes = async (status: JobStatus) =>
      (await listed(store, "array", 1, status)).map(({ childIndex }) => childIndex);
    expect(await indexes("RUNNING")).toEqual([0, 3]);
    expect(await indexes("RUNNABLE")).toEqual([1, 2, 4]);
    expect(await indexes("PENDING")).toEqual([]);
  });

  test("refuses tokens that are not of the list, and ends behind the last child", async () => {
    await using store = open();
    await store.commit([submitted(ARRAY), submitted({ ...ARRAY, jobId: "another" })]);
    const list = (after: string) => store.listChildJobs(SCOPE, "array", {}, { limit: 1, after });
    const { next = "" } = await store.listJobs(SCOPE, { jobQueueArn: QUEUE }, { limit: 1 });
    for (const token of ["", "x", next]) await expect(list(token)).rejects.toThrow(BadPageTokenError);
    const { next: third = "" } = await store.listChildJobs(SCOPE, "array", {}, { limit: 3 });
    expect((await list(third)).items.map(({ childIndex }) => childIndex)).toEqual([3]);
    for (const last of ["4", "1e999"]) expect(await list(third.replace("2", last))).toEqual({ items: [] });
    for (const made of ["-7", "-0.5"]) {
      expect((await list(third.replace("2", made))).items.map(({ childIndex }) => childIndex)).toEqual([0]);
    }
  });

  test("a job without children, and one that is not there, has an empty list", async () => {
    await using store = open();
    await store.commit([submitted(aJob("single")), submitted(ARRAY)]);
    for (const jobId of ["single", "absent", "array:0"]) {
      expect(await store.listChildJobs(SCOPE, jobId, {}, { limit: 1 })).toEqual({ items: [] });
    }
  });
}

/** What a list shows of a job before anything came of it. */
function entry({ jobId, jobName, jobDefinitionArn, createdAtMs, resources }: Job): JobListEntry {
  const { vcpuMillis } = resources;
  return { jobId, jobName, jobDefinitionArn, createdAtMs, vcpuMillis, progress: SUBMITTED };
}

function unspawned(childIndex: number): JobListEntry {
  const progress = { ...SUBMITTED, status: "RUNNABLE" } as const;
  return { ...entry(ARRAY), jobId: `array:${childIndex}`, progress, arraySize: 5, childIndex };
}

function spawned(childIndex: number): JobListEntry {
  return { ...unspawned(childIndex), createdAtMs: SPAWNED_AT_MS, progress: PLACED };
}

/** One that was never placed. */
function node(childIndex: number): JobListEntry {
  const progress = { ...SUBMITTED, status: "RUNNING" } as const;
  return { ...entry(MULTI_NODE), jobId: `nodes#${childIndex}`, progress, nodes: NODES, childIndex };
}

async function listed(
  store: Store,
  jobId: string,
  limit: number,
  status?: JobStatus,
): Promise<JobListEntry[]> {
  const filter = { ...(status !== undefined && { status }) };
  return (await allPages((page) => store.listChildJobs(SCOPE, jobId, filter, page), limit)).flat();
}
