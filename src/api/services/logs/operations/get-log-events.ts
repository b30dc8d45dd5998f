import type { GetLogEventsRequest, GetLogEventsResponse } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
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
 */
export function getLogEvents({
  store,
  logs,
  clock,
}: LogsOperationServices): Operation<GetLogEventsRequest, GetLogEventsResponse> {
  return async (input, { scope }) => {
    const group = await findGroup(store, scope, input);
    const stream = await findStream(store, group, input.logStreamName);
    const page = await logs.readEvents(stream.streamId, {
      ...startOf(input),
      limit: input.limit ?? EVENTS_MAX,
      bytesMax: PAGE_BYTES_MAX,
      fromMs: laterOf(input.startTime, retainedFromMs(group, clock.nowMs())),
      untilMs: input.endTime,
    });
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
