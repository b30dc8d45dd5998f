import type { Scenario } from "../scenario.ts";
import { environment, PLAIN, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

export const BURST: Scenario = {
  ...PLAIN,
  name: "burst",
  about: "hundreds of jobs come at once, to two queues over two environments of which one boots slowly",
  size: { jobCount: 4_000, instanceCount: 60, hours: 6 },
  resources: ({ instanceCount }) => ({
    policies: [],
    consumables: [],
    environments: [
      environment("first", { instanceCount: Math.ceil(instanceCount / 3) }),
      environment(
        "second",
        { instanceCount },
        { allocationStrategy: "BEST_FIT", instanceTypes: ["optimal"] },
      ),
    ],
    queues: [queue("plain", ["first", "second"]), queue("urgent", ["second", "first"], { priority: 10 })],
  }),
  jobs: { ...PLAIN_JOBS, queues: ["plain", "urgent"], burst: { min: 100, max: 500 } },
  capacity: { ...PLAIN_CAPACITY, bootMs: 90_000, idleMs: 300_000 },
  tickMs: 5,
};
