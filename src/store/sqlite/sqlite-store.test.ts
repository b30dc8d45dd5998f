import { expect, test } from "vitest";
import { testStoreContract } from "../store-contract.ts";
import { aJob, SCOPE, SUBMITTED, submitted } from "../../../test/support/store-examples.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { openTemporaryStore, temporaryStorePath } from "../../../test/support/temporary-store.ts";
import { loadStore } from "../../../test/support/load-store.ts";

testStoreContract("SqliteStore", openTemporaryStore);

test("a rejected commit leaves nothing behind that later ones build on", async () => {
  const path = temporaryStorePath();
  const unwritable = aJob("0", { tags: { a: 1n as unknown as string } });
  const jobs = ["rejected", "another", "rejected"].map((queue, index) =>
    aJob(`${index + 1}`, {
      jobQueueArn: `arn of ${queue}`,
      retryStrategy: { attempts: 7, evaluateOnExit: [] },
    }),
  );
  const [first = unwritable] = jobs;
  {
    await using store = SqliteStore.open(path);
    await expect(store.commit([submitted(first), submitted(unwritable)])).rejects.toThrow(TypeError);
    for (const job of jobs.toReversed()) await store.commit([submitted(job)]);
  }
  await using store = SqliteStore.open(path);
  const expected = jobs.map((job) => ({ job, progress: SUBMITTED, attempts: [] }));
  expect(await store.readJobs(SCOPE, ["0", "1", "2", "3"])).toEqual(expected);
  expect((await loadStore(store)).liveJobs.map(({ jobQueueArn }) => jobQueueArn)).toEqual([
    "arn of rejected",
    "arn of another",
    "arn of rejected",
  ]);
});
