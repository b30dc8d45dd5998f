import type { JobDetail } from "../model/batch.ts";

/** Where the output of one attempt is. */
export interface LogStreamName {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly group: string;
  readonly stream: string;
}

/** Where AWS Batch writes unless the definition says otherwise. */
const DEFAULT_GROUP = "/aws/batch/job";

/** The log streams of a job's attempts, oldest first, the one under way included; attempts that never ran have none. */
export function logStreamsOf({ attempts = [], container }: JobDetail): readonly LogStreamName[] {
  const group = container?.logConfiguration?.options?.["awslogs-group"] ?? DEFAULT_GROUP;
  const streams = attempts.map((attempt) => attempt.container?.logStreamName);
  // Of the attempt under way there, else the latest one's.
  const latest = container?.logStreamName;
  if (!streams.includes(latest)) streams.push(latest);
  return streams.flatMap((stream, index) =>
    stream === undefined ? [] : [{ attempt: index + 1, group, stream }],
  );
}

/** Where the output went instead, if the definition sends it elsewhere than to CloudWatch Logs. */
export function otherLogDriver({ container }: JobDetail): string | undefined {
  const driver = container?.logConfiguration?.logDriver;
  return driver === undefined || driver === "awslogs" ? undefined : driver;
}
