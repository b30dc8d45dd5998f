import type { Scope } from "./scope.ts";

/** One try to run a job: placed, started, ended. Kept after its end, as the history of the task it was. */
export interface Attempt {
  readonly scope: Scope;
  readonly jobId: string;
  /** 1 for the first attempt of a job. */
  readonly number: number;
  /** The id under which everything outside is done: 32 hexadecimal digits, as an ECS task id. */
  readonly taskId: string;
  readonly taskArn: string;
  readonly computeEnvironmentArn: string;
  /** The instance that it was charged to; absent on Fargate. */
  readonly instance?: InstanceReference;
  /** Where its output goes. Set when it goes to RUNNING, as on AWS. */
  readonly logGroupName?: string;
  readonly logStreamName?: string;
  /** The same of each container, where there are several; the above is the first's. */
  readonly containerLogs?: readonly ContainerLog[];
  /** The IPv4 address under which the other nodes of its job reach it, once it runs; absent where it has no others. */
  readonly address?: string;
  /** When it was given its place: the job went to STARTING. */
  readonly placedAtMs: number;
  /** When its container came up: the job went to RUNNING. Absent where it never did. */
  readonly startedAtMs?: number;
  readonly stoppedAtMs?: number;
  /** Set once somebody wants it ended; recorded before anything is done about it. */
  readonly stopping?: AttemptStop;
  /** Set once it has ended. */
  readonly outcome?: AttemptOutcome;
  /** AWS's sentence for how it ended; set with `outcome`. */
  readonly statusReason?: string;
}

export interface ContainerLog {
  readonly name: string;
  readonly logStreamName: string;
}

export interface InstanceReference {
  /** `i-` and 17 hexadecimal digits. */
  readonly instanceId: string;
  readonly containerInstanceArn: string;
}

/**
 * The wish that an attempt end: SIGTERM at `requestedAtMs`, SIGKILL when the grace is over. Never followed by a retry; but
 * what goes with its instance goes at once, ends as lost with its host, and may be tried again.
 */
export interface AttemptStop {
  readonly because: "terminated" | "timed-out" | "queue-deleted" | "main-node-ended" | "instance-terminated";
  /** What the job's status reason becomes. */
  readonly statusReason: string;
  readonly requestedAtMs: number;
}

/** How an attempt ended, as its provider saw it. */
export interface AttemptOutcome {
  /**
   * - `exited`: the command ran and ended, by itself or by a signal (exit code 128 + signal).
   * - `start-failed`: it never ran; `reason` says why.
   * - `host-lost`: what ran it went away with it; there is no exit code.
   */
  readonly kind: "exited" | "start-failed" | "host-lost";
  readonly exitCode?: number;
  /** AWS's container reason, as in `OutOfMemoryError: Container killed due to memory usage`; at most 255 characters. */
  readonly reason?: string;
  /** Highest memory use of the whole container; absent where the provider cannot tell. */
  readonly peakMemoryBytes?: number;
  /** User and system time of the whole container; absent where the provider cannot tell. */
  readonly cpuTimeMs?: number;
  /**
   * Of a task of several containers, in the order of its definition. Exit code and reason above are then those of the
   * essential container whose end ended the task, or, where that succeeded, of the first essential one that did not.
   */
  readonly containers?: readonly ContainerOutcome[];
}

/** How one of several containers ended; without an exit code if it never ran. */
export interface ContainerOutcome {
  readonly name: string;
  readonly exitCode?: number;
  readonly reason?: string;
  /** Absent if it never came up: then it has written no log. */
  readonly startedAtMs?: number;
}
