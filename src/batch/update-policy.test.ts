import { expect, test } from "vitest";
import type { UpdatePolicy } from "../model/batch.ts";
import { retireAt } from "./update-policy.ts";

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

test.each<[policy: UpdatePolicy | undefined, afterMs: number]>([
  [undefined, 30 * MINUTE_MS],
  [{}, 30 * MINUTE_MS],
  [{ terminateJobsOnUpdate: false }, 30 * MINUTE_MS],
  [{ jobExecutionTimeoutMinutes: 1 }, MINUTE_MS],
  [{ terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 7200 }, 7200 * MINUTE_MS],
  [{ terminateJobsOnUpdate: true }, 0],
  [{ terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 60 }, 0],
])("under the policy %j jobs on replaced instances end after %i ms", (updatePolicy, afterMs) => {
  expect(retireAt(updatePolicy === undefined ? {} : { updatePolicy }, NOW_MS)).toBe(NOW_MS + afterMs);
});
