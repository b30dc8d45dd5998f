/** A job that a workload brings: when it comes, what it asks for, how long it runs. */
export interface WorkloadJob {
  /** From the beginning of the workload. */
  readonly submitAtMs: number;
  readonly vcpuCount: number;
  readonly runTimeMs: number;
  readonly shareIdentifier: string;
}
