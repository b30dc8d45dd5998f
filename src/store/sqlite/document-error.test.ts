import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { loadStore } from "../../../test/support/load-store.ts";
import {
  aComputeEnvironment,
  aJob,
  aJobQueue,
  anAttempt,
  SCOPE,
  submitted,
} from "../../../test/support/store-examples.ts";
import { ARRAY, childKey, putChild } from "../../../test/support/child-examples.ts";
import { temporaryStorePath } from "../../../test/support/temporary-store.ts";
import { StoreOpenError } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";

/** What a store says of itself after somebody has changed it by this statement. */
async function readAfter(statement: string): Promise<unknown> {
  const path = temporaryStorePath();
  {
    await using store = SqliteStore.open(path);
    await store.commit([
      { kind: "compute-environment-put", computeEnvironment: aComputeEnvironment("environment") },
      { kind: "job-queue-put", jobQueue: aJobQueue("queue") },
      submitted(aJob("job-1")),
      submitted(ARRAY),
      putChild(ARRAY, 2),
      { kind: "attempt-put", attempt: anAttempt(childKey(ARRAY, 2), 1) },
    ]);
  }
  {
    using database = new DatabaseSync(path);
    database.exec(statement);
  }
  await using store = SqliteStore.open(path);
  const read = async () => [await loadStore(store), await store.readJobs(SCOPE, ["job-1", "array:2"])];
  return await read().catch((error: unknown) => error);
}

test("what nobody has changed is read", async () => {
  expect(await readAfter("SELECT 1")).toHaveLength(2);
});

test.each<[statement: string, place: string]>([
  [
    "UPDATE compute_environments SET document = '{'",
    'document of compute_environments "123456789012/eu-west-1 environment"',
  ],
  ["UPDATE job_queues SET document = ''", 'document of job_queues "123456789012/eu-west-1 queue"'],
  ["UPDATE jobs SET stopped_by = 'me'", 'stopped_by of jobs "job-1"'],
  ["UPDATE job_documents SET document = 'x'", 'document of job_documents "job-1"'],
  ["UPDATE jobs SET unspawned = 'x' WHERE child_count > 0", 'unspawned of jobs "array"'],
  ["UPDATE child_jobs SET stopped_by = 'me'", 'stopped_by of child_jobs "array 2"'],
  ["UPDATE attempts SET document = 'x'", 'document of attempts "array 2 1"'],
])("after %s it names the place and says how to go on", async (statement, place) => {
  const error = await readAfter(statement);
  expect(error).toBeInstanceOf(StoreOpenError);
  expect((error as Error).message).toContain(`${place} is no JSON`);
  expect((error as Error).message).toContain("Restore the folder from a backup");
});
