import { expect, test } from "vitest";
import { jobDefinitionArn } from "../../batch/arn.ts";
import type { Job } from "../../batch/job.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import type { JobFilter, PageRequest, Store } from "../store.ts";
import { aJob, QUEUE, SCOPE, submitted } from "../../../test/support/store-examples.ts";
import { allPages } from "../../../test/support/store-pages.ts";
import { openTemporaryStore, temporaryStorePath } from "../../../test/support/temporary-store.ts";
import { SqliteStore } from "./sqlite-store.ts";

const NAMES = ["align", "Align", "alignment", "sort"];

const FILTERS: readonly Omit<JobFilter, "jobQueueArn">[] = [
  ...["align", "none"].map((text) => ({ nameEquals: { text, isPrefix: false } })),
  ...["", "ali", "s"].map((text) => ({ nameEquals: { text, isPrefix: true } })),
  { definition: { by: "arn", arn: jobDefinitionArn(SCOPE, "genome", 2) } },
  { definition: { by: "name", name: "genome" } },
  { definition: { by: "name-prefix", name: "gen" } },
];

/** Names and definitions take turns; three jobs share each millisecond, and what comes later may be older. */
function jobAt(index: number): Job {
  return aJob(`${index}`, {
    jobName: NAMES[index % 4] ?? "",
    jobDefinitionArn: jobDefinitionArn(SCOPE, index % 5 === 0 ? "genome-2" : "genome", 1 + (index % 3)),
    createdAtMs: Math.floor(index / 3) % 900,
  });
}

async function submit(stores: readonly Store[], first: number, count: number, ended = false): Promise<void> {
  const progress = ended ? ({ status: "SUCCEEDED", stoppedAtMs: 1 } as const) : {};
  const changes = Array.from({ length: count }, (_, index) => submitted(jobAt(first + index), progress));
  for (const store of stores) await store.commit(changes);
}

async function listsOf(store: Store, limit: number): Promise<string[][][]> {
  const lists: string[][][] = [];
  for (const filter of FILTERS) {
    const pages = await allPages(
      (page) => store.listJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, page),
      limit,
    );
    lists.push(pages.map((page) => page.map(({ jobId }) => jobId)));
  }
  return lists;
}

/** Around the first bulk, behind two, and a commit of more than two. */
test.each([[[1_000]], [[1_000, 1]], [[700, 700, 700, 100]], [[2_100, 10]]])(
  "lists are as those of the memory store after commits of %j jobs",
  async (counts) => {
    await using memory = new MemoryStore();
    const path = temporaryStorePath();
    {
      await using store = SqliteStore.open(path);
      let first = 0;
      for (const count of counts) {
        await submit([memory, store], first, count);
        first += count;
      }
      expect(await listsOf(store, 250)).toEqual(await listsOf(memory, 250));
      await submit([memory, store], first, 5);
    }
    await using reopened = SqliteStore.open(path);
    expect(await listsOf(reopened, 5_000)).toEqual(await listsOf(memory, 5_000));
  },
  20_000,
);

test("jobs are listed that have the keys of removed ones that were indexed", async () => {
  await using memory = new MemoryStore();
  await using store = openTemporaryStore();
  await submit([memory, store], 0, 990);
  await submit([memory, store], 990, 30, true);
  for (const one of [memory, store]) expect(await one.removeJobsStoppedBefore(2, 100)).toBe(30);
  await submit([memory, store], 2_000, 10);
  expect(await listsOf(store, 250)).toEqual(await listsOf(memory, 250));
}, 20_000);

test("jobs are listed that come after a rejected commit that would have indexed them", async () => {
  await using memory = new MemoryStore();
  await using store = openTemporaryStore();
  await submit([memory, store], 0, 990);
  const many = Array.from({ length: 30 }, (_, index) => submitted(jobAt(2_000 + index)));
  const unwritable = aJob("unwritable", { tags: { a: 1n as unknown as string } });
  await expect(store.commit([...many, submitted(unwritable)])).rejects.toThrow(TypeError);
  await submit([memory, store], 990, 5);
  expect(await listsOf(store, 250)).toEqual(await listsOf(memory, 250));
}, 20_000);

test.each(FILTERS)("pages of %j show each job once while the index catches up", async (filter) => {
  await using store = openTemporaryStore();
  await submit([store], 0, 900);
  const list = (page: PageRequest) => store.listJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, page);
  const there = (await allPages(list, 1_000)).flat().map(({ jobId }) => jobId);
  let first = 1_000;
  const pages = await allPages(list, 200, async () => {
    await submit([store], first, 60);
    first += 60;
  });
  const shown = pages.flat().map(({ jobId }) => jobId);
  expect(new Set(shown).size).toBe(shown.length);
  const wasThere = new Set(there);
  expect(shown.filter((jobId) => wasThere.has(jobId))).toEqual(there);
});
