import type { LogGroup, LogStream } from "../../../../batch/log-stream.ts";
import { EVENT_OVERHEAD_BYTES, LogWriteError } from "../../../../logs/logs.ts";
import type {
  InputLogEvent,
  PutLogEventsRequest,
  PutLogEventsResponse,
  RejectedLogEventsInfo,
} from "../../../../model/logs.ts";
import { ApiError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import { DAY_MS, findGroup, findStream, retainedFromMs } from "../find-log.ts";
import { invalidParameter } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";
import { sequenceToken } from "../sequence-token.ts";

/** AWS's limits of a call; the model has that of the number of events. An event may be as large as a call. */
const CALL_BYTES_MAX = 1_048_576;
const AGE_MS_MAX = 14 * DAY_MS;
const LEAD_MS_MAX = DAY_MS / 12;
const SPAN_MS_MAX = DAY_MS;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export function putLogEvents({
  store,
  logs,
  recentStreams,
  clock,
}: LogsOperationServices): Operation<PutLogEventsRequest, PutLogEventsResponse> {
  return async ({ logGroupName, logStreamName, logEvents }, { scope }) => {
    const group = await findGroup(store, scope, { logGroupName });
    const stream = await findStream(store, group, logStreamName);
    refuseJobStream(stream);
    refuseDisorder(logEvents);
    refuseSize(logEvents);

    const nowMs = clock.nowMs();
    const { accepted, rejected } = sortOut(logEvents, group, nowMs);
    refuseSpan(accepted);
    if (accepted.length > 0) {
      const events = accepted.map(({ timestamp, message }) => ({ timestampMs: timestamp, message }));
      await logs.putEvents(stream.streamId, events, nowMs).catch(refuseUnwritten);
      recentStreams.noteWritten(stream);
    }
    return {
      nextSequenceToken: sequenceToken(nowMs),
      ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
    };
  };
}

/** Not so in AWS, where nothing tells a job's stream from another; here its file belongs to the job. */
function refuseJobStream({ writer, name }: LogStream): void {
  if (writer === "client") return;
  throw invalidParameter(
    `The log stream ${name} is written by a job: its events are what the job prints, and no others can be put there.`,
  );
}

function refuseDisorder(events: readonly InputLogEvent[]): void {
  const isOrdered = events.every(
    ({ timestamp }, index) => index === 0 || timestamp >= (events[index - 1]?.timestamp ?? 0),
  );
  if (!isOrdered) {
    throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
  }
}

function refuseSize(events: readonly InputLogEvent[]): void {
  const sizes = events.map(({ message }) => Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES);
  const largest = Math.max(...sizes);
  if (largest > CALL_BYTES_MAX) {
    throw invalidParameter(`Log event too large: ${largest} bytes exceeds limit of ${CALL_BYTES_MAX}`);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > CALL_BYTES_MAX) {
    throw invalidParameter(`Upload too large: ${total} bytes exceeds limit of ${CALL_BYTES_MAX}`);
  }
}

function refuseSpan(events: readonly InputLogEvent[]): void {
  const spanMs = (events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0);
  if (spanMs > SPAN_MS_MAX) {
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  }
}

/**
 * Takes out what is too old, has expired or is too new. End indexes are exclusive, the start index is inclusive.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
 *
 * @param events in the order of time.
 */
function sortOut(
  events: readonly InputLogEvent[],
  group: LogGroup,
  nowMs: number,
): { readonly accepted: readonly InputLogEvent[]; readonly rejected?: RejectedLogEventsInfo } {
  const countBefore = (instantMs: number): number =>
    events.filter(({ timestamp }) => timestamp < instantMs).length;
  const retainedMs = retainedFromMs(group, nowMs);
  const tooOldEnd = countBefore(nowMs - AGE_MS_MAX);
  const expiredEnd = retainedMs === undefined ? 0 : countBefore(retainedMs);
  const tooNewStart = countBefore(nowMs + LEAD_MS_MAX + 1);
  const accepted = events.slice(Math.max(tooOldEnd, expiredEnd), tooNewStart);
  if (accepted.length === events.length) return { accepted };
  return {
    accepted,
    rejected: {
      ...(tooNewStart < events.length ? { tooNewLogEventStartIndex: tooNewStart } : {}),
      ...(tooOldEnd > 0 ? { tooOldLogEventEndIndex: tooOldEnd } : {}),
      ...(expiredEnd > 0 ? { expiredLogEventEndIndex: expiredEnd } : {}),
    },
  };
}

function refuseUnwritten(error: unknown): never {
  if (!(error instanceof LogWriteError)) throw error;
  throw new ApiError(
    "ServiceUnavailableException",
    `The service cannot complete the request: ${error.message}.`,
    {
      status: 500,
      cause: error,
    },
  );
}
