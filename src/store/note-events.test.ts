import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlockedNotice } from "../batch/blocked-head.ts";
import type { BatchEvent } from "../batch/event.ts";
import type { JobProgressPatch } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Change } from "./change.ts";
import { MemoryStore } from "./memory/memory-store.ts";
import { noteEvents } from "./note-events.ts";
import { Sequencer } from "./sequencer.ts";
import { aJob as aStoredJob, SCOPE, SUBMITTED } from "../../test/support/store-examples.ts";
import { aJob, aJobQueue, aState } from "../../test/support/builders.ts";
import { JOB_STEPS } from "../simulator/checkers/life-cycle.ts";

const JOB_ID = "0f3c5e8a-0000-4000-8000-000000000001";

function submitted(differing: Parameters<typeof aStoredJob>[1] = {}): Change {
  return { kind: "job-submitted", job: aStoredJob(JOB_ID, differing), progress: SUBMITTED };
}

function changed(jobId: string, patch: JobProgressPatch, atMs = 5): Change {
  return { kind: "job-changed", scope: SCOPE, jobId, patch, atMs };
}

function childPut(index: number, status: JobStatus, attemptCount: number): Change {
  const progress = { ...SUBMITTED, status, attemptCount };
  return { kind: "child-put", scope: SCOPE, parentJobId: JOB_ID, index, progress, atMs: 7 };
}

function notice(atMs: number): BlockedNotice {
  return { statusReason: `REASON ${atMs}`, atMs };
}

function queuePut(jobId: string, ...told: readonly BlockedNotice[]): readonly Change[] {
  return aJobQueue("q", [], { scope: SCOPE, blockedHead: { jobId, told } }).changes();
}

/** What the last of the changes is told by. */
function eventsOf(...changes: readonly Change[]): readonly BatchEvent[] {
  const state = aState();
  let events: BatchEvent[] = [];
  for (const change of changes) {
    events = [];
    noteEvents(events, change, state);
    state.apply(change);
  }
  return events;
}

describe("noteEvents", () => {
  test("tells nothing of a submission, nor of a change that leaves the status", () => {
    expect(eventsOf(submitted())).toEqual([]);
    expect(eventsOf(submitted(), changed(JOB_ID, { isTerminated: true }))).toEqual([]);
    expect(eventsOf(submitted(), changed(JOB_ID, { status: "SUBMITTED", queuePosition: 3 }))).toEqual([]);
  });

  test("tells a transition with the attempts made by then, and the reason that came with it", () => {
    const event = { kind: "job-changed", scope: SCOPE, jobId: JOB_ID, atMs: 5 } as const;
    const runnable = changed(JOB_ID, { status: "RUNNABLE" });
    const starting = changed(JOB_ID, { status: "STARTING", attemptCount: 1 });
    const failed = changed(JOB_ID, { status: "FAILED", statusReason: "no" });
    expect(eventsOf(submitted(), runnable)).toEqual([{ ...event, status: "RUNNABLE", attemptCount: 0 }]);
    expect(eventsOf(submitted(), runnable, starting)).toEqual([
      { ...event, status: "STARTING", attemptCount: 1 },
    ]);
    expect(eventsOf(submitted(), runnable, starting, failed)).toEqual([
      { ...event, status: "FAILED", attemptCount: 1, statusReason: "no" },
    ]);
  });

  test("tells a child that is spawned placed as RUNNABLE before it is STARTING, and nothing of one born PENDING", () => {
    const array = submitted({ kind: "array", arraySize: 3 });
    const pending = changed(JOB_ID, { status: "PENDING", unspawned: { status: "RUNNABLE" } });
    const told = eventsOf(array, pending, childPut(1, "STARTING", 1));
    expect(told.map(({ jobId, status, attemptCount }) => [jobId, status, attemptCount])).toEqual([
      [`${JOB_ID}:1`, "RUNNABLE", 0],
      [`${JOB_ID}:1`, "STARTING", 1],
    ]);
    expect(eventsOf(array, pending, childPut(1, "PENDING", 0))).toEqual([]);
    expect(eventsOf(array, pending, childPut(1, "FAILED", 0)).map(({ status }) => status)).toEqual([
      "FAILED",
    ]);
  });

  test("tells nodes as their job's attempt, and the main node from its first placement on", () => {
    const { workload, nodes = { count: 2, main: 1 } } = aJob(JOB_ID).nodes(2, 1).job;
    const submission = submitted({ kind: "multi-node", workload, nodes });
    const runnable = changed(JOB_ID, { status: "RUNNABLE" });
    const first = changed(JOB_ID, { status: "STARTING", attemptCount: 1 });
    const retried = changed(JOB_ID, { status: "RUNNABLE" });
    const second = changed(JOB_ID, { status: "STARTING", attemptCount: 2 });
    const told = (...changes: readonly Change[]): (readonly unknown[])[] =>
      eventsOf(submission, ...changes).map((event) => [
        event.jobId.slice(JOB_ID.length),
        event.status,
        event.attemptCount,
      ]);
    expect(told(runnable)).toEqual([["", "RUNNABLE", 0]]);
    expect(told(runnable, first)).toEqual([
      ["", "STARTING", 1],
      ["#1", "RUNNABLE", 0],
      ["#1", "STARTING", 1],
    ]);
    expect(told(runnable, first, childPut(0, "STARTING", 0))).toEqual([
      ["#0", "RUNNABLE", 0],
      ["#0", "STARTING", 1],
    ]);
    expect(told(runnable, first, retried)).toEqual([
      ["", "RUNNABLE", 1],
      ["#1", "RUNNABLE", 1],
    ]);
    expect(told(runnable, first, retried, second)).toEqual([
      ["", "STARTING", 2],
      ["#1", "STARTING", 2],
    ]);
  });

  test("tells a child's own transitions by its id", () => {
    const array = submitted({ kind: "array", arraySize: 3 });
    const pending = changed(JOB_ID, { status: "PENDING", unspawned: { status: "RUNNABLE" } });
    const ended = changed(`${JOB_ID}:1`, { status: "SUCCEEDED" });
    expect(eventsOf(array, pending, childPut(1, "STARTING", 1), ended)).toEqual([
      {
        kind: "job-changed",
        scope: SCOPE,
        jobId: `${JOB_ID}:1`,
        status: "SUCCEEDED",
        atMs: 5,
        attemptCount: 1,
      },
    ]);
  });
});

