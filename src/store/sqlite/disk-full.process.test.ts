import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { mountSmallDisk } from "../../../test/support/small-disk.ts";
import { aJob, changed, QUEUE, SCOPE, submitted } from "../../../test/support/store-examples.ts";
import { allPages } from "../../../test/support/store-pages.ts";
import { StoreWriteError } from "../store.ts";
import type { Store } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { loadStore } from "../../../test/support/load-store.ts";

/** More than fits on the disk. */
const COMMITS_MAX = 10_000;

interface StoreDisk extends Disposable {
  readonly storePath: string;
  /** Gives back the room that was taken before the store was opened. */
  makeRoom(): void;
}

/** A file system of its own, with 2 MiB of it taken. */
function mountStoreDisk(sizeMiB: number, context: TestContext): StoreDisk {
  const disk = mountSmallDisk(sizeMiB, context);
  const taken = join(disk.path, "taken");
  writeFileSync(taken, Buffer.alloc(2 * 1024 * 1024));
  return {
    storePath: join(disk.path, "batchyard.db"),
    makeRoom: () => rmSync(taken),
    [Symbol.dispose]: () => disk[Symbol.dispose](),
  };
}

/** Submits jobs, `groupSize` a commit, until one is refused; says which were acknowledged. */
async function submitUntilFull(store: Store, prefix: string, groupSize: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let commit = 0; commit < COMMITS_MAX; commit += 1) {
    const ids = Array.from({ length: groupSize }, (_, index) => `${prefix}-${commit}-${index}`);
    try {
      await store.commit(ids.map((jobId) => submitted(aJob(jobId, { jobName: `name-of-${jobId}` }))));
      acknowledged.push(...ids);
    } catch (error) {
      expect(error).toBeInstanceOf(StoreWriteError);
      expect(String(error)).toMatch(/cannot write to .*batchyard\.db: .*full/);
      return acknowledged;
    }
  }
  throw new Error("the disk was never full");
}

async function storedIds(store: Store): Promise<string[]> {
  const pages = await allPages((page) => store.listJobs(SCOPE, { jobQueueArn: QUEUE }, page), 100);
  const listed = pages.flat().map(({ jobId }) => jobId);
  const read = await store.readJobs(SCOPE, listed);
  expect(read.map(({ job }) => job.jobId)).toEqual(listed);
  const live = (await loadStore(store)).liveJobs.map(({ jobId }) => jobId);
  expect(live.sort()).toEqual(listed.toSorted());
  return listed.sort();
}

/** A single job, a few, more than SQLite writes at once; and a disk on which it has moved its WAL into the file before. */
describe.each([
  { sizeMiB: 6, groupSize: 1 },
  { sizeMiB: 6, groupSize: 7 },
  { sizeMiB: 6, groupSize: 50 },
  { sizeMiB: 26, groupSize: 200 },
])("on a full disk of $sizeMiB MiB, with commits of $groupSize", ({ sizeMiB, groupSize }) => {
  test("nothing acknowledged is lost, nothing refused is there, and with room it goes on", async (context) => {
    using disk = mountStoreDisk(sizeMiB, context);
    await using store = SqliteStore.open(disk.storePath);
    const first = await submitUntilFull(store, "first", groupSize);
    expect(first.length).toBeGreaterThan(0);
    expect(await storedIds(store)).toEqual(first.toSorted());
    // Small commits may still fit where a large one did not.
    const second = await submitUntilFull(store, "second", groupSize);
    expect(await storedIds(store)).toEqual([...first, ...second].sort());

    disk.makeRoom();
    await store.commit([submitted(aJob("third")), changed(aJob("third"), { status: "RUNNABLE" })]);
    const all = [...first, ...second, "third"].sort();
    expect(await storedIds(store)).toEqual(all);
    await store[Symbol.asyncDispose]();
    await using reopened = SqliteStore.open(disk.storePath);
    expect(await storedIds(reopened)).toEqual(all);
  });

  test("a store can be closed and opened", async (context) => {
    using disk = mountStoreDisk(sizeMiB, context);
    const store = SqliteStore.open(disk.storePath);
    const acknowledged = await submitUntilFull(store, "first", groupSize);
    await store[Symbol.asyncDispose]();
    const full = SqliteStore.open(disk.storePath);
    expect(await storedIds(full)).toEqual(acknowledged.toSorted());
    const more = await submitUntilFull(full, "second", groupSize);
    await full[Symbol.asyncDispose]();

    disk.makeRoom();
    await using roomy = SqliteStore.open(disk.storePath);
    const last = await submitUntilFull(roomy, "third", groupSize);
    expect(last.length).toBeGreaterThan(0);
    expect(await storedIds(roomy)).toEqual([...acknowledged, ...more, ...last].sort());
  });
});
