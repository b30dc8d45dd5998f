import type { Scenario } from "../scenario.ts";
import { environment, MOODY_PROVIDER, PLAIN, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

export const GANGS: Scenario = {
  ...PLAIN,
  name: "gangs",
  about: "multi-node jobs that need whole instances, among single ones",
  size: { jobCount: 1_000, instanceCount: 40, hours: 6 },
  resources: (size) => ({
    policies: [],
    consumables: [],
    environments: [environment("main", size)],
    queues: [queue("main", ["main"]), queue("urgent", ["main"], { priority: 10 })],
  }),
  jobs: {
    ...PLAIN_JOBS,
    queues: ["main", "urgent"],
    burst: { min: 1, max: 10 },
    gangPercent: 50,
    gangSize: { min: 2, max: 8 },
    attempts: { min: 1, max: 3 },
    failurePercent: 10,
    endedByClientPercent: 10,
  },
  capacity: { ...PLAIN_CAPACITY, bootMs: 30_000 },
  provider: MOODY_PROVIDER,
};
