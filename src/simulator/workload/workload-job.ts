/** A job that a workload brings: when it comes, what it asks for, how long it runs. */
export interface WorkloadJob {
  /** From the beginning of the workload. */
  readonly submitAtMs: number;
  readonly vcpuCount: number;
  /** In all, not per vCPU. */
  readonly memoryMiB: number;
  /** What it takes if nobody stops it. */
  readonly runTimeMs: number;
  /** Its attempts are stopped after so long; absent: never. */
  readonly attemptDurationSeconds?: number;
  /** The name of the job queue that it is for. */
  readonly jobQueue: string;
  readonly shareIdentifier: string;
}
