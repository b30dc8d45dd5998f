import { NO_FAULTS } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { CALM_PROVIDER, environment, HOUR_MS, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

export const STEADY: Scenario = {
  name: "steady",
  about: "single jobs come one by one, and there is room for most of them",
  size: { jobCount: 2_000, instanceCount: 40, hours: 4 },
  resources: (size) => ({
    policies: [],
    consumables: [],
    environments: [environment("main", size)],
    queues: [queue("main", ["main"])],
  }),
  jobs: PLAIN_JOBS,
  capacity: PLAIN_CAPACITY,
  provider: CALM_PROVIDER,
  faults: NO_FAULTS,
  tickMs: 1,
  handledPercent: 100,
  retentionMs: HOUR_MS,
};
