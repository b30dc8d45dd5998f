import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState, SCOPE } from "../../test/support/builders.ts";
import { jobQueueArn } from "../batch/arn.ts";
import type { Attempt } from "../batch/attempt.ts";
import type { Change } from "./change.ts";
import { LiveState } from "./live-state.ts";
import type { LiveJob } from "./live-state.ts";
import { MemoryStore } from "./memory/memory-store.ts";

const QUEUES = ["a", "b"] as const;
const SETUP = [aComputeEnvironment("ce"), ...QUEUES.map((name) => aJobQueue(name, ["ce"]))].flatMap((thing) =>
  thing.changes(),
);

const LICENCES = { consumableResource: "licence", quantity: 2 };

/** All that a state says of itself. Takes the heads out of their queues, so it is the last thing asked of a state. */
function contentsOf(state: LiveState) {
  const { hostUsage, nextQueuePosition, frontQueuePosition } = state.jobs;
  return {
    submitted: [...state.jobs.toAdmit].map(({ jobId }) => jobId),
    active: [...state.jobs.active.values()].map(describeJob).sort(),
    stopping: [...state.jobs.stopping.keys()].sort(),
    queues: QUEUES.map((name) => ({
      counts: state.jobs.countsOf(jobQueueArn(SCOPE, name)),
      runnable: drain(state, jobQueueArn(SCOPE, name)),
    })),
    hostUsage,
    held: state.consumables.heldOf(LICENCES.consumableResource),
    // Places are only compared, so what counts is that new ones lie outside all that are taken.
    isBehind: nextQueuePosition > 0,
    isBefore: frontQueuePosition < 0,
  };
}

function describeJob({
  jobId,
  status,
  attemptCount,
  activeAttempt,
  resources,
  retryStrategy,
}: LiveJob): string {
  return JSON.stringify({ jobId, status, attemptCount, activeAttempt, resources, retryStrategy });
}

function drain(state: LiveState, arn: string): string[] {
  const ids: string[] = [];
  for (let head = state.jobs.someRunnableOf(arn); head !== undefined; head = state.jobs.someRunnableOf(arn)) {
    ids.push(head.jobId);
    state.apply({
      kind: "job-changed",
      scope: SCOPE,
      jobId: head.jobId,
      patch: { status: "FAILED" },
      atMs: 1,
    });
  }
  return ids;
}

/** The next step in some job's life, chosen by a number; `index` makes the id of a new job one that never was. */
function step(state: LiveState, choice: number, index: number): readonly Change[] {
  const queue = QUEUES[choice % 2] ?? "a";
  const head = state.jobs.someRunnableOf(jobQueueArn(SCOPE, queue));
  const [submitted] = state.jobs.toAdmit;
  const active = [...state.jobs.active.values()][choice % Math.max(1, state.jobs.active.size)];
  switch (choice % 7) {
    case 0:
      return submitted === undefined ? [] : [change(submitted, { status: "RUNNABLE" })];
    case 1:
      return head === undefined ? [] : [change(head, { status: "FAILED", stoppedAtMs: 9 })];
    case 2:
      return head === undefined ? [] : placed(head);
    case 3:
      return active === undefined ? [] : ended(active, { status: "SUCCEEDED", stoppedAtMs: 9 });
    case 4:
      return active === undefined
        ? []
        : ended(active, { status: "RUNNABLE", queuePosition: state.jobs.frontQueuePosition });
    case 5:
      return active?.activeAttempt === undefined ? [] : [stopping(active.activeAttempt)];
    default: {
      const job = aJob(`job-${index}`).inQueue(queue).at(state.jobs.nextQueuePosition).submitted();
      return (choice % 3 === 0 ? job.consuming([LICENCES]) : job).changes();
    }
  }
}

function change({ scope, jobId }: LiveJob, patch: Extract<Change, { kind: "job-changed" }>["patch"]): Change {
  return { kind: "job-changed", scope, jobId, patch, atMs: 1 };
}

function placed(job: LiveJob): readonly Change[] {
  const attemptCount = job.attemptCount + 1;
  const attempt: Attempt = {
    scope: SCOPE,
    jobId: job.jobId,
    number: attemptCount,
    taskId: `${job.jobId}-${attemptCount}`,
    taskArn: "arn:task",
    computeEnvironmentArn: "arn:ce",
    placedAtMs: 5,
  };
  return [{ kind: "attempt-put", attempt }, change(job, { status: "STARTING", attemptCount })];
}

function ended(job: LiveJob, patch: Extract<Change, { kind: "job-changed" }>["patch"]): readonly Change[] {
  if (job.activeAttempt === undefined) return [];
  const attempt: Attempt = {
    ...job.activeAttempt,
    outcome: { kind: "exited", exitCode: 1 },
    statusReason: "x",
  };
  return [{ kind: "attempt-put", attempt }, change(job, patch)];
}

function stopping(attempt: Attempt): Change {
  const wish = { because: "terminated", statusReason: "enough", requestedAtMs: 7 } as const;
  return { kind: "attempt-put", attempt: { ...attempt, stopping: wish } };
}

describe("LiveState", () => {
  test("is a fold over changes: what a restart sees is what was there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(10_000), { maxLength: 120 }), async (choices) => {
        const store = new MemoryStore();
        const state = aState();
        const commit = async (changes: readonly Change[]): Promise<void> => {
          await store.commit(changes);
          for (const one of changes) state.apply(one);
        };
        await commit(SETUP);
        for (const [index, choice] of choices.entries()) await commit(step(state, choice, index));
        const reloaded = LiveState.from(await store.load());
        expect(contentsOf(reloaded)).toEqual(contentsOf(state));
      }),
    );
  });

  test("knows a job only in its own account and region", () => {
    const state = aState(aJobQueue("a", []), aJob("job").inQueue("a"));
    expect(state.jobs.find(SCOPE, "job")?.jobId).toBe("job");
    expect(state.jobs.find({ ...SCOPE, region: "eu-west-1" }, "job")).toBeUndefined();
    expect(state.jobs.find({ ...SCOPE, accountId: "210987654321" }, "job")).toBeUndefined();
  });

  test("charges an attempt from its placement to its end", () => {
    const state = aState(aJobQueue("a", []), aJob("job").inQueue("a"));
    const job = state.jobs.find(SCOPE, "job");
    if (job === undefined) throw new Error("no job");
    for (const one of placed(job)) state.apply(one);
    expect([state.jobs.hostUsage, state.jobs.environmentUsage("arn:ce")]).toEqual([
      job.resources,
      job.resources,
    ]);
    for (const one of ended(job, { status: "FAILED" })) state.apply(one);
    const nothing = { vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 };
    expect([state.jobs.hostUsage, state.jobs.environmentUsage("arn:ce")]).toEqual([nothing, nothing]);
  });
});
