/**
 * The job that blocks its queue, or did so last. It is part of the queue's record, so that a restart goes on counting and
 * tells nothing twice.
 */
export interface BlockedHead {
  /** Of an array that of the child which is next (`id:3`). */
  readonly jobId: string;
  /** Absent while it waits for nothing but its turn. */
  readonly standing?: BlockedStanding;
  /** In the order in which it was told; each reason at most once. */
  readonly told: readonly BlockedNotice[];
}

export interface BlockedStanding {
  readonly reason: string;
  /** From when on the job has stood at the head for this reason, without a break. */
  readonly sinceMs: number;
}

/** That a job was judged to block its queue. */
export interface BlockedNotice {
  readonly statusReason: string;
  readonly atMs: number;
}

/**
 * Tells which of AWS's reasons a status reason is: what stands before its sentence, as in
 * `CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY`. Time limits of queues name it, see `job-state-time-limit.ts`.
 */
export function blockedReasonOf(statusReason: string): string {
  const [reason = statusReason] = statusReason.split(" - ", 1);
  return reason;
}

/** Whether it was judged to block its queue, and still stands there for that reason. */
export function isBlocking(head: BlockedHead): boolean {
  return head.standing !== undefined && isToldOf(head, head.standing.reason);
}

export function isToldOf({ told }: BlockedHead, reason: string): boolean {
  return told.some(({ statusReason }) => blockedReasonOf(statusReason) === reason);
}
