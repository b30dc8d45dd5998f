import type { JobStatus } from "../model/batch.ts";
import type { Scope } from "./scope.ts";

/** An event as it is kept: no more than what cannot be found out later. What is shown of it is made for who reads it. */
export interface BatchEvent {
  /** Which of EventBridge's events it is: a job came into another status, or was judged to block its queue. */
  readonly kind: "job-changed" | "job-queue-blocked";
  readonly scope: Scope;
  /** Of any job, children of arrays and nodes (`id:3`, `id#1`) included. */
  readonly jobId: string;
  /** The one that the job came into, or is in. */
  readonly status: JobStatus;
  readonly atMs: number;
  /** Attempts made by then, the one under way included. */
  readonly attemptCount: number;
  /** Absent: the job shows what its last attempt left. */
  readonly statusReason?: string;
}

/** An event in its place: sequences count up by one, in the order of the decisions. */
export interface SequencedEvent {
  /** From 1. */
  readonly sequence: number;
  readonly event: BatchEvent;
}
