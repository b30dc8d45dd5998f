import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { childCountOf, childJobId } from "../../src/batch/child-job.ts";
import { jobQueueArn, computeEnvironmentArn } from "../../src/batch/arn.ts";
import { isTerminal } from "../../src/batch/job.ts";
import type { Job } from "../../src/batch/job.ts";
import { NO_RESOURCES } from "../../src/batch/resources.ts";
import { assert } from "../../src/lib/assert.ts";
import type { JobStatus } from "../../src/model/batch.ts";
import { LiveState } from "../../src/store/live-state.ts";
import type { StoredJob } from "../../src/store/store.ts";
import { SCOPE } from "./builders.ts";
import type { JobBuilder } from "./builders.ts";
import type { EngineBench } from "./engine-bench.ts";
import { stepsOf } from "./job-steps.ts";

const QUEUES = ["q", "urgent"];

/** The state that decisions are made on is the one that a restart would find. */
export async function expectSoundState(bench: EngineBench, jobs: readonly JobBuilder[]): Promise<void> {
  const reloaded = LiveState.from(await bench.store.load());
  const running = bench.engine.sequencer.state;
  const [found, wanted] = [contentsOf(reloaded, jobs), contentsOf(running, jobs)];
  if (!isDeepStrictEqual(found, wanted)) expect(found).toEqual(wanted);
  if (running.jobs.toSpawn.size > 0) return;
  const spawnedLater = [...reloaded.jobs.toSpawn].flatMap((job) => reloaded.jobs.takeToSpawn(job) ?? []);
  expect(spawnedLater).toEqual([]);
}

/** Each job is what its history allows it to be. Asked often, of many: hence plain assertions. */
export async function expectSoundJobs(bench: EngineBench, jobs: readonly JobBuilder[]): Promise<void> {
  for (const { job } of jobs) {
    const stored = await bench.job(job.jobId);
    const children = await bench.store.readJobs(SCOPE, childIdsOf(job));
    for (const one of [stored, ...children]) checkAttempts(one);
    if (job.arraySize !== undefined) checkArray(stored, children);
    if (job.nodes !== undefined) {
      const isWhole = children.every(({ attempts }) => attempts.length === stored.attempts.length);
      assert(isWhole, `${job.jobId} is placed in parts`);
    }
    await checkDependencies(bench, stored, children);
  }
}

/** Each job has ended, and nothing is held by any. */
export async function expectAllOver(bench: EngineBench, jobs: readonly JobBuilder[]): Promise<void> {
  const { state } = bench.engine.sequencer;
  expect(jobs.filter(({ job }) => state.jobs.find(SCOPE, job.jobId) !== undefined)).toEqual([]);
  expect([state.jobs.active.size, state.jobs.hostUsage]).toEqual([0, NO_RESOURCES]);
}

/** Every step that was told is one of the life cycle (specification 3.1). */
export async function expectRightSteps(bench: EngineBench, jobs: readonly JobBuilder[]): Promise<void> {
  const statuses = new Map(jobs.map(({ job }): [string, JobStatus] => [job.jobId, "SUBMITTED"]));
  const arrays = new Set(jobs.flatMap(({ job }) => (job.arraySize === undefined ? [] : [job.jobId])));
  const wrong: string[] = [];
  for (const { event } of await bench.store.readEvents(0, 100_000)) {
    const { jobId, status } = event;
    const before = statuses.get(jobId) ?? "PENDING";
    if (!stepsOf(jobId, arrays)[before].includes(status)) wrong.push(`${jobId}: ${before} to ${status}`);
    statuses.set(jobId, status);
  }
  expect(wrong).toEqual([]);
}

function childIdsOf(job: Job): readonly string[] {
  return Array.from({ length: childCountOf(job) }, (_, index) => childJobId(job, index));
}

/** All that decisions read, but for the order of what is taken in turn. */
function contentsOf({ jobs: live }: LiveState, jobs: readonly JobBuilder[]) {
  const ids = jobs.flatMap(({ job }) => [job.jobId, ...childIdsOf(job)]);
  return {
    jobs: ids.map((jobId) => jobContents(live, jobId)),
    toAdmit: [...live.toAdmit].map(({ jobId }) => jobId).sort(),
    endedArrays: [...live.endedArrays].map(({ jobId }) => jobId).sort(),
    active: [...live.active].map(([taskId, { jobId }]) => `${taskId} ${jobId}`).sort(),
    stopping: [...live.stopping].map(([taskId, { jobId }]) => `${taskId} ${jobId}`).sort(),
    queues: QUEUES.map((name) => {
      const arn = jobQueueArn(SCOPE, name);
      const waiting = [...live.waitingOf(arn)].map(({ jobId }) => jobId).sort();
      return { waiting, counts: live.countsOf(arn), head: live.someRunnableOf(arn)?.jobId };
    }),
    usage: [live.hostUsage, live.environmentUsage(computeEnvironmentArn(SCOPE, "ce"))],
  };
}

