import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jobDefinitionArn, jobQueueArn } from "../batch/arn.ts";
import type { SequencedEvent } from "../batch/event.ts";
import { JOB_STATUSES } from "../batch/job.ts";
import type { Scope } from "../batch/scope.ts";
import { loadStore } from "../../test/support/load-store.ts";
import {
  CHILD_IDS,
  CONSUMABLES,
  DEFINITION_NAMES,
  JOB_IDS,
  NAMES,
  NO_CHILD_IDS,
  PREFIXES,
  QUEUES,
  SCOPES,
  SHARES,
  TIMES,
  historyStep,
} from "../../test/support/store-history.ts";
import type { HistoryStep } from "../../test/support/store-history.ts";
import { allPages } from "../../test/support/store-pages.ts";
import { temporaryStorePath } from "../../test/support/temporary-store.ts";
import { MemoryStore } from "./memory/memory-store.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import type { JobFilter, PageRequest, ServiceJobFilter, Store } from "./store.ts";

async function run(store: Store, one: HistoryStep): Promise<unknown> {
  switch (one.kind) {
    case "commit":
      return store.commit(one.changes);
    case "append-events": {
      const { lastSequence = 0 } = (await store.eventLogBounds()) ?? {};
      const { events } = one;
      return store.commit([{ kind: "events-appended", firstSequence: lastSequence + 1, events }]);
    }
    case "remove-jobs":
      return store.removeJobsStoppedBefore(one.beforeMs, one.limit);
    case "remove-definitions":
      return store.removeJobDefinitionsDeregisteredBefore(one.beforeMs, one.limit);
    case "remove-instances":
      return store.removeInstancesTerminatedBefore(one.beforeMs, one.limit);
    default:
      return one satisfies never;
  }
}

function jobFilters(of: Scope, queue: string): JobFilter[] {
  const queueArn = jobQueueArn(of, queue);
  const matches = [true, false].flatMap((isPrefix) => [...NAMES, ""].map((text) => ({ text, isPrefix })));
  const filters: Omit<JobFilter, "jobQueueArn">[] = [
    {},
    ...JOB_STATUSES.map((status) => ({ status })),
    ...matches.map((nameEquals) => ({ nameEquals })),
    ...TIMES.flatMap((ms) => [{ createdBeforeMs: ms }, { createdAfterMs: ms }]),
    ...SHARES.flatMap((shareIdentifier) => [
      { shareIdentifier },
      ...JOB_STATUSES.map((status) => ({ shareIdentifier, status })),
    ]),
    ...DEFINITION_NAMES.flatMap((one) => [
      { definition: { by: "arn", arn: jobDefinitionArn(of, one, 1) } } as const,
      { definition: { by: "name", name: one } } as const,
      { definition: { by: "name-prefix", name: one } } as const,
    ]),
  ];
  return filters.map((filter) => ({ jobQueueArn: queueArn, ...filter }));
}

function serviceJobFilters(of: Scope): ServiceJobFilter[] {
  const filters: Omit<ServiceJobFilter, "jobQueueArn">[] = [
    {},
    { status: "FAILED" },
    { nameEquals: { text: "a", isPrefix: false } },
    { nameEquals: { text: "A", isPrefix: true } },
    { createdBeforeMs: 3 },
    { createdAfterMs: 3 },
    { shareIdentifier: "blue", status: "RUNNABLE" },
  ];
  return filters.map((filter) => ({ jobQueueArn: jobQueueArn(of, "queue"), ...filter }));
}

/** The answer to every question that a store can be asked about these things. */
async function answersOf(store: Store, limit: number): Promise<unknown[]> {
  const answers: unknown[] = [await loadStore(store), await store.eventLogBounds(), await allEvents(store)];
  for (const one of NAMES) answers.push(await store.readSetting(one));
  for (const of of SCOPES) answers.push(await answersInScope(store, of, limit));
  return answers;
}

