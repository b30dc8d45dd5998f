import type { GetLogEventsRequest, GetLogEventsResponse } from "../../../../model/logs.ts";
import { QUIET_MS } from "../../../../logs/logs.ts";
import type { EventPage, Logs, ReadRequest } from "../../../../logs/logs.ts";
import type { Operation } from "../../../operation.ts";
import type { Patience } from "../../../patience.ts";
import { encodeEventToken, parseEventToken } from "../event-token.ts";
import { findGroup, findStream, laterOf, retainedFromMs } from "../find-log.ts";
import { invalidNextToken } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** AWS's limits of a page, and what it has without `limit`. */
const EVENTS_MAX = 10_000;
const PAGE_BYTES_MAX = 1_048_576;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 *
 * A token is a position in the stream: it never expires, and at the end of the stream the same one comes back. `unmask`
 * is ignored: nothing is masked.
 *
 * A patient client that asks for what follows gets no empty page while there is time: its answer is held until the
 * stream grows.
 */
export function getLogEvents({
  store,
  logs,
  clock,
}: LogsOperationServices): Operation<GetLogEventsRequest, GetLogEventsResponse> {
  return async (input, { scope, patience }) => {
    const group = await findGroup(store, scope, input);
    const stream = await findStream(store, group, input.logStreamName);
    const request: ReadRequest = {
      ...startOf(input),
      limit: input.limit ?? EVENTS_MAX,
      bytesMax: PAGE_BYTES_MAX,
      fromMs: laterOf(input.startTime, retainedFromMs(group, clock.nowMs())),
      untilMs: input.endTime,
      multilinePattern: stream.multilinePattern,
    };
    const page = await readPatiently(logs, stream.streamId, request, patience);
    return {
      events: page.events.map(({ timestampMs, message, ingestedAtMs }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: ingestedAtMs,
      })),
      nextForwardToken: encodeEventToken({ direction: "forward", position: page.nextPosition }),
      nextBackwardToken: encodeEventToken({ direction: "backward", position: page.previousPosition }),
    };
  };
}

function startOf({ nextToken, startFromHead }: GetLogEventsRequest) {
  if (nextToken === undefined) {
    return startFromHead === true
      ? ({ direction: "forward", position: "start" } as const)
      : ({ direction: "backward", position: "end" } as const);
  }
  const token = parseEventToken(nextToken);
  if (token === undefined) throw invalidNextToken();
  return token;
}

async function readPatiently(
  logs: Logs,
  streamId: string,
  request: ReadRequest,
  patience: Patience | undefined,
): Promise<EventPage> {
  const page = await logs.readEvents(streamId, request);
  if (patience === undefined || !isAtEnd(page, request)) return page;
  using watch = logs.watchGrowth(streamId);
  if (watch === undefined) return page;

  const over = patience.hold();
  // The last of events that have many lines is whole when nothing has come for a while.
  const isTimely = request.multilinePattern === undefined;
  for (;;) {
    // Once more at first: it may have grown between the read and the watch.
    const later = await logs.readEvents(streamId, request);
    if (!isAtEnd(later, request)) return later;
    await watch.grown(isTimely ? over : AbortSignal.any([over, AbortSignal.timeout(QUIET_MS)]));
    if (over.aborted) return later;
  }
}

function isAtEnd({ events, nextPosition }: EventPage, { direction, position }: ReadRequest): boolean {
  return (
    direction === "forward" && events.length === 0 && nextPosition === (position === "start" ? 0 : position)
  );
}
