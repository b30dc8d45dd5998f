import type { JobQueue } from "../../batch/job-queue.ts";

/** Compares two queues for sorting: they dispatch by descending priority, equal ones by ARN. */
export function compareQueues(
  a: Pick<JobQueue, "priority" | "arn">,
  b: Pick<JobQueue, "priority" | "arn">,
): number {
  return b.priority - a.priority || (a.arn < b.arn ? -1 : 1);
}
