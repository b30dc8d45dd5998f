import type { OutputLogEvent } from "../model/logs.ts";
import type { AwsClient } from "./aws-client.ts";
import { RefusedError } from "./cli-error.ts";
import type { LogStreamName } from "./log-stream.ts";

export interface LogStart {
  /** Events from this instant on; absent: from the first. */
  readonly fromMs?: number | undefined;
  /** Only the last so many of what is there at first. */
  readonly tailCount?: number | undefined;
}

interface LogPage {
  readonly events: readonly OutputLogEvent[];
  /** Nothing more was there when it was read. */
  readonly isAtEnd: boolean;
  /** The server held the request back until there was something, or its time was over: no need to pause. */
  readonly wasHeld: boolean;
}

/** Ours, not AWS's: asks the server to hold an empty page back for so many seconds until the stream grows. */
const WAIT_HEADER = "x-batchyard-wait";
const WAITED_HEADER = "x-batchyard-waited";
const HOLD_SECONDS = 10;

/** Reads a log stream forward, page by page. Its place is a token, which outlives connections and servers. */
export class LogReader {
  readonly #client: AwsClient;
  readonly #name: LogStreamName;
  readonly #start: LogStart;
  #token: string | undefined;

  constructor(client: AwsClient, name: LogStreamName, start: LogStart = {}) {
    this.#client = client;
    this.#name = name;
    this.#start = start;
  }

  /** @param untilAborted given: the server may hold the request until there is something, or the signal ends it. */
  async readPage(untilAborted?: AbortSignal): Promise<LogPage> {
    const token = this.#token;
    try {
      const { output, headers } = await this.#client.logs("GetLogEvents", this.#request(), {
        ...(untilAborted !== undefined && {
          signal: untilAborted,
          headers: { [WAIT_HEADER]: String(HOLD_SECONDS) },
        }),
      });
      const { events = [], nextForwardToken } = output;
      this.#token = nextForwardToken;
      return {
        events,
        isAtEnd: events.length === 0 && token === nextForwardToken,
        wasHeld: headers[WAITED_HEADER] === "1",
      };
    } catch (error) {
      if (untilAborted?.aborted === true) return { events: [], isAtEnd: false, wasHeld: true };
      if (!(error instanceof RefusedError) || error.type !== "ResourceNotFoundException") throw error;
      // A stream comes to be with its first event.
      return { events: [], isAtEnd: true, wasHeld: false };
    }
  }

  #request() {
    const { fromMs, tailCount } = this.#start;
    const place = {
      logGroupName: this.#name.group,
      logStreamName: this.#name.stream,
      ...(fromMs !== undefined && { startTime: fromMs }),
    };
    if (this.#token !== undefined) return { ...place, nextToken: this.#token, startFromHead: true };
    return { ...place, ...(tailCount === undefined ? { startFromHead: true } : { limit: tailCount }) };
  }
}
