/** What a server of one's own says of its queues and capacity. */
export interface Top {
  readonly atMs: number;
  readonly outage?: string;
  readonly host: { readonly capacity?: Amounts; readonly inUse: Amounts };
  readonly jobQueues: readonly TopQueue[];
  readonly computeEnvironments: readonly TopEnvironment[];
  /** Not all where there are many: environments have the counts. */
  readonly instances: readonly TopInstance[];
  /** Not all where there are many: queues have the counts. */
  readonly shares: readonly TopShare[];
}

interface Amounts {
  readonly vcpuMillis: number;
  readonly memoryMiB: number;
  readonly gpuCount: number;
}

/** How many there are of each status. */
export type StatusCounts = Readonly<Record<string, number>>;

export interface TopQueue {
  readonly jobQueueName: string;
  readonly state: string;
  readonly status: string;
  readonly priority: number;
  readonly counts: StatusCounts;
  readonly vcpuMillis: number;
  readonly head?: { readonly jobId: string; readonly sentence: string };
  /** Present once its head is judged to block it. */
  readonly blocked?: { readonly reason: string; readonly sinceMs: number };
  readonly shares?: StatusCounts;
}

export interface TopEnvironment {
  readonly computeEnvironmentName: string;
  readonly type: string;
  readonly state: string;
  readonly status: string;
  /** Of one that is INVALID. */
  readonly statusReason?: string;
  readonly vcpuMillisInUse: number;
  readonly vcpuMillisLaunched?: number;
  readonly desiredvCpus?: number;
  readonly maxvCpus?: number;
  readonly instances?: StatusCounts;
}

export interface TopInstance {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly computeEnvironmentName: string;
  readonly isSpot: boolean;
  readonly status: string;
  readonly resources: Amounts;
  readonly free: Amounts;
  readonly attemptCount: number;
  readonly launchedAtMs: number;
  readonly leaving?: { readonly atMs?: number };
}

export interface TopShare {
  readonly jobQueueName: string;
  readonly shareIdentifier: string;
  readonly status: string;
  readonly liveCount: number;
  readonly vcpuMillis: number;
  readonly claimVcpus: number;
  readonly weight: number;
}
