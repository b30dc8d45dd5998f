import type { Scenario } from "../scenario.ts";
import { environment, HOUR_MS, MOODY_PROVIDER, PLAIN, PLAIN_CAPACITY, PLAIN_JOBS, queue } from "./plain.ts";

/** Fargate has no instances. */
export const ON_FARGATE = { minvCpus: undefined, instanceTypes: undefined, instanceRole: undefined };

export const FAULTS: Scenario = {
  ...PLAIN,
  name: "faults",
  about: "everything goes wrong now and then: crashes, full disks, lost hosts and news, a clock that jumps",
  size: { jobCount: 1_000, instanceCount: 20, hours: 6 },
  resources: (size) => ({
    policies: [],
    consumables: [
      { consumableResourceName: "licence", totalQuantity: 10 },
      { consumableResourceName: "ticket", totalQuantity: 1_000, resourceType: "NON_REPLENISHABLE" },
    ],
    environments: [
      environment("host", size, { instanceTypes: ["local.host"], maxvCpus: 60 }),
      environment("instances", size, { maxvCpus: 60 }),
      environment("fargate", size, { ...ON_FARGATE, type: "FARGATE", maxvCpus: 12 }),
      environment("fargate-spot", size, { ...ON_FARGATE, type: "FARGATE_SPOT", maxvCpus: 60 }),
    ],
    queues: [
      queue("plain", ["host", "instances"]),
      queue("urgent", ["instances", "host"], { priority: 10 }),
      queue("tasks", ["fargate", "fargate-spot"]),
      queue("spot-tasks", ["fargate-spot"], { priority: 20 }),
    ],
  }),
  jobs: {
    ...PLAIN_JOBS,
    queues: ["plain", "urgent", "tasks", "spot-tasks"],
    fargateQueues: ["tasks", "spot-tasks"],
    burst: { min: 1, max: 20 },
    arrayPercent: 10,
    arraySize: { min: 2, max: 20 },
    gangPercent: 10,
    dependentPercent: 20,
    runMs: { min: 1_000, max: 1_200_000 },
    failurePercent: 20,
    attempts: { min: 1, max: 3 },
    limitedPercent: 10,
    consumables: ["licence", "ticket"],
    consumingPercent: 10,
    endedByClientPercent: 10,
  },
  capacity: { ...PLAIN_CAPACITY, bootMs: 20_000 },
  provider: MOODY_PROVIDER,
  faults: { crashes: 10, failingCommits: 10, clockJumps: 2, hostLosses: 4, outages: 2 },
  retentionMs: 12 * HOUR_MS,
};
