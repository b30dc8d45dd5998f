import { expect, test } from "vitest";
import { retentionTask } from "./maintenance.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 1_700_000_000_000;

test.each<[what: string, counts: [jobs: number, instances: number, definitions: number], nextMs: number]>([
  ["once a minute where little is removed", [499, 499, 499], 60_000],
  ["again at once where there may be more jobs", [500, 0, 0], 0],
  ["again at once after a large array", [10_001, 0, 0], 0],
  ["again at once where there may be more instances", [0, 500, 0], 0],
  ["again at once where there may be more definitions", [0, 0, 500], 0],
])("what has had its time is removed %s", async (_what, [jobs, instances, definitions], nextMs) => {
  const asked: [what: string, beforeMs: number, limit: number][] = [];
  const answer = (what: string, count: number) => async (beforeMs: number, limit: number) => {
    asked.push([what, beforeMs, limit]);
    return count;
  };
  const store = {
    removeJobsStoppedBefore: answer("jobs", jobs),
    removeInstancesTerminatedBefore: answer("instances", instances),
    removeJobDefinitionsDeregisteredBefore: answer("definitions", definitions),
  };
  expect(await retentionTask(store, 30).run(NOW_MS, 0)).toBe(nextMs);
  expect(asked).toEqual([
    ["jobs", NOW_MS - 30 * DAY_MS, 500],
    ["instances", NOW_MS - 30 * DAY_MS, 500],
    ["definitions", NOW_MS - 180 * DAY_MS, 500],
  ]);
});
