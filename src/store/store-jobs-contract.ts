import { ENGINE_CAUSE } from "../batch/cause.ts";
import { expect, test } from "vitest";
import type { Job } from "../batch/job.ts";
import { createMultiNodeWorkload } from "../batch/multi-node.ts";
import type { Change } from "./change.ts";
import {
  aJob,
  aJobQueue,
  anAttempt,
  changed,
  OTHER_SCOPES,
  QUEUE,
  SCOPE,
  SUBMITTED,
  submitted,
} from "../../test/support/store-examples.ts";
import type { Store } from "./store.ts";
import { accepted } from "../../test/support/batch-values.ts";
import { nodeProperties, nodeRange } from "../../test/support/workload-values.ts";
import { loadStore } from "../../test/support/load-store.ts";

export function testJobs(open: () => Store): void {
  test("keeps all that there is of a job", async () => {
    await using store = open();
    const job = aJob("1", {
      jobName: "Größe_日本😀",
      attemptDurationSeconds: 60,
      schedulingPriority: 5,
      shareIdentifier: "share",
      tags: { __proto__x: "y", 'quote"': "it's\u0000" },
      dependsOn: [{ jobId: "0" }],
    });
    const progress = {
      status: "RUNNING",
      statusReason: "a reason",
      queuePosition: -5,
      attemptCount: 2,
      scheduledAtMs: 1_700_000_000_100,
      startedAtMs: 1_700_000_000_200,
      stoppedAtMs: 1_700_000_000_300,
      isCancelled: true,
      isTerminated: true,
      stoppedBy: { principal: "arn:aws:iam::123456789012:user/a", requestId: "b" },
    } as const;
    await store.commit([{ kind: "job-submitted", job, progress }]);
    expect(await store.readJobs(SCOPE, ["1"])).toEqual([{ job, progress, attempts: [] }]);
  });

  test("reads jobs in the order of their ids and leaves out those that are not there", async () => {
    await using store = open();
    const ids = Array.from({ length: 100 }, (_, index) => `job-${index}`);
    await store.commit(ids.map((jobId) => submitted(aJob(jobId))));
    const asked = [...ids.toReversed(), "absent"];
    const stored = await store.readJobs(SCOPE, asked);
    expect(stored.map(({ job }) => job.jobId)).toEqual(ids.toReversed());
  });

  test("keeps what each node of a job runs, and gives it to the nodes", async () => {
    await using store = open();
    const ranges = [
      nodeRange("0"),
      nodeRange("1:", { container: { ...nodeRange("1").container, command: ["x"] } }),
    ];
    const workload = accepted(createMultiNodeWorkload(nodeProperties(3, ranges)));
    const job = aJob("1", { kind: "multi-node", workload, nodes: { count: 3, main: 0 } });
    await store.commit([submitted(job)]);
    const stored = await store.readJobs(SCOPE, ["1", "1#2"]);
    expect(stored.map((one) => one.job.workload)).toEqual([workload, workload]);
  });

  test("leaves a job as it is that is submitted again", async () => {
    await using store = open();
    const job = aJob("1");
    await store.commit([submitted(job)]);
    await store.commit([changed(job, { status: "RUNNABLE", statusReason: "moved" })]);
    await store.commit([submitted({ ...job, jobName: "another" }), changed(job, { attemptCount: 1 })]);
    expect(await store.readJobs(SCOPE, ["1"])).toEqual([
      {
        job,
        progress: { ...SUBMITTED, status: "RUNNABLE", statusReason: "moved", attemptCount: 1 },
        attempts: [],
      },
    ]);
  });

  test("changes what a patch names and nothing else", async () => {
    await using store = open();
    const [one, other] = [aJob("1"), aJob("2")];
    await store.commit([submitted(one), submitted(other)]);
    await store.commit([
      changed(one, { status: "STARTING", attemptCount: 1, scheduledAtMs: 100, queuePosition: 0 }),
    ]);
    await store.commit([changed(one, { isCancelled: true }), changed(one, { isTerminated: false })]);
    expect(await store.readJobs(SCOPE, ["1", "2"])).toEqual([
      {
        job: one,
        progress: {
          ...SUBMITTED,
          status: "STARTING",
          attemptCount: 1,
          scheduledAtMs: 100,
          queuePosition: 0,
          isCancelled: true,
        },
        attempts: [],
      },
      { job: other, progress: SUBMITTED, attempts: [] },
    ]);
  });

  test("applies the changes of a commit in their order", async () => {
    await using store = open();
    const job = aJob("1");
    await store.commit([
      changed(job, { statusReason: "before there was a job" }),
      submitted(job),
      changed(job, { status: "STARTING", statusReason: "first" }),
      { kind: "attempt-put", attempt: anAttempt(job, 1) },
      changed(job, { statusReason: "second", attemptCount: 1 }),
      { kind: "attempt-put", attempt: anAttempt(job, 1, { startedAtMs: 5 }) },
      { kind: "job-tagged", scope: SCOPE, jobId: "1", tags: { a: "1" }, cause: ENGINE_CAUSE },
      { kind: "job-tagged", scope: SCOPE, jobId: "1", tags: { b: "2" }, cause: ENGINE_CAUSE },
      changed(job, { status: "RUNNING" }),
    ]);
    expect(await store.readJobs(SCOPE, ["1"])).toEqual([
      {
        job: { ...job, tags: { b: "2" }, taggedBy: ENGINE_CAUSE },
        progress: { ...SUBMITTED, status: "RUNNING", statusReason: "second", attemptCount: 1 },
        attempts: [anAttempt(job, 1, { startedAtMs: 5 })],
      },
    ]);
  });

  test("keeps attempts by their number, each in its latest form", async () => {
    await using store = open();
    const job = aJob("1");
    const [first, second] = [anAttempt(job, 1), anAttempt(job, 2)];
    await store.commit([submitted(job), putAttempt(second)]);
    await store.commit([putAttempt(anAttempt(job, 10)), putAttempt(first)]);
    const ended = {
      ...second,
      startedAtMs: 1,
      stoppedAtMs: 2,
      outcome: { kind: "exited", exitCode: 1, peakMemoryBytes: 2 ** 40, cpuTimeMs: 3 },
      statusReason: "Essential container in task exited",
    } as const;
    await store.commit([putAttempt(ended)]);
    expect(await store.readJobs(SCOPE, ["1"])).toEqual([
      { job, progress: SUBMITTED, attempts: [first, ended, anAttempt(job, 10)] },
    ]);
  });

  test("changes nothing for a job that is not there", async () => {
    await using store = open();
    const absent = aJob("absent");
    await store.commit([
      changed(absent, { status: "FAILED" }),
      putAttempt(anAttempt(absent, 1)),
      { kind: "job-tagged", scope: SCOPE, jobId: "absent", tags: { a: "b" }, cause: ENGINE_CAUSE },
    ]);
    expect(await store.readJobs(SCOPE, ["absent"])).toEqual([]);
    await store.commit([submitted(absent)]);
    expect(await store.readJobs(SCOPE, ["absent"])).toEqual([
      { job: absent, progress: SUBMITTED, attempts: [] },
    ]);
  });

  test("makes all changes of a commit or none", async () => {
    await using store = open();
    const job = aJob("1");
    await store.commit([submitted(job)]);
    const before = await loadStore(store);
    const unwritable = aJob("3", { tags: { a: 1n as unknown as string } });
    await expect(
      store.commit([
        changed(job, { status: "RUNNABLE" }),
        submitted(aJob("2", { jobQueueArn: "a queue that no job had", createdAtMs: 5 })),
        { kind: "job-queue-put", jobQueue: aJobQueue("queue") },
        submitted(unwritable),
      ]),
    ).rejects.toThrow(TypeError);

    expect(await loadStore(store)).toEqual(before);
    expect(await store.readJobs(SCOPE, ["1", "2", "3"])).toEqual([
      { job, progress: SUBMITTED, attempts: [] },
    ]);
    const second = aJob("2", { jobQueueArn: "a queue that no job had" });
    await store.commit([submitted(second)]);
    expect(await store.readJobs(SCOPE, ["2"])).toEqual([{ job: second, progress: SUBMITTED, attempts: [] }]);
    expect((await loadStore(store)).liveJobs.map(({ jobQueueArn }) => jobQueueArn)).toEqual([
      QUEUE,
      "a queue that no job had",
    ]);
  });

  test("is the same when a commit is applied twice", async () => {
    await using store = open();
    const job = aJob("1");
    const changes: readonly Change[] = [
      submitted(job),
      changed(job, { status: "RUNNING", attemptCount: 1 }),
      putAttempt(anAttempt(job, 1)),
      { kind: "job-tagged", scope: SCOPE, jobId: "1", tags: { a: "b" }, cause: ENGINE_CAUSE },
    ];
    await store.commit(changes);
    const once = [await store.readJobs(SCOPE, ["1"]), await loadStore(store)];
    await store.commit(changes);
    expect([await store.readJobs(SCOPE, ["1"]), await loadStore(store)]).toEqual(once);
  });

  test("is not changed by a change to what it was given or what it returned", async () => {
    await using store = open();
    const given: Record<string, string> = { a: "b" };
    const job = aJob("1", { tags: given });
    await store.commit([submitted(job), { kind: "job-queue-put", jobQueue: aJobQueue("queue") }]);
    const read = async () => (await store.readJobs(SCOPE, ["1"]))[0]?.job.tags;
    const returned = await read();
    expect(returned).toEqual({ a: "b" });
    for (const tags of [given, returned ?? {}]) {
      // What is frozen throws, a copy does not.
      try {
        Object.assign(tags, { a: "changed" });
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
      expect(await read()).toEqual({ a: "b" });
    }
  });

  test("loads live jobs in slim form, in the order of submission", async () => {
    await using store = open();
    const waiting = aJob("9", { createdAtMs: 9, attemptDurationSeconds: 90 });
    const running = aJob("1", { resources: { vcpuMillis: 250, memoryMiB: 512, gpuCount: 1 } });
    const retried = aJob("5", {
      retryStrategy: { attempts: 2, evaluateOnExit: [] },
      shareIdentifier: "red",
      schedulingPriority: 7,
    });
    const ended = aJob("7");
    await store.commit([submitted(waiting), submitted(running), submitted(retried), submitted(ended)]);
    await store.commit([
      changed(running, { status: "RUNNING", attemptCount: 2 }),
      putAttempt(anAttempt(running, 1, { outcome: { kind: "host-lost" } })),
      putAttempt(anAttempt(running, 2)),
      changed(retried, { status: "RUNNABLE", attemptCount: 1, queuePosition: -1 }),
      putAttempt(anAttempt(retried, 1, { outcome: { kind: "exited", exitCode: 1 } })),
      changed(ended, { status: "SUCCEEDED", stoppedAtMs: 5 }),
    ]);
    expect((await loadStore(store)).liveJobs).toEqual([
      {
        ...slim(waiting),
        status: "SUBMITTED",
        queuePosition: 1,
        attemptCount: 0,
        attemptDurationSeconds: 90,
      },
      {
        ...slim(running),
        status: "RUNNING",
        queuePosition: 1,
        attemptCount: 2,
        activeAttempt: anAttempt(running, 2),
      },
      {
        ...slim(retried),
        status: "RUNNABLE",
        queuePosition: -1,
        attemptCount: 1,
        shareIdentifier: "red",
        schedulingPriority: 7,
      },
    ]);
  });

  test("removes ended jobs with their attempts, those that stopped first before others", async () => {
    await using store = open();
    await store.commit([
      submitted(aJob("live")),
      ...stopped("third", 301),
      ...stopped("first", 100),
      ...stopped("second", 200),
      ...stopped("fourth", 400),
    ]);
    expect(await store.removeJobsStoppedBefore(100, 10)).toBe(0);
    expect(await store.removeJobsStoppedBefore(400, 2)).toBe(2);
    const ids = ["live", "first", "second", "third", "fourth"];
    const remaining = async () => (await store.readJobs(SCOPE, ids)).map(({ job }) => job.jobId);
    expect(await remaining()).toEqual(["live", "third", "fourth"]);
    expect(await store.removeJobsStoppedBefore(400, 2)).toBe(1);
    expect(await remaining()).toEqual(["live", "fourth"]);
    const listed = await store.listJobs(SCOPE, { jobQueueArn: QUEUE }, { limit: 10 });
    expect(listed.items.map(({ jobId }) => jobId)).toEqual(["fourth", "live"]);

    expect(await store.removeJobsStoppedBefore(1000, 10)).toBe(1);
    expect(await remaining()).toEqual(["live"]);
    await store.commit([submitted(aJob("first"))]);
    expect(await store.readJobs(SCOPE, ["first"])).toEqual([
      { job: aJob("first"), progress: SUBMITTED, attempts: [] },
    ]);
  });

  test("keeps scopes apart", async () => {
    await using store = open();
    const jobs = [SCOPE, ...OTHER_SCOPES].map((scope) => aJob("same", { scope, jobQueueArn: QUEUE }));
    await store.commit(jobs.map((job) => submitted(job)));
    await store.commit([
      changed(aJob("same"), { status: "RUNNABLE" }),
      putAttempt(anAttempt(aJob("same"), 1)),
      { kind: "job-tagged", scope: SCOPE, jobId: "same", tags: { a: "b" }, cause: ENGINE_CAUSE },
    ]);
    for (const job of jobs.slice(1)) {
      expect(await store.readJobs(job.scope, ["same"])).toEqual([{ job, progress: SUBMITTED, attempts: [] }]);
      const listed = await store.listJobs(job.scope, { jobQueueArn: QUEUE }, { limit: 10 });
      expect(listed.items.map(({ progress }) => progress)).toEqual([SUBMITTED]);
    }
    expect(await store.readJobs({ accountId: "0", region: "x" }, ["same"])).toEqual([]);
  });
}

function stopped(jobId: string, stoppedAtMs: number): Change[] {
  const job = aJob(jobId);
  const status = stoppedAtMs % 2 === 0 ? "FAILED" : "SUCCEEDED";
  return [submitted(job), putAttempt(anAttempt(job, 1)), changed(job, { status, stoppedAtMs })];
}

function slim({ scope, jobId, jobQueueArn, resources, retryStrategy }: Job) {
  const schedulingPriority = 0;
  return { scope, jobId, jobQueueArn, resources, retryStrategy, schedulingPriority, isStopRequested: false };
}

function putAttempt(attempt: ReturnType<typeof anAttempt>): Change {
  return { kind: "attempt-put", attempt };
}