function jobContents(live: LiveState["jobs"], jobId: string) {
  const job = live.find(SCOPE, jobId);
  if (job === undefined) return { jobId };
  const { status, queuePosition, attemptCount, activeAttempt, parent, childIndex } = job;
  const array = live.arrayOf(job);
  const nodes = live.nodesOf(job);
  return {
    jobId,
    status,
    queuePosition,
    attemptCount,
    activeAttempt,
    parent: parent?.jobId,
    childIndex,
    resources: job.resources,
    attemptDurationSeconds: job.attemptDurationSeconds,
    standing: live.standingOf(job),
    // Of children nobody asks.
    isStopRequested: parent === undefined && live.isStopRequested(job),
    array: array && {
      unspawned: array.unspawned,
      children: Array.from({ length: array.size }, (_, index) => [
        array.isSpawned(index),
        array.endOf(index),
      ]),
      live: new Set(array.liveChildren.keys()),
      hasRunnable: array.hasRunnable,
      isOver: array.isOver,
      hasFailed: array.hasFailed,
    },
    nodes: nodes && { ...nodes, active: new Set(nodes.active.keys()) },
  };
}

function checkAttempts({ job, progress, attempts }: StoredJob): void {
  const { jobId, retryStrategy } = job;
  const { status } = progress;
  assert(
    attempts.every(({ number }, index) => number === index + 1),
    `${jobId} has attempts that are not numbered from 1`,
  );
  assert(attempts.length <= retryStrategy.attempts, `${jobId} makes too many attempts`);
  assert(
    attempts.slice(0, -1).every(({ outcome }) => outcome !== undefined),
    `${jobId} runs two attempts`,
  );
  const isUnderWay = status === "STARTING" || status === "RUNNING";
  const isOpen = attempts.length > 0 && attempts.at(-1)?.outcome === undefined;
  // The attempt of a main node may end before its job does.
  assert(
    isOpen === isUnderWay || (isUnderWay && job.nodes !== undefined),
    `${jobId} is ${status} for nothing`,
  );
  assert(
    isTerminal(status) === (progress.stoppedAtMs !== undefined),
    `${jobId} is ${status} and has a wrong end`,
  );
  assert(
    status !== "SUCCEEDED" || attempts.length > 0 || job.kind === "array",
    `${jobId} has succeeded without running`,
  );
}

function checkArray({ job, progress, childCounts }: StoredJob, children: readonly StoredJob[]): void {
  const counts = new Map<string, number>();
  for (const child of children)
    counts.set(child.progress.status, (counts.get(child.progress.status) ?? 0) + 1);
  for (const [status, count] of Object.entries(childCounts ?? {})) {
    assert(count === (counts.get(status) ?? 0), `${job.jobId} counts ${count} children in ${status}`);
  }
  const endedCount = (counts.get("SUCCEEDED") ?? 0) + (counts.get("FAILED") ?? 0);
  assert(
    !isTerminal(progress.status) || endedCount === job.arraySize,
    `${job.jobId} ends before its children`,
  );
  const isFaultless = progress.status !== "SUCCEEDED" || !counts.has("FAILED");
  assert(isFaultless, `${job.jobId} has succeeded with failed children`);
}

/** What ran had nothing left to wait for. */
async function checkDependencies(
  bench: EngineBench,
  { job, attempts }: StoredJob,
  children: readonly StoredJob[],
): Promise<void> {
  const ran = children.filter((child) => child.attempts.length > 0).map((child) => child.job.childIndex ?? 0);
  for (const { jobId, type } of job.dependsOn) {
    const awaited =
      jobId === undefined
        ? ran.filter((index) => index > 0).map((index) => `${job.jobId}:${index - 1}`)
        : type === "N_TO_N"
          ? ran.map((index) => `${jobId}:${index}`)
          : ran.length + attempts.length > 0
            ? [jobId]
            : [];
    for (const target of await bench.store.readJobs(SCOPE, awaited)) {
      const hasSucceeded = target.progress.status === "SUCCEEDED";
      assert(hasSucceeded, `${job.jobId} ran before ${target.job.jobId} had succeeded`);
    }
  }
}
