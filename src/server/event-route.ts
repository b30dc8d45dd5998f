import { ApiError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import type { ApiRequest } from "../api/http.ts";
import { queryOf } from "../api/request-target.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import type { EventFeed } from "../events/event-feed.ts";
import type { EventReader } from "../events/event-reader.ts";
import type { EventLog } from "../store/event-log.ts";

interface EventRouteParts {
  readonly feed: Pick<EventFeed, "follow" | "isFull">;
  readonly reader: Pick<EventReader, "lastSequence">;
  readonly log: Pick<EventLog, "findEventsSince">;
  readonly authenticate: Authenticate;
}

/**
 * `GET /events`: events of the caller's account and region as server-sent events. What they hold is in no way less than
 * what DescribeJobs tells, so requests are signed as those to Batch are.
 *
 * - `since`: a sequence, after which it begins, or a time (RFC 3339). A `Last-Event-ID` goes before it. Without both it
 *   begins with what comes next.
 * - `follow`: `yes`, or `no`: then it ends with the last event that there is.
 */
export function createEventRoute({ feed, reader, log, authenticate }: EventRouteParts): PlainRoute {
  return async (request) => {
    const { scope } = authenticate(request, "batch");
    const query = new Map(queryOf(request.target));
    const isFollowing = parseFollow(query.get("follow"));
    const after = await findStart(request, query.get("since"), log);
    if (feed.isFull) throw tooManyFollowers();
    const start = after ?? reader.lastSequence;
    const left = request.untilUnwanted?.() ?? new AbortController().signal;
    return {
      status: 200,
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
      // With the id who loses the connection before the first event still knows where it was.
      body: `retry: 1000\nid: ${start}\n\n`,
      more: feed.follow({ scope, after: start, isFollowing, left }),
    };
  };
}

function parseFollow(follow: string | undefined): boolean {
  if (follow === undefined || follow === "yes") return true;
  if (follow === "no") return false;
  const message = `follow must be yes or no, got ${JSON.stringify(follow)}`;
  throw new ApiError("ValidationException", message, { status: 400 });
}

/** The sequence after which to begin; undefined: after all that there is. */
async function findStart(
  { headers }: ApiRequest,
  since: string | undefined,
  log: Pick<EventLog, "findEventsSince">,
): Promise<number | undefined> {
  const lastEventId = headers["last-event-id"];
  if (lastEventId !== undefined && lastEventId !== "") return parseSequence("Last-Event-ID", lastEventId);
  if (since === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\dT/.test(since)) return parseSequence("since", since);
  const sinceMs = Date.parse(since);
  if (Number.isNaN(sinceMs)) throw badPosition("since", since);
  return log.findEventsSince(sinceMs);
}

function parseSequence(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw badPosition(name, text);
  return Number(text);
}

function badPosition(name: string, text: string): ApiError {
  const message = `${name} must be the id of an event (or, for since, a time such as 2026-01-02T03:04:05Z), got ${JSON.stringify(text)}`;
  return new ApiError("ValidationException", message, { status: 400 });
}

function tooManyFollowers(): ApiError {
  const message = "As many clients follow events as the server bears; try again when one of them has left";
  return new ApiError("ServiceUnavailableException", message, {
    status: 503,
    headers: { "Retry-After": "5" },
  });
}
