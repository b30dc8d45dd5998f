import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fairsharePolicy, happening } from "../../../test/support/happening.ts";
import { PlanHistory } from "../../../test/support/plan-history.ts";

/** What histories that deserve the name come to. */
const SEEN = [
  "environments-unavailable",
  "multi-node-unsupported",
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
  "instances-starting",
  "nodes on instances of their own",
  "nodes side by side",
];
/** Runs histories, in which each cycle is compared, and gives what was seen in them. */
function runHistories(): ReadonlySet<string> {
  const seen = new Set<string>();
  const happenings = fc.array(happening, { maxLength: 60, size: "max" });
  fc.assert(
    fc.property(fc.constantFrom(0, 60_000), fairsharePolicy, happenings, (bootMs, policy, all) => {
      const history = new PlanHistory(bootMs, seen);
      history.step({ kind: "change policy", policy });
      for (const one of all) history.step(one);
    }),
    { numRuns: 1500 },
  );
  return seen;
}

test("production's cycles decide what the plain scheduler decides, whatever happened before", () => {
  const seen = runHistories();
  expect(SEEN.filter((one) => !seen.has(one))).toEqual([]);
}, 60_000);
