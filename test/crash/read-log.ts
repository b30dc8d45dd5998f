import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";

export const LOG_GROUP = "/aws/batch/job";

/** Small, so that logs have several pages. */
const PAGE_EVENTS = 50;

/** The page from the token on; without one, the first. At the end the same token comes back. */
export async function readLogPage(
  logs: CloudWatchLogs,
  logStreamName: string,
  token: string | undefined,
): Promise<{ readonly lines: readonly string[]; readonly token: string }> {
  const { events = [], nextForwardToken = "" } = await logs.getLogEvents({
    logGroupName: LOG_GROUP,
    logStreamName,
    startFromHead: true,
    limit: PAGE_EVENTS,
    ...(token !== undefined && { nextToken: token }),
  });
  return { lines: events.map(({ message = "" }) => message), token: nextForwardToken };
}

export async function readWholeLog(logs: CloudWatchLogs, logStreamName: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let before: string | undefined; ;) {
    const page = await readLogPage(logs, logStreamName, before);
    lines.push(...page.lines);
    if (page.token === before) return lines;
    before = page.token;
  }
}
