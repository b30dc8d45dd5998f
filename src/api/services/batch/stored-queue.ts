import { parseNameOrArn } from "../../../batch/arn.ts";
import type { JobQueue } from "../../../batch/job-queue.ts";
import type { Store } from "../../../store/store.ts";
import type { RequestContext } from "../../operation.ts";
import { queueNotFound } from "./open-queue.ts";
import { orRefuse } from "./refuse.ts";

/** The queue that the text names, by name or by ARN, as it is stored. */
export async function readJobQueue(
  store: Store,
  context: RequestContext,
  nameOrArn: string,
): Promise<JobQueue> {
  const { scope } = context;
  const name = parseNameOrArn(scope, "job-queue", nameOrArn);
  const [jobQueue] = name === undefined ? [] : await store.readJobQueues(scope, [name]);
  return orRefuse(jobQueue ?? queueNotFound(nameOrArn), context);
}