describe("noteEvents of a queue", () => {
  test("tells each notice that a job blocks it once", () => {
    const running = [submitted(), changed(JOB_ID, { status: "RUNNABLE", attemptCount: 2 })];
    const event = { kind: "job-queue-blocked", scope: SCOPE, status: "RUNNABLE" } as const;
    const blocking = { ...event, jobId: "other", attemptCount: 0 };
    expect(eventsOf(...aJobQueue("q", []).changes())).toEqual([]);
    expect(eventsOf(...queuePut("other"))).toEqual([]);
    expect(eventsOf(...queuePut("other"), ...queuePut("other", notice(1)))).toEqual([
      { ...blocking, ...notice(1) },
    ]);
    expect(eventsOf(...queuePut("other", notice(1)), ...queuePut("other", notice(1)))).toEqual([]);
    expect(eventsOf(...queuePut("other", notice(1)), ...queuePut("other", notice(1), notice(2)))).toEqual([
      { ...blocking, ...notice(2) },
    ]);
    expect(eventsOf(...running, ...queuePut("other", notice(1)), ...queuePut(JOB_ID, notice(2)))).toEqual([
      { ...event, jobId: JOB_ID, attemptCount: 2, ...notice(2) },
    ]);
    expect(eventsOf(...queuePut("other", notice(1)), ...aJobQueue("q", []).changes())).toEqual([]);
  });
});

describe("the log of events", () => {
  test("has every step of a life, in order and numbered without gaps, however the commits fall", async () => {
    const walk = fc.array(fc.record({ choice: fc.nat(2), isCommit: fc.boolean() }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(walk, async (steps) => {
        await using store = new MemoryStore();
        const sequencer = await Sequencer.open({ store, runSoon: setImmediate, wake: () => undefined });
        let status: JobStatus = "SUBMITTED";
        const taken: JobStatus[] = [];
        let durable = sequencer.decide(() => ({ changes: [submitted()], answer: undefined }));
        for (const { choice, isCommit } of steps) {
          const possible: readonly JobStatus[] = JOB_STEPS[status];
          const next = possible.at(choice % Math.max(1, possible.length));
          if (next === undefined) break;
          status = next;
          taken.push(next);
          const change = changed(JOB_ID, { status: next });
          durable = sequencer.decide(() => ({ changes: [change], answer: undefined }));
          if (isCommit) await durable;
        }
        await durable;
        const told = await store.readEvents(0, 100);
        expect(told.map(({ event }) => event.status)).toEqual(taken);
        expect(told.map(({ sequence }) => sequence)).toEqual(taken.map((_, index) => index + 1));
      }),
      { numRuns: 60 },
    );
  });
});
