import { NO_FAULTS } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { CALM_PROVIDER, environment, HOUR_MS, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

export const CHAINS: Scenario = {
  name: "chains",
  about: "most jobs wait for some of the jobs before them, some of which fail",
  size: { jobCount: 2_000, instanceCount: 30, hours: 4 },
  resources: (size) => ({
    policies: [],
    consumables: [],
    environments: [environment("main", size)],
    queues: [queue("main", ["main"])],
  }),
  jobs: {
    ...PLAIN_JOBS,
    burst: { min: 1, max: 30 },
    dependentPercent: 80,
    failurePercent: 10,
    attempts: { min: 1, max: 3 },
    endedByClientPercent: 5,
  },
  capacity: PLAIN_CAPACITY,
  provider: CALM_PROVIDER,
  faults: NO_FAULTS,
  tickMs: 1,
  handledPercent: 100,
  retentionMs: 12 * HOUR_MS,
};
