import { expect, test } from "vitest";
import { cancelJob } from "../api/services/batch/operations/cancel-job.ts";
import { openBatchServices } from "../../test/support/batch-services.ts";
import { aComputeEnvironment, aJob, aJobQueue, SCOPE } from "../../test/support/builders.ts";
import { NO_SURROUNDINGS, SILENT } from "../../test/support/engine-parts.ts";
import { RecordingProvider } from "../../test/support/recording-provider.ts";
import { sequentialIds } from "../lib/sequential-ids.ts";
import { createEngine } from "./engine.ts";
import { tick } from "./tick.ts";

const JOB_COUNT = 400;
const CONTEXT = { scope: SCOPE, principal: "arn:aws:iam::123456789012:root", requestId: "request" };

test("a job is either cancelled or started, however the two race", async () => {
  const services = await openBatchServices();
  const { sequencer, store } = services;
  const jobs = Array.from({ length: JOB_COUNT }, (_, index) => aJob(`job-${index}`).at(index + 1));
  const things = [aComputeEnvironment("ce"), aJobQueue("q", ["ce"]), ...jobs];
  await sequencer.decide(() => ({ changes: things.flatMap((thing) => thing.changes()), answer: 0 }));

  // Room for twenty at a time: each tick starts some of them while cancellations are under way.
  const provider = new RecordingProvider();
  provider.host = { vcpuMillis: 20_000, memoryMiB: 65_536, gpuCount: 0 };
  const parts = { ids: sequentialIds(), observer: SILENT, surroundings: NO_SURROUNDINGS };
  const engine = createEngine({ sequencer, store, provider, ...parts });
  const cancel = cancelJob(services);
  const cancellations: Promise<unknown>[] = [];
  for (let round = 0; round * 20 < JOB_COUNT; round += 1) {
    // Some that wait far behind, and those that the tick is about to start.
    const cancelSome = (from: number): void => {
      for (let count = 0; count < 10; count += 1) {
        const index = (from + count * 7) % JOB_COUNT;
        cancellations.push(cancel({ jobId: `job-${index}`, reason: "not needed" }, CONTEXT));
      }
    };
    cancelSome(round * 20);
    const ticking = tick(engine, { nowMs: 1_000 + round, monotonicMs: round });
    cancelSome(round * 20 + 30);
    await ticking;
    for (const { jobId } of provider.specs.slice(-20)) {
      provider.ends(jobId, 2_000, { kind: "exited", exitCode: 0 });
    }
  }
  await Promise.all(cancellations);

  const started = new Set(provider.specs.map(({ jobId }) => jobId));
  const stored = [];
  for (let from = 0; from < JOB_COUNT; from += 100) {
    stored.push(
      ...(await store.readJobs(
        SCOPE,
        jobs.slice(from, from + 100).map(({ job }) => job.jobId),
      )),
    );
  }
  const cancelled = stored.filter(({ progress }) => progress.isCancelled);
  expect(cancelled.filter(({ job, attempts }) => started.has(job.jobId) || attempts.length > 0)).toEqual([]);
  expect(stored.filter(({ job, attempts }) => started.has(job.jobId) !== attempts.length > 0)).toEqual([]);
  expect(cancelled.every(({ progress }) => progress.stoppedBy?.requestId === "request")).toBe(true);
  expect(cancelled.length).toBeGreaterThan(50);
  expect(started.size).toBeGreaterThan(50);
  expect(provider.specs).toHaveLength(started.size);
});
