import type {
  CreateComputeEnvironmentRequest,
  CreateConsumableResourceRequest,
  CreateJobQueueRequest,
  CreateSchedulingPolicyRequest,
} from "../model/batch.ts";
import type { ProviderHabits, Range } from "../providers/simulated/simulated-provider.ts";

/** A world and what happens in it, before chance has its say: one declaration for each name. */
export interface Scenario {
  readonly name: string;
  /** One line for whoever chooses. */
  readonly about: string;
  readonly size: ScenarioSize;
  readonly resources: (size: ScenarioSize) => ScenarioResources;
  readonly jobs: JobMix;
  /** Absent: what is made before the first job comes stays as it is. */
  readonly changes?: ChangeHabits;
  readonly capacity: CapacityHabits;
  readonly provider: ProviderHabits;
  readonly faults: FaultRates;
  /** How long the engine is busy with one tick: what happens meanwhile is seen by the next. */
  readonly tickMs: number;
  /** Of a hundred submissions so many go through the handler, as JSON; the others call the operation. */
  readonly handledPercent: number;
  /** Ended jobs are removed after so long. */
  readonly retentionMs: number;
}

export interface ScenarioSize {
  readonly jobCount: number;
  /** The host has room for as many instances of `INSTANCE`. */
  readonly instanceCount: number;
  /** Over which jobs come. */
  readonly hours: number;
}

/** What an instance stands for where a host is measured in instances: an m5.2xlarge. */
export const INSTANCE = { vcpuCount: 8, memoryMiB: 32_768 };

/** What is made before the first job comes, in this order. */
export interface ScenarioResources {
  readonly policies: readonly CreateSchedulingPolicyRequest[];
  readonly environments: readonly CreateComputeEnvironmentRequest[];
  readonly queues: readonly CreateJobQueueRequest[];
  readonly consumables: readonly CreateConsumableResourceRequest[];
}

/** What jobs are like. Parts are in so many of a hundred. */
export interface JobMix {
  /** Chosen among evenly, as all lists here are. */
  readonly queues: readonly string[];
  /** Those of them whose environments are of Fargate; multi-node jobs go to the first queue instead. */
  readonly fargateQueues: readonly string[];
  /** Empty: jobs have no share. */
  readonly shares: readonly string[];
  /** Those of the queues whose jobs have them; absent: all. */
  readonly shareQueues?: readonly string[];
  /** Empty: none. */
  readonly schedulingPriorities: readonly number[];
  /** Jobs that come at the same moment. */
  readonly burst: Range;
  readonly arrayPercent: number;
  readonly arraySize: Range;
  readonly gangPercent: number;
  readonly gangSize: Range;
  /** Jobs that wait for the ones before them, at most three. */
  readonly dependentPercent: number;
  readonly vcpuCounts: readonly number[];
  readonly memoryMiB: Range;
  readonly runMs: Range;
  /** Attempts that fail by themselves. */
  readonly failurePercent: number;
  readonly attempts: Range;
  /** Jobs with a limit on the duration of an attempt, of a minute. */
  readonly limitedPercent: number;
  /** Names of resources of which a job needs one. */
  readonly consumables: readonly string[];
  readonly consumingPercent: number;
  /** Jobs that somebody cancels or terminates. */
  readonly endedByClientPercent: number;
}

/** What administrators do while jobs run. */
export interface ChangeHabits {
  /** How often they change something, on average, in an hour. */
  readonly perHour: number;
}

/** How environments get and lose their instances. */
export interface CapacityHabits {
  readonly bootMs: number;
  readonly idleMs: number;
  readonly spotNoticeMs: number;
  /** Whether prices and depths of Spot capacity change. */
  readonly isMarketMoving: boolean;
}

/** How often what goes wrong, on average, in an hour. 0: never. */
export interface FaultRates {
  readonly crashes: number;
  readonly failingCommits: number;
  readonly clockJumps: number;
  readonly hostLosses: number;
  readonly outages: number;
}

export const NO_FAULTS: FaultRates = {
  crashes: 0,
  failingCommits: 0,
  clockJumps: 0,
  hostLosses: 0,
  outages: 0,
};