async function allEvents(store: Store): Promise<SequencedEvent[]> {
  const found: SequencedEvent[] = [];
  for (;;) {
    const next = await store.readEvents(found.length, 3);
    if (next.length === 0) return found;
    found.push(...next);
  }
}

async function answersInScope(store: Store, of: Scope, limit: number): Promise<unknown[]> {
  const lists: ((
    page: PageRequest,
  ) => Promise<{ readonly items: readonly unknown[]; readonly next?: string }>)[] = [
    (page) => store.listComputeEnvironments(of, page),
    (page) => store.listJobQueues(of, page),
    (page) => store.listJobDefinitions(of, {}, page),
    (page) => store.listJobDefinitions(of, { status: "ACTIVE" }, page),
    (page) => store.listJobDefinitions(of, { name: "d", status: "INACTIVE" }, page),
    (page) => store.listJobDefinitions(of, { name: "d" }, page),
    ...PREFIXES.map((prefix) => (page: PageRequest) => store.listLogGroups(of, prefix, page)),
    (page: PageRequest) => store.listSecrets(of, page),
    ...PREFIXES.flatMap((namePrefix) =>
      [true, false].map(
        (descending) => (page: PageRequest) =>
          store.listLogStreams(of, { groupName: "a", namePrefix, descending }, page),
      ),
    ),
    ...QUEUES.flatMap((queue) =>
      jobFilters(of, queue).map((filter) => (page: PageRequest) => store.listJobs(of, filter, page)),
    ),
    ...PREFIXES.map(
      (namePrefix) => (page: PageRequest) =>
        store.listPlainResources({ type: "quota-share", scope: of, namePrefix: `a/${namePrefix}` }, page),
    ),
    ...serviceJobFilters(of).map((filter) => (page: PageRequest) => store.listServiceJobs(of, filter, page)),
    ...CONSUMABLES.flatMap((consumableResourceArn) =>
      [{}, { status: "FAILED" } as const, { nameEquals: { text: "A", isPrefix: true } }].map(
        (filter) => (page: PageRequest) =>
          store.listJobsByConsumable({ consumableResourceArn, ...filter }, page),
      ),
    ),
    ...JOB_IDS.flatMap((jobId) =>
      [{}, ...JOB_STATUSES.map((status) => ({ status }))].map(
        (filter) => (page: PageRequest) => store.listChildJobs(of, jobId, filter, page),
      ),
    ),
  ];
  const answers: unknown[] = [
    await store.readJobs(of, [...JOB_IDS, ...CHILD_IDS, ...NO_CHILD_IDS]),
    await store.readComputeEnvironments(of, NAMES),
    await store.readJobQueues(of, NAMES),
    await store.readPlainResources("scheduling-policy", of, NAMES),
    await store.readPlainResources("consumable-resource", of, NAMES),
    await store.readServiceJobs(of, JOB_IDS),
  ];
  for (const list of lists) answers.push(await allPages(list, limit));
  for (const one of NAMES) {
    answers.push(
      await store.readInstance(of, one),
      await store.readLogGroup(of, one),
      await store.readLogStream(of, "a", one),
    );
  }
  for (const one of DEFINITION_NAMES) answers.push(await store.readJobDefinition(of, one, 1));
  return answers;
}

test("memory and SQLite give the same answers to the same history, and SQLite after it is opened again", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(historyStep, { maxLength: 15 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, limit) => {
        await using memory = new MemoryStore();
        const path = temporaryStorePath();
        {
          await using sqlite = SqliteStore.open(path);
          for (const one of steps) expect(await run(sqlite, one)).toEqual(await run(memory, one));
          expect(await answersOf(sqlite, limit)).toEqual(await answersOf(memory, limit));
        }
        await using reopened = SqliteStore.open(path);
        expect(await answersOf(reopened, limit)).toEqual(await answersOf(memory, limit));
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
