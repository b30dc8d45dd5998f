import { schedulingPolicyArn } from "../../batch/arn.ts";
import type { Scenario } from "../scenario.ts";
import { SCOPE } from "../server-life.ts";
import { FAULTS, ON_FARGATE } from "./faults.ts";
import { environment, HOUR_MS, PLAIN, queue } from "./plain.ts";

const FAIR = { schedulingPolicyArn: schedulingPolicyArn(SCOPE, "by-team") };

export const CHANGES: Scenario = {
  ...PLAIN,
  name: "changes",
  about:
    "environments, queues, policies and consumables are made, changed and deleted meanwhile, with all faults",
  size: { jobCount: 400, instanceCount: 8, hours: 3 },
  resources: (size) => ({
    policies: [{ name: "by-team" }, { name: "by-project", fairsharePolicy: { shareDecaySeconds: 3_600 } }],
    consumables: [
      { consumableResourceName: "licence", totalQuantity: 10 },
      { consumableResourceName: "ticket", totalQuantity: 400, resourceType: "NON_REPLENISHABLE" },
    ],
    environments: [
      environment("demand", size, { allocationStrategy: "BEST_FIT_PROGRESSIVE", maxvCpus: 60 }),
      environment("best-fit", size, { allocationStrategy: "BEST_FIT", minvCpus: 8, maxvCpus: 30 }),
      environment("spot", size, {
        type: "SPOT",
        allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED",
        instanceTypes: ["m5", "c5"],
      }),
      environment("host", size, { instanceTypes: ["local.host"], maxvCpus: 30 }),
      { computeEnvironmentName: "own-machines", type: "UNMANAGED", serviceRole: "batch-service" },
      environment("fargate", size, { ...ON_FARGATE, type: "FARGATE", maxvCpus: 12 }),
      environment("fargate-spot", size, { ...ON_FARGATE, type: "FARGATE_SPOT", maxvCpus: 30 }),
    ],
    queues: [
      queue("plain", ["demand", "best-fit", "spot"]),
      queue("urgent", ["demand", "own-machines"], { priority: 10 }),
      queue("shared", ["spot", "demand", "host"], FAIR),
      queue("tasks", ["fargate", "fargate-spot"], { ...FAIR, priority: 5 }),
      queue("spot-tasks", ["fargate-spot", "fargate"]),
    ],
  }),
  jobs: {
    ...FAULTS.jobs,
    queues: ["plain", "urgent", "shared", "tasks", "spot-tasks"],
    fargateQueues: ["tasks", "spot-tasks"],
    shares: ["team-a", "team-b", "team-c", "other"],
    shareQueues: ["shared", "tasks"],
    schedulingPriorities: [0, 1, 5],
    vcpuCounts: [1, 1, 2, 4, 8],
  },
  changes: { perHour: 60 },
  capacity: { bootMs: 20_000, idleMs: 60_000, spotNoticeMs: 120_000, isMarketMoving: true },
  provider: FAULTS.provider,
  faults: FAULTS.faults,
  retentionMs: 12 * HOUR_MS,
};
