import { expect, onTestFinished, test } from "vitest";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import { JOB_STATUSES } from "../../src/batch/job.ts";
import { DEFAULT_CAPACITY } from "../../src/engine/engine.ts";
import { SeededRandom } from "../../src/lib/seeded-random.ts";
import { sequentialIds } from "../../src/lib/sequential-ids.ts";
import { SimulatedProvider } from "../../src/providers/simulated/simulated-provider.ts";
import { CatalogueSupply } from "../../src/scheduler/scaling/catalogue-supply.ts";
import { ObservedStore } from "../../src/simulator/observed-store.ts";
import { FAULTS } from "../../src/simulator/scenarios/faults.ts";
import { CALM_PROVIDER } from "../../src/simulator/scenarios/plain.ts";
import { SCOPE, ServerLife } from "../../src/simulator/server-life.ts";
import { Simulation } from "../../src/simulator/simulation.ts";
import { VirtualTime } from "../../src/simulator/virtual-time.ts";
import type { Change } from "../../src/store/change.ts";
import { MemoryStore } from "../../src/store/memory/memory-store.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { SILENT } from "../support/engine-parts.ts";
import { temporaryStorePath } from "../support/temporary-store.ts";

const CONTEXT = {
  scope: SCOPE,
  principal: `arn:aws:iam::${SCOPE.accountId}:root`,
  requestId: "00000000-0000-4000-8000-000000000000",
};
/** In the middle of a run: while jobs run and wait. */
const STEPS = 8_000;

/** The commits of a run, in order. */
async function recordedRun(): Promise<readonly (readonly Change[])[]> {
  const commits: (readonly Change[])[] = [];
  const record = (changes: readonly Change[]): readonly Change[] => {
    commits.push(structuredClone(changes));
    return changes;
  };
  await new Simulation({
    // Nothing is removed meanwhile: that is no commit.
    scenario: {
      ...FAULTS,
      size: { jobCount: 2_000, instanceCount: 5, hours: 4 },
      retentionMs: 1_000 * 3_600_000,
    },
    seed: 1,
    checkers: {},
    auditSteps: Infinity,
    stepsMax: STEPS,
    plant: record,
  }).run();
  return commits;
}

/** A server that begins on what the commits have left in the store. */
async function serverOn(store: Store, commits: readonly (readonly Change[])[]): Promise<ServerLife> {
  for (const changes of commits) await store.commit(changes);
  const time = new VirtualTime();
  const host = { vcpuMillis: 160_000, memoryMiB: 655_360, gpuCount: 0 };
  const random = new SeededRandom(1);
  return ServerLife.begin({
    store,
    observedStore: new ObservedStore({ store, onCommit: () => undefined }),
    provider: new SimulatedProvider({ time, random, capacity: host, habits: CALM_PROVIDER }),
    clock: time,
    ids: sequentialIds(),
    observer: SILENT,
    capacity: { ...DEFAULT_CAPACITY, supply: new CatalogueSupply(EC2_CATALOGUE, 0) },
    wake: () => undefined,
    onFailure: (error) => expect.fail(String(error)),
  });
}

/** All that the API tells of jobs, queues and environments. */
async function answersOf({ operations }: ServerLife): Promise<readonly unknown[]> {
  const { jobQueues = [] } = await operations.DescribeJobQueues({}, CONTEXT);
  const answers: unknown[] = [jobQueues, await operations.DescribeComputeEnvironments({}, CONTEXT)];
  answers.push(
    await operations.DescribeJobDefinitions({}, CONTEXT),
    await operations.ListConsumableResources({}, CONTEXT),
  );
  const lists: { readonly jobId?: string | undefined }[] = [];
  for (const { jobQueueName: jobQueue } of jobQueues) {
    answers.push(await operations.GetJobQueueSnapshot({ jobQueue: jobQueue ?? "" }, CONTEXT));
    for (const jobStatus of JOB_STATUSES) {
      const { jobSummaryList } = await operations.ListJobs(
        { jobQueue, jobStatus, maxResults: 1_000 },
        CONTEXT,
      );
      answers.push(jobSummaryList);
      lists.push(...jobSummaryList);
    }
  }
  for (const { jobId = "" } of lists) {
    const { jobs = [] } = await operations.DescribeJobs({ jobs: [jobId] }, CONTEXT);
    answers.push(jobs);
    if (jobs[0]?.arrayProperties === undefined) continue;
    const children = await operations.ListJobs({ arrayJobId: jobId, jobStatus: "SUCCEEDED" }, CONTEXT);
    const ids = children.jobSummaryList.map((child) => child.jobId ?? "");
    answers.push(children, await operations.DescribeJobs({ jobs: ids.slice(0, 100) }, CONTEXT));
  }
  return answers;
}

test(
  "a recorded history gives the same answers from SQLite as from memory",
  { timeout: 120_000 },
  async () => {
    const commits = await recordedRun();
    const memory = new MemoryStore();
    const sqlite = SqliteStore.open(temporaryStorePath());
    onTestFinished(() => sqlite[Symbol.asyncDispose]());
    const fromMemory = await answersOf(await serverOn(memory, commits));
    const fromSqlite = await answersOf(await serverOn(sqlite, commits));
    expect(fromMemory.length).toBeGreaterThan(200);
    const statuses = JSON.stringify(fromMemory).matchAll(/"status":"([A-Z]+)"/g);
    const seen = new Set(Array.from(statuses, ([, status]) => status));
    expect([...seen]).toEqual(expect.arrayContaining(["PENDING", "RUNNABLE", "RUNNING"]));
    expect(fromSqlite).toEqual(fromMemory);
    expect(await sqlite.readEvents(0, 1_000_000)).toEqual(await memory.readEvents(0, 1_000_000));
  },
);
