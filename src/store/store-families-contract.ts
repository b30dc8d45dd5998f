import { expect, test } from "vitest";
import type { JobDependency, JobProgress } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";
import {
  ARRAY,
  childKey,
  MULTI_NODE,
  NODES,
  PENDING,
  PLACED,
  putChild,
} from "../../test/support/child-examples.ts";
import { aJob, anAttempt, changed, submitted } from "../../test/support/store-examples.ts";
import { loadStore } from "../../test/support/load-store.ts";
import type { Change } from "./change.ts";
import type { Store } from "./store.ts";

export function testFamilyLoading(open: () => Store): void {
  test("loads arrays, nodes and the wish that a job stop", async () => {
    await using store = open();
    await store.commit([
      submitted(aJob("cancelled", { dependsOn: [{ jobId: "x" }] }), { isCancelled: true }),
      submitted(ARRAY, { ...PENDING, isTerminated: true }),
      submitted(MULTI_NODE),
    ]);
    const { liveJobs } = await loadStore(store);
    expect(
      liveJobs.map(({ array, nodes, dependsOn, isStopRequested }) => ({
        array,
        nodes,
        dependsOn,
        isStopRequested,
      })),
    ).toEqual([
      { dependsOn: [{ jobId: "x" }], isStopRequested: true },
      { array: { size: 5, unspawned: { status: "RUNNABLE" } }, isStopRequested: true },
      { nodes: NODES, isStopRequested: false },
    ]);
  });

  const dependsOn: readonly (JobDependency & { readonly status?: JobStatus })[] = [
    { type: "SEQUENTIAL" },
    { jobId: "absent" },
    { jobId: "ended", status: "SUCCEEDED" },
    { jobId: "array", type: "N_TO_N", status: "PENDING" },
    { jobId: "array:0", status: "RUNNABLE" },
    { jobId: "array:2", status: "STARTING" },
    { jobId: "array:5" },
    { jobId: "array#0" },
    { jobId: "nodes#1", status: "RUNNING" },
    { jobId: "nodes#0", status: "STARTING" },
    { jobId: "nodes#3", status: "RUNNING" },
  ];

  test.each<[progress: Partial<JobProgress>, hasToWait: boolean]>([
    [{ status: "SUBMITTED" }, true],
    [{ status: "PENDING" }, true],
    [{ status: "PENDING", unspawned: { status: "PENDING" } }, true],
    [{ status: "PENDING", unspawned: { status: "RUNNABLE" } }, false],
    [{ status: "RUNNABLE" }, false],
  ])("loads what a job waits for, and what became of it: of %j %s", async (progress, hasToWait) => {
    await using store = open();
    const waiting = aJob("waiting", {
      kind: "array",
      arraySize: 5,
      dependsOn: dependsOn.map(({ status: _status, ...dependency }) => dependency),
    });
    await store.commit([
      submitted(aJob("ended"), { status: "SUCCEEDED" }),
      submitted(ARRAY, PENDING),
      submitted(MULTI_NODE, { status: "RUNNING" }),
      putChild(ARRAY, 2),
      putChild(MULTI_NODE, 0),
      submitted(waiting, progress),
    ]);
    const loaded = (await loadStore(store)).liveJobs.at(-1);
    expect(loaded?.dependsOn).toEqual(hasToWait ? dependsOn : undefined);
  });

  test("loads children of live arrays, and of ended ones that are waited for one by one", async () => {
    await using store = open();
    const arrays = ["live", "paired", "whole"].map((jobId) => ({ ...ARRAY, jobId }));
    const ended = arrays.slice(1).map((job) => changed(job, { status: "FAILED", stoppedAtMs: 1 }));
    const [live = ARRAY, paired = ARRAY, whole = ARRAY] = arrays;
    const attempt = anAttempt(childKey(live, 4), 1);
    await store.commit([
      ...arrays.map((job) => submitted(job, PENDING)),
      putChild(live, 4),
      putChild(live, 0, { ...PLACED, status: "FAILED", queuePosition: -2 }),
      putChild(paired, 1, { ...PLACED, status: "FAILED" }),
      putChild(whole, 1, { ...PLACED, status: "FAILED" }),
      { kind: "attempt-put", attempt },
      { kind: "attempt-put", attempt: anAttempt(childKey(live, 0), 1) },
      ...ended,
      submitted(
        { ...ARRAY, jobId: "waiting", dependsOn: [{ jobId: "paired", type: "N_TO_N" }, { jobId: "whole" }] },
        { status: "PENDING" },
      ),
    ]);
    const failed = { status: "FAILED", queuePosition: 1, attemptCount: 1, activeAttempt: undefined } as const;
    expect((await loadStore(store)).liveChildren).toEqual([
      { parentJobId: "live", index: 0, ...failed, queuePosition: -2 },
      { parentJobId: "live", index: 4, ...failed, status: "STARTING", activeAttempt: attempt },
      { parentJobId: "paired", index: 1, ...failed },
    ]);
  });

  test("loads the nodes of jobs that are under way, each with its latest attempt", async () => {
    await using store = open();
    const retried = { ...MULTI_NODE, jobId: "retried" };
    const attempts = [1, 2].map((number) => anAttempt(childKey(MULTI_NODE, 3), number));
    await store.commit([
      submitted(MULTI_NODE, { status: "RUNNING" }),
      submitted(retried, { status: "RUNNABLE" }),
      putChild(MULTI_NODE, 3, { ...PLACED, status: "SUCCEEDED" }),
      putChild(retried, 3),
      ...attempts.map((attempt): Change => ({ kind: "attempt-put", attempt })),
    ]);
    expect((await loadStore(store)).liveChildren).toEqual([
      {
        parentJobId: "nodes",
        index: 3,
        status: "SUCCEEDED",
        queuePosition: 1,
        attemptCount: 1,
        activeAttempt: attempts[1],
      },
    ]);
  });
}
