import type { Scenario } from "../scenario.ts";
import { HOUR_MS, MOODY_PROVIDER, PLAIN, PLAIN_JOBS } from "./plain.ts";

export const ARRAYS: Scenario = {
  ...PLAIN,
  name: "arrays",
  about: "arrays whose children fail, are tried again, and wait for those of other arrays",
  size: { jobCount: 5_000, instanceCount: 30, hours: 4 },
  jobs: {
    ...PLAIN_JOBS,
    arrayPercent: 80,
    arraySize: { min: 2, max: 60 },
    dependentPercent: 30,
    attempts: { min: 1, max: 3 },
    endedByClientPercent: 10,
  },
  provider: MOODY_PROVIDER,
  retentionMs: 12 * HOUR_MS,
};
