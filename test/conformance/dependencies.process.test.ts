import { readFileSync } from "node:fs";
import type { JobDependency, JobDetail } from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { clientException, refusalOf } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });
const UNKNOWN_ID = "1e2d3c4b-0000-4000-8000-000000000001";
const EXITED = "Essential container in task exited";
const LOST = { status: "FAILED", statusReason: "Dependent Job failed", attemptCount: 0 };

function endOf({ status, statusReason, attempts = [] }: JobDetail) {
  return { status, statusReason, attemptCount: attempts.length };
}

function after(...jobIds: readonly string[]): { readonly dependsOn: JobDependency[] } {
  return { dependsOn: jobIds.map((jobId) => ({ jobId })) };
}

/** Shell text that notes which child has come that far. */
function note(journal: string): string {
  return `echo "$AWS_BATCH_JOB_ARRAY_INDEX" >>'${used.path(journal)}'`;
}

describe.concurrent("a job with dependencies", () => {
  test("16.16 is PENDING while one of them has not ended, and runs when all have succeeded", async () => {
    const done = await used.jobs.run(["true"]);
    const open = await used.jobs.submit(used.waitAt("open"));
    const jobId = await used.jobs.submit(["true"], after(done.jobId ?? "", open));
    const pending = await used.jobs.reached(jobId, "PENDING");
    expect(pending.dependsOn).toEqual([{ jobId: done.jobId }, { jobId: open }]);
    used.open("open");
    const job = await used.jobs.ended(jobId);
    expect(endOf(job)).toEqual({ status: "SUCCEEDED", statusReason: EXITED, attemptCount: 1 });
    const before = await used.jobs.describe(open);
    expect(job.startedAt).toBeGreaterThanOrEqual(before.stoppedAt ?? Infinity);
  });

  test("16.17 fails with one of them, without an attempt, and so do those behind it", async () => {
    const open = await used.jobs.submit(`${used.waitAt("fails")}; exit 1`);
    const second = await used.jobs.submit(["true"], after(open));
    const third = await used.jobs.submit(["true"], after(second));
    used.open("fails");
    for (const jobId of [second, third]) {
      const job = await used.jobs.ended(jobId);
      expect(endOf(job)).toEqual(LOST);
      expect([job.startedAt, job.stoppedAt]).toEqual([undefined, expect.any(Number)]);
    }
    expect(endOf(await used.jobs.describe(await used.jobs.submit(["true"], after(open))))).toEqual(LOST);
  });

  test("that is cancelled ends when they have", async () => {
    const open = await used.jobs.submit(used.waitAt("cancelled"));
    const jobId = await used.jobs.submit(["true"], after(open));
    await used.jobs.reached(jobId, "PENDING");
    await used.batch.cancelJob({ jobId, reason: "not wanted" });
    const { status, isCancelled, statusReason } = await used.jobs.describe(jobId);
    expect({ status, isCancelled, statusReason }).toEqual({
      status: "PENDING",
      isCancelled: true,
      statusReason: "not wanted",
    });
    used.open("cancelled");
    expect(endOf(await used.jobs.ended(jobId))).toEqual({
      status: "FAILED",
      statusReason: "not wanted",
      attemptCount: 0,
    });
  });

  test("waits for an array, or for one child of it", async () => {
    const script = `test "$AWS_BATCH_JOB_ARRAY_INDEX" = 0 || { ${used.waitAt("rest")}; }`;
    const array = await used.jobs.submit(script, { arrayProperties: { size: 2 } });
    const afterAll = await used.jobs.submit(["true"], after(array));
    const afterFirst = await used.jobs.submit(["true"], after(`${array}:0`));
    expect((await used.jobs.ended(afterFirst)).status).toBe("SUCCEEDED");
    expect((await used.jobs.describe(afterAll)).status).toBe("PENDING");
    used.open("rest");
    expect((await used.jobs.ended(afterAll)).status).toBe("SUCCEEDED");
  });
});

describe.concurrent("an array with dependencies", () => {
  test("16.34 SEQUENTIAL runs its children one after the other", async () => {
    const script = `${note("sequence")}; sleep 0.1; ${note("sequence")}`;
    const array = await used.jobs.run(script, {
      arrayProperties: { size: 4 },
      dependsOn: [{ type: "SEQUENTIAL" }],
    });
    expect(array.status).toBe("SUCCEEDED");
    expect(readFileSync(used.path("sequence"), "utf8")).toBe("0\n0\n1\n1\n2\n2\n3\n3\n");
  });

  test("16.34 SEQUENTIAL fails all children behind one that failed", async () => {
    const { jobId = "", arrayProperties } = await used.jobs.run('test "$AWS_BATCH_JOB_ARRAY_INDEX" != 1', {
      arrayProperties: { size: 4 },
      dependsOn: [{ type: "SEQUENTIAL" }],
    });
    expect(arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 1, FAILED: 3 });
    expect(endOf(await used.jobs.describe(`${jobId}:3`))).toEqual(LOST);
  });

  test("16.34 N_TO_N runs each child when that of the same index has succeeded", async () => {
    const script = `case $AWS_BATCH_JOB_ARRAY_INDEX in 0) ;; 1) exit 1;; *) ${used.waitAt("pairs")};; esac`;
    const first = await used.jobs.submit(script, { arrayProperties: { size: 3 } });
    const second = await used.jobs.submit(["true"], {
      arrayProperties: { size: 3 },
      dependsOn: [{ jobId: first, type: "N_TO_N" }],
    });
    expect((await used.jobs.ended(`${second}:0`)).status).toBe("SUCCEEDED");
    expect(endOf(await used.jobs.ended(`${second}:1`))).toEqual(LOST);
    expect((await used.jobs.describe(`${second}:2`)).status).toBe("PENDING");
    used.open("pairs");
    expect(endOf(await used.jobs.ended(second)).statusReason).toBe("Array Child Job failed");
    expect((await used.jobs.describe(`${second}:2`)).status).toBe("SUCCEEDED");
  });
});

test.each<[what: string, dependsOn: readonly JobDependency[], size: number | undefined, text: string]>([
  [
    "on a job that does not exist",
    [{ jobId: UNKNOWN_ID }],
    undefined,
    `dependsOn[0].jobId: job ${UNKNOWN_ID} not found.`,
  ],
  [
    "of children of a job that has none",
    [{ type: "SEQUENTIAL" }],
    undefined,
    "dependsOn[0].type SEQUENTIAL is for array jobs only",
  ],
  ["on nothing", [{ type: "N_TO_N" }], 2, "dependsOn[0].jobId is required"],
  [
    "21 times",
    Array.from({ length: 21 }, () => ({ jobId: UNKNOWN_ID })),
    undefined,
    "dependsOn must have at most 20 entries, got 21",
  ],
])("a dependency %s is refused", async (_what, dependsOn, size, text) => {
  const members = { dependsOn: [...dependsOn], ...(size !== undefined && { arrayProperties: { size } }) };
  expect(await refusalOf(used.jobs.submit(["true"], members))).toEqual(clientException(text));
});
