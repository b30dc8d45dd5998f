import type { Scope } from "./scope.ts";

/** A CloudWatch Logs group. */
export interface LogGroup {
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  /** Absent: events never expire. */
  readonly retentionInDays?: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A CloudWatch Logs stream. What it holds lies with `logs/`, under `streamId`. */
export interface LogStream {
  readonly scope: Scope;
  readonly groupName: string;
  readonly name: string;
  readonly arn: string;
  /** The task id where a job writes it, a UUID where clients do. */
  readonly streamId: string;
  /** A job appends lines to a file; clients put events. */
  readonly writer: "job" | "client";
  /** The job whose attempt writes it; absent where clients do. */
  readonly jobId?: string;
  /** A regular expression of Go that the first line of each event matches; absent where each line is one. */
  readonly multilinePattern?: string;
  readonly createdAtMs: number;
}

/** The id of the stream that a container of an attempt writes: of the first the task id itself. */
export function containerStreamId(taskId: string, containerIndex: number): string {
  return containerIndex === 0 ? taskId : `${taskId}-${containerIndex}`;
}

/** The id of the task one of whose containers writes the stream. */
export function taskIdOfStream(streamId: string): string {
  return streamId.split("-", 1)[0] ?? streamId;
}

/** Where jobs write unless their definition says otherwise. */
export const DEFAULT_LOG_GROUP = "/aws/batch/job";
