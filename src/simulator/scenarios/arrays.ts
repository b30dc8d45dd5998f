import { NO_FAULTS } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { environment, HOUR_MS, MOODY_PROVIDER, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

export const ARRAYS: Scenario = {
  name: "arrays",
  about: "arrays whose children fail, are tried again, and wait for those of other arrays",
  size: { jobCount: 5_000, instanceCount: 30, hours: 4 },
  resources: (size) => ({
    policies: [],
    consumables: [],
    environments: [environment("main", size)],
    queues: [queue("main", ["main"])],
  }),
  jobs: {
    ...PLAIN_JOBS,
    arrayPercent: 80,
    arraySize: { min: 2, max: 60 },
    dependentPercent: 30,
    attempts: { min: 1, max: 3 },
    endedByClientPercent: 10,
  },
  capacity: PLAIN_CAPACITY,
  provider: MOODY_PROVIDER,
  faults: NO_FAULTS,
  tickMs: 1,
  handledPercent: 100,
  retentionMs: 12 * HOUR_MS,
};
