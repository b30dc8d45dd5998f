import type { OutputLogEvent } from "../model/logs.ts";
import type { Context } from "./context.ts";
import type { LogReader } from "./log-reader.ts";
import type { Patience } from "./patience.ts";

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 2_000;
/** CloudWatch Logs allows 25 GetLogEvents a second for all of an account. */
const AWS_PAUSE_MS = 1_000;

/** At AWS the last lines may come seconds after the job's end: so many empty pages in a row are waited for. */
const AWS_EMPTY_PAGES_AT_END = 5;

interface Following {
  readonly context: Context;
  readonly patience: Patience;
  /** The attempt has ended: what is there then is all, and is read to its end. */
  readonly ended: AbortSignal;
  /** Nobody wants to see more. */
  readonly left: AbortSignal;
}

/** Yields what a log stream holds and will hold, each event once, until the attempt has ended and all of it was read. */
export async function* followLog(
  reader: LogReader,
  { context, patience, ended, left }: Following,
): AsyncGenerator<readonly OutputLogEvent[]> {
  const { surroundings, client } = context;
  const { isAws } = client.connection.endpoint;
  const changed = AbortSignal.any([ended, left]);
  let pauseMs = PAUSE_MIN_MS;
  let emptyPagesWanted = isAws ? AWS_EMPTY_PAGES_AT_END : 1;
  while (!left.aborted) {
    const isLast = ended.aborted;
    const askedAtMs = surroundings.nowMs();
    const page = await patience.ask(() => reader.readPage(isLast ? undefined : changed), left);
    if (page.events.length > 0) {
      pauseMs = PAUSE_MIN_MS;
      yield page.events;
    } else if (!isLast) {
      const wasHeld = page.wasHeld && surroundings.nowMs() - askedAtMs >= PAUSE_MIN_MS;
      if (!wasHeld) await surroundings.pause(isAws ? AWS_PAUSE_MS : pauseMs, changed);
      pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2);
    } else if (page.isAtEnd) {
      emptyPagesWanted -= 1;
      if (emptyPagesWanted === 0) return;
      await surroundings.pause(AWS_PAUSE_MS, left);
    }
  }
}
