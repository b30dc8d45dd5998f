import { NO_FAULTS } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { environment, PLAIN, PLAIN_JOBS, queue } from "./plain.ts";

export const SPOT: Scenario = {
  ...PLAIN,
  name: "spot",
  about:
    "Spot capacity on what is left idle: taken back when jobs on demand need the room, at prices that move",
  size: { jobCount: 3_000, instanceCount: 20, hours: 6 },
  resources: (size) => ({
    policies: [],
    consumables: [],
    environments: [
      environment("demand", size),
      environment("spot", size, {
        type: "SPOT",
        allocationStrategy: "SPOT_CAPACITY_OPTIMIZED",
        bidPercentage: 60,
        instanceTypes: ["m5", "c5"],
      }),
    ],
    queues: [queue("cheap", ["spot"]), queue("urgent", ["demand"], { priority: 10 })],
  }),
  jobs: {
    ...PLAIN_JOBS,
    queues: ["cheap", "cheap", "urgent"],
    burst: { min: 1, max: 40 },
    attempts: { min: 2, max: 5 },
  },
  capacity: { bootMs: 30_000, idleMs: 60_000, spotNoticeMs: 120_000, isMarketMoving: true },
  faults: { ...NO_FAULTS, hostLosses: 6 },
};
