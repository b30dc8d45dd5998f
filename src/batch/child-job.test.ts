import { describe, expect, test } from "vitest";
import { ENGINE_CAUSE } from "./cause.ts";
import { childCountOf, childJobId, parseChildJobId, unspawnedProgress } from "./child-job.ts";

const PARENT = "1e2d3c4b-0000-4000-8000-000000000001";

describe("parseChildJobId", () => {
  test.each([
    [`${PARENT}:0`, { parentJobId: PARENT, kind: "array-child", index: 0 }],
    [`${PARENT}:9999`, { parentJobId: PARENT, kind: "array-child", index: 9999 }],
    [`${PARENT}#12`, { parentJobId: PARENT, kind: "node", index: 12 }],
  ] as const)("takes %s apart, and childJobId forms it again", (jobId, parsed) => {
    expect(parseChildJobId(jobId)).toEqual(parsed);
    const kind = parsed.kind === "array-child" ? "array" : "multi-node";
    expect(childJobId({ kind, jobId: PARENT }, parsed.index)).toBe(jobId);
  });

  test.each([
    PARENT,
    "",
    ":1",
    `${PARENT}:`,
    `${PARENT}:01`,
    `${PARENT}:-1`,
    `${PARENT}:1.5`,
    `${PARENT}:1:2`,
  ])("takes %j for the id of no child", (jobId) => {
    expect(parseChildJobId(jobId)).toBeUndefined();
  });
});

test.each([
  [{ arraySize: 7 }, 7],
  [{ nodes: { count: 3, main: 0 } }, 3],
  [{}, 0],
])("%j has %i children", (family, count) => {
  expect(childCountOf(family)).toBe(count);
});

describe("unspawnedProgress", () => {
  const parent = { queuePosition: 5, attemptCount: 0, isCancelled: false, isTerminated: false };
  const child = { queuePosition: 5, attemptCount: 0, isCancelled: false, isTerminated: false };

  test("is the parent's status while its children have none of their own", () => {
    expect(unspawnedProgress({ ...parent, status: "SUBMITTED" })).toEqual({ ...child, status: "SUBMITTED" });
  });

  test("is that of all children that are not spawned, with nothing that is the parent's alone", () => {
    const waiting = { ...parent, status: "PENDING", statusReason: "of the parent" } as const;
    expect(unspawnedProgress({ ...waiting, unspawned: { status: "RUNNABLE" } })).toEqual({
      ...child,
      status: "RUNNABLE",
    });
  });

  test("says why and when they ended together, and who wanted it", () => {
    const flags = { isCancelled: true, stoppedBy: ENGINE_CAUSE };
    const unspawned = { status: "FAILED", statusReason: "enough", stoppedAtMs: 7 } as const;
    expect(unspawnedProgress({ ...parent, ...flags, status: "PENDING", unspawned })).toEqual({
      ...child,
      ...flags,
      ...unspawned,
    });
  });
});
