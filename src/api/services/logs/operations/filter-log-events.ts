import { hash } from "node:crypto";
import type { LogStream } from "../../../../batch/log-stream.ts";
import type {
  FilteredLogEvent,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { parseFilterPattern } from "../filter-pattern.ts";
import { findGroup, findStream, laterOf, retainedFromMs } from "../find-log.ts";
import { LIST_BEGINNING, LogSearch, STREAMS_TOGETHER_MAX } from "../log-search.ts";
import type { FoundEvent, LogQuery, SearchProgress } from "../log-search.ts";
import { invalidNextToken, invalidParameter } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";
import { decodeSearchToken, encodeSearchToken } from "../search-token.ts";

/** AWS's limit of a page, and what it has without `limit`. */
const EVENTS_MAX = 10_000;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 *
 * A page may be short or empty although a token says that there is more, as in AWS. `interleaved` and `unmask` are
 * ignored: events are always merged, nothing is masked. `searchedLogStreams` is empty, as in AWS since 2020.
 *
 * Who asks again and again for what is new, as `aws logs tail --follow` does, pays for the streams written since
 * `startTime`, not for all that the group has.
 */
export function filterLogEvents(
  services: LogsOperationServices,
): Operation<FilterLogEventsRequest, FilterLogEventsResponse> {
  const { store, logs, clock } = services;
  return async (input, { scope }) => {
    refuseCombinations(input);
    const group = await findGroup(store, scope, input);
    const { logStreamNames, logStreamNamePrefix, startTime, endTime, filterPattern } = input;
    const query = {
      group,
      namePrefix: logStreamNamePrefix ?? "",
      matches: parseFilterPattern(filterPattern ?? ""),
      fromMs: laterOf(startTime, retainedFromMs(group, clock.nowMs())),
      untilMs: endTime,
    };
    const filter = [group.arn, logStreamNames, logStreamNamePrefix, startTime, endTime, filterPattern];
    const listing = { operation: "FilterLogEvents", scope, filter };
    const progress =
      input.nextToken === undefined
        ? await startOf(services, query, input.logStreamNames)
        : await decodeSearchToken(listing, input.nextToken, { store, group });
    if (progress === undefined) throw invalidNextToken();
    const search = new LogSearch({ store, logs }, query, input.limit ?? EVENTS_MAX);
    const { found, next } = await search.run(progress);
    return {
      events: found.map(wireEvent),
      searchedLogStreams: [],
      nextToken: encodeSearchToken(listing, next),
    };
  };
}

function refuseCombinations({ logStreamNames, logStreamNamePrefix }: FilterLogEventsRequest): void {
  if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
    throw invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
  }
}

async function startOf(
  { store, recentStreams }: LogsOperationServices,
  { group, namePrefix, fromMs }: LogQuery,
  logStreamNames: readonly string[] | undefined,
): Promise<SearchProgress> {
  if (logStreamNames !== undefined) {
    const streams: LogStream[] = [];
    for (const name of new Set(logStreamNames)) streams.push(await findStream(store, group, name));
    return together(streams);
  }
  const recent = await recentStreams.since(group, fromMs ?? 0);
  const wanted = recent?.filter(({ name }) => name.startsWith(namePrefix));
  if (wanted === undefined || wanted.length > STREAMS_TOGETHER_MAX) {
    return { streams: [], listAfter: LIST_BEGINNING };
  }
  return together(wanted);
}

function together(streams: readonly LogStream[]): SearchProgress {
  return { streams: streams.map((stream) => ({ stream, position: "start" })), listAfter: undefined };
}

function wireEvent({ stream, event }: FoundEvent): FilteredLogEvent {
  return {
    logStreamName: stream.name,
    timestamp: event.timestampMs,
    message: event.message,
    ingestionTime: event.ingestedAtMs,
    eventId: eventId(stream.streamId, event.position, event.timestampMs),
  };
}

/** As many digits as AWS's have: 14 of the time, 16 of the place in the stream, 26 of the stream. */
function eventId(streamId: string, position: number, timestampMs: number): string {
  const stream = BigInt(`0x${hash("sha256", streamId)}`) % 10n ** 26n;
  return (
    String(timestampMs).padStart(14, "0") +
    String(position).padStart(16, "0") +
    String(stream).padStart(26, "0")
  );
}
