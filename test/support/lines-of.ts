import type { JobDetail } from "@aws-sdk/client-batch";
import type { AwsClients } from "./aws-clients.ts";

/** What the container of a job has written, line by line. */
export async function linesOf(
  logs: AwsClients["logs"],
  { container }: Pick<JobDetail, "container">,
): Promise<readonly string[]> {
  const { events = [] } = await logs.getLogEvents({
    logGroupName: "/aws/batch/job",
    logStreamName: container?.logStreamName ?? "",
    startFromHead: true,
  });
  return events.map(({ message = "" }) => message);
}
