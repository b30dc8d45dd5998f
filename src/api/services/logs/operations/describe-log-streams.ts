import type { LogGroup, LogStream } from "../../../../batch/log-stream.ts";
import type { Logs } from "../../../../logs/logs.ts";
import type {
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream as WireLogStream,
} from "../../../../model/logs.ts";
import type { Store } from "../../../../store/store.ts";
import type { Operation } from "../../../operation.ts";
import { decodeNextToken, encodeNextToken } from "../../../pagination.ts";
import type { Listing } from "../../../pagination.ts";
import { findGroup } from "../find-log.ts";
import { LastEventOrder } from "../last-event-order.ts";
import type { LastEventPosition } from "../last-event-order.ts";
import { invalidNextToken, invalidParameter } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";
import { sequenceToken } from "../sequence-token.ts";

/** Also without `limit`. */
const STREAMS_PER_PAGE_MAX = 50;

interface StreamPage {
  readonly streams: readonly LogStream[];
  readonly next: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
export function describeLogStreams(
  services: LogsOperationServices,
): Operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse> {
  const { store, logs } = services;
  const lastEventOrder = new LastEventOrder(services);
  return async (input, { scope }) => {
    const { orderBy = "LogStreamName", logStreamNamePrefix: prefix, descending } = input;
    if (orderBy === "LastEventTime" && prefix !== undefined) {
      throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    const group = await findGroup(store, scope, input);
    const filter = [group.arn, orderBy, prefix, descending === true];
    const listing = { operation: "DescribeLogStreams", scope, filter };
    const after = parseToken(listing, input.nextToken);
    const { streams, next } =
      orderBy === "LastEventTime"
        ? await byLastEvent(lastEventOrder, group, input, after)
        : await byName(store, group, input, after);
    return {
      logStreams: await Promise.all(streams.map((stream) => wireStream(logs, stream))),
      nextToken: encodeNextToken(listing, next),
    };
  };
}

function parseToken(listing: Listing, nextToken: string | undefined): string | undefined {
  if (nextToken === undefined) return undefined;
  const after = decodeNextToken(listing, nextToken);
  if (after === undefined) throw invalidNextToken();
  return after;
}

async function byName(
  store: Store,
  group: LogGroup,
  { logStreamNamePrefix, descending, limit = STREAMS_PER_PAGE_MAX }: DescribeLogStreamsRequest,
  after: string | undefined,
): Promise<StreamPage> {
  const filter = {
    groupName: group.name,
    namePrefix: logStreamNamePrefix ?? "",
    descending: descending === true,
  };
  const request = { limit, ...(after === undefined ? {} : { after }) };
  const { items, next } = await store.listLogStreams(group.scope, filter, request);
  return { streams: items, next };
}

async function byLastEvent(
  order: LastEventOrder,
  group: LogGroup,
  { descending, limit = STREAMS_PER_PAGE_MAX }: DescribeLogStreamsRequest,
  after: string | undefined,
): Promise<StreamPage> {
  // The token's digest says that it is as it was issued.
  const position = after === undefined ? undefined : (JSON.parse(after) as LastEventPosition);
  const page = await order.page(group, descending === true, limit, position);
  return { streams: page.streams, next: page.next === undefined ? undefined : JSON.stringify(page.next) };
}

/**
 * `storedBytes` is 0: AWS says so for every stream since June 2019.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html
 */
async function wireStream(logs: Logs, stream: LogStream): Promise<WireLogStream> {
  const extent = await logs.describe(stream.streamId);
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAtMs,
    ...(extent === undefined
      ? {}
      : {
          firstEventTimestamp: extent.firstEventMs,
          lastEventTimestamp: extent.lastEventMs,
          lastIngestionTime: extent.lastIngestionMs,
        }),
    uploadSequenceToken: sequenceToken(extent?.lastIngestionMs ?? stream.createdAtMs),
    arn: stream.arn,
    storedBytes: 0,
  };
}
