import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aJob, anAttempt, QUEUE, SCOPE, SUBMITTED } from "../../../test/support/store-examples.ts";
import { allPages } from "../../../test/support/store-pages.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { temporaryStorePath } from "../../../test/support/temporary-store.ts";

const PROGRAM = fileURLToPath(new URL("../../../test/support/commit-until-killed.ts", import.meta.url));

/** Lets the program commit, kills it after so many acknowledgements, and returns the jobs that were acknowledged. */
async function commitUntilKilled(path: string, prefix: string, commitCount: number): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, path, prefix], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const acknowledged: string[] = [];
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(...line.split(" "));
    count += 1;
    if (count === commitCount) child.kill("SIGKILL");
  }
  await closed;
  expect(child.signalCode).toBe("SIGKILL");
  return acknowledged;
}

test("kill -9 at any moment loses nothing acknowledged and leaves no commit half done", async () => {
  const kills = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(kills, async (commitCounts) => {
      const path = temporaryStorePath();
      const acknowledged: string[] = [];
      for (const [round, commitCount] of commitCounts.entries()) {
        acknowledged.push(...(await commitUntilKilled(path, `round${round}`, commitCount)));
        await using store = SqliteStore.open(path);
        const pages = await allPages((page) => store.listJobs(SCOPE, { jobQueueArn: QUEUE }, page), 1000);
        const listed = pages.flat().map(({ jobId }) => jobId);
        const stored = new Set(listed);
        expect(stored.size).toBe(listed.length);
        expect(acknowledged.filter((jobId) => !stored.has(jobId))).toEqual([]);
        expect(await store.readJobs(SCOPE, listed)).toEqual(listed.map(asCommitted));
      }
    }),
    { numRuns: 3 },
  );
});

/** Each job was submitted, placed and changed in one commit. */
function asCommitted(jobId: string) {
  const job = aJob(jobId);
  return {
    job,
    progress: { ...SUBMITTED, status: "STARTING", attemptCount: 1 },
    attempts: [anAttempt(job, 1)],
  };
}
