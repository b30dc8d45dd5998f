import type { CreateComputeEnvironmentRequest, CreateJobQueueRequest } from "../../model/batch.ts";
import type { ProviderHabits } from "../../providers/simulated/simulated-provider.ts";
import { INSTANCE, NO_FAULTS } from "../scenario.ts";
import type { CapacityHabits, JobMix, Scenario, ScenarioSize } from "../scenario.ts";

/** Jobs as scenarios have them that say nothing else: single ones of seconds to minutes, all of which succeed. */
export const PLAIN_JOBS: JobMix = {
  queues: ["main"],
  fargateQueues: [],
  shares: [],
  schedulingPriorities: [],
  burst: { min: 1, max: 1 },
  arrayPercent: 0,
  arraySize: { min: 2, max: 100 },
  gangPercent: 0,
  gangSize: { min: 2, max: 4 },
  dependentPercent: 0,
  vcpuCounts: [1, 2, 4],
  memoryMiB: { min: 256, max: 4_096 },
  runMs: { min: 5_000, max: 600_000 },
  failurePercent: 0,
  attempts: { min: 1, max: 1 },
  limitedPercent: 0,
  consumables: [],
  consumingPercent: 0,
  endedByClientPercent: 0,
};

/** A provider on which nothing goes wrong. */
export const CALM_PROVIDER: ProviderHabits = {
  startMs: { min: 100, max: 3_000 },
  slowStartPercent: 0,
  slowStartMs: { min: 10_000, max: 120_000 },
  startFailurePercent: 0,
  runMs: { min: 5_000, max: 600_000 },
  failurePercent: 0,
  stubbornPercent: 0,
  lateNewsPercent: 0,
  lateNewsMs: { min: 1, max: 10_000 },
  silentNewsPercent: 0,
  repeatedNewsPercent: 0,
};

/** A provider on which everything goes wrong now and then. */
export const MOODY_PROVIDER: ProviderHabits = {
  ...CALM_PROVIDER,
  slowStartPercent: 5,
  startFailurePercent: 3,
  failurePercent: 10,
  stubbornPercent: 30,
  lateNewsPercent: 5,
  silentNewsPercent: 5,
  repeatedNewsPercent: 5,
};

export const PLAIN_CAPACITY: CapacityHabits = {
  bootMs: 0,
  idleMs: 60_000,
  spotNoticeMs: 120_000,
  isMarketMoving: false,
};

export const HOUR_MS = 3_600_000;

/** What scenarios are like that say nothing else: one queue over one environment, and nothing goes wrong. */
export const PLAIN: Omit<Scenario, "name" | "about" | "size"> = {
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

/** A managed environment of instances of one type, as large as the host unless a part of it is given. */
export function environment(
  name: string,
  { instanceCount }: Pick<ScenarioSize, "instanceCount">,
  overrides: Partial<NonNullable<CreateComputeEnvironmentRequest["computeResources"]>> = {},
): CreateComputeEnvironmentRequest {
  return {
    computeEnvironmentName: name,
    type: "MANAGED",
    computeResources: {
      type: "EC2",
      minvCpus: 0,
      maxvCpus: instanceCount * INSTANCE.vcpuCount,
      instanceTypes: ["m5.2xlarge"],
      subnets: ["subnet-0"],
      securityGroupIds: ["sg-0"],
      instanceRole: "ecsInstanceRole",
      ...overrides,
    },
  };
}

export function queue(
  name: string,
  environments: readonly string[],
  overrides: Partial<CreateJobQueueRequest> = {},
): CreateJobQueueRequest {
  const computeEnvironmentOrder = environments.map((computeEnvironment, index) => ({
    order: index + 1,
    computeEnvironment,
  }));
  return { jobQueueName: name, priority: 1, computeEnvironmentOrder, ...overrides };
}
