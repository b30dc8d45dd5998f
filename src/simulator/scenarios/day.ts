import type { Scenario } from "../scenario.ts";
import { CALM_PROVIDER, environment, HOUR_MS, PLAIN, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

export const DAY: Scenario = {
  ...PLAIN,
  name: "day",
  about: "a day of 10,000 instances and a million jobs: single ones and arrays, in bursts, on two queues",
  size: { jobCount: 1_000_000, instanceCount: 10_000, hours: 24 },
  resources: (size) => ({
    policies: [],
    consumables: [],
    environments: [environment("main", size)],
    queues: [queue("plain", ["main"]), queue("urgent", ["main"], { priority: 10 })],
  }),
  jobs: {
    ...PLAIN_JOBS,
    queues: ["plain", "plain", "plain", "urgent"],
    burst: { min: 1, max: 100 },
    arrayPercent: 1,
    arraySize: { min: 2, max: 100 },
    vcpuCounts: [1, 2, 4],
    memoryMiB: { min: 512, max: 8_192 },
    runMs: { min: 300_000, max: 7_200_000 },
    failurePercent: 2,
    attempts: { min: 1, max: 3 },
    endedByClientPercent: 1,
  },
  capacity: { ...PLAIN_CAPACITY, bootMs: 60_000, idleMs: 600_000 },
  provider: { ...CALM_PROVIDER, runMs: { min: 300_000, max: 7_200_000 } },
  tickMs: 1_000,
  handledPercent: 2,
  retentionMs: HOUR_MS / 2,
};
