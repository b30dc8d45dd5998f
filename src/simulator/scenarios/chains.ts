import type { Scenario } from "../scenario.ts";
import { HOUR_MS, PLAIN, PLAIN_JOBS } from "./plain.ts";

export const CHAINS: Scenario = {
  ...PLAIN,
  name: "chains",
  about: "most jobs wait for some of the jobs before them, some of which fail",
  size: { jobCount: 2_000, instanceCount: 30, hours: 4 },
  jobs: {
    ...PLAIN_JOBS,
    burst: { min: 1, max: 30 },
    dependentPercent: 80,
    failurePercent: 10,
    attempts: { min: 1, max: 3 },
    endedByClientPercent: 5,
  },
  retentionMs: 12 * HOUR_MS,
};
