import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fairsharePolicy, happening, PlanHistory } from "../../../test/support/plan-history.ts";
import type { Happening } from "../../../test/support/plan-history.ts";

/** What histories that deserve the name come to. */
const SEEN = [
  "environments-unavailable",
  "exceeds-environments",
  "exceeds-instance-types",
  "exceeds-host",
  "environments-full",
  "host-full",
  "shares-reserved",
  "exceeds-consumables",
  "consumables-unavailable",
  "a child placed",
  "a task on Fargate",
  "a job on a fresh instance",
  "several launches",
  "several shares held up",
];
const SEEN_OF_ALL = [...SEEN, "instances-starting", "nodes on instances of their own", "nodes side by side"];

interface Histories {
  readonly bootMs: readonly number[];
  readonly isIncluded: (one: Happening) => boolean;
}

/** Runs histories, in which each cycle is compared, and gives what was seen in them. */
function runHistories({ bootMs, isIncluded }: Histories): ReadonlySet<string> {
  const seen = new Set<string>();
  const happenings = fc.array(happening.filter(isIncluded), { maxLength: 60, size: "max" });
  fc.assert(
    fc.property(fc.constantFrom(...bootMs), fairsharePolicy, happenings, (boot, policy, all) => {
      const history = new PlanHistory(boot, seen);
      history.step({ kind: "change policy", policy });
      for (const one of all) history.step(one);
    }),
    { numRuns: 1000 },
  );
  return seen;
}

test("production's cycles decide what the plain scheduler decides, whatever happened before", () => {
  const seen = runHistories({ bootMs: [0], isIncluded: isAgreedOn });
  expect(SEEN.filter((one) => !seen.has(one))).toEqual([]);
}, 60_000);

/**
 * Production differs from the rules in four points; once it does not, this fails, and takes the place of the test above:
 *
 * - a definition's `schedulingPriority` counts in queues without shares, too;
 * - nodes take the instances that became idle first, not those that were launched first;
 * - a gang is not tried again in a cycle in which a job took an instance that an equal gang had counted on;
 * - a job for which one environment boots an instance has the next one launch another.
 */
test.fails("the same with gangs, instances that boot, and priorities where no shares are", () => {
  const seen = runHistories({ bootMs: [0, 60_000], isIncluded: () => true });
  expect(SEEN_OF_ALL.filter((one) => !seen.has(one))).toEqual([]);
}, 60_000);

function isAgreedOn(one: Happening): boolean {
  if (one.kind !== "submit") return true;
  return one.family !== "multi-node" && (one.queue === "fair" || one.schedulingPriority === 0);
}
