import type { JobQueueDetail } from "../model/batch.ts";
import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import { readPages } from "./pages.ts";

export async function listJobQueues({ client }: Context): Promise<JobQueueDetail[]> {
  const { items } = await readPages(
    (nextToken) => client.batch("DescribeJobQueues", nextToken === undefined ? {} : { nextToken }),
    ({ jobQueues }) => jobQueues,
  );
  return items;
}

/** The queue that a job goes to when nobody named one: `default`, else the only one that there is. */
export async function chooseJobQueue(context: Context): Promise<string> {
  const queues = await listJobQueues(context);
  const names = queues.map(({ jobQueueName }) => jobQueueName).sort();
  if (names.includes("default")) return "default";
  const [only, ...others] = names;
  const { endpoint, region } = context.client.connection;
  if (only === undefined) {
    throw new CliError(
      `there is no job queue at ${endpoint.batchUrl} in the region ${region}`,
      endpoint.isAws
        ? "Choose another region with --region, or make a queue (CreateJobQueue)."
        : "A server's own queue is in its --region and --account-id, us-east-1 and 000000000000 unless it was told others: choose the region with --region, the account by the access key.",
    );
  }
  if (others.length === 0) return only;
  throw new CliError(
    `there are ${names.length} job queues and none is called default: ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`,
    "Choose one with --queue NAME.",
  );
}
