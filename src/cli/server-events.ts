import { once } from "node:events";
import { request as requestPlainly } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as requestSecurely } from "node:https";
import { text as readText } from "node:stream/consumers";
import aws4 from "aws4";
import { CliError, RefusedError, ServerAwayError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Patience } from "./patience.ts";

/** One event of a stream of server-sent events. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

interface EventRequest {
  /** Absent: what is to come. */
  readonly since?: string;
  readonly isFollowing: boolean;
}

/**
 * Yields the events of a server of ours, each once: after a lost connection it asks for what follows the last. Without
 * end if it follows.
 */
export async function* readServerEvents(
  context: Context,
  patience: Patience,
  { since, isFollowing }: EventRequest,
): AsyncGenerator<ServerEvent> {
  const query = new URLSearchParams({
    ...(since !== undefined && { since }),
    ...(!isFollowing && { follow: "no" }),
  });
  const never = new AbortController().signal;
  let lastId: string | undefined;
  for (;;) {
    const response = await patience.ask(() => open(context, `/events?${query.toString()}`, lastId), never);
    const isWhole = yield* readEvents(response, (id) => (lastId = id));
    if (isWhole && !isFollowing) return;
  }
}

async function open(context: Context, path: string, lastId: string | undefined): Promise<IncomingMessage> {
  const { credentials, region, endpoint } = context.client.connection;
  const url = new URL(`${endpoint.batchUrl}${path}`);
  const { headers } = aws4.sign(
    { method: "GET", host: url.host, path: `${url.pathname}${url.search}`, service: "batch", region },
    credentials,
  );
  const start = url.protocol === "https:" ? requestSecurely : requestPlainly;
  const resumed = lastId === undefined ? headers : { ...headers, "last-event-id": lastId };
  const request = start(url, { headers: resumed });
  request.end();
  const response = await answerTo(request, url.origin);
  if (response.statusCode === 200 && response.headers["content-type"] === "text/event-stream")
    return response;
  throw explainRefusal(response.statusCode ?? 0, await readText(response), url.origin);
}

async function answerTo(request: ReturnType<typeof requestPlainly>, place: string): Promise<IncomingMessage> {
  try {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response;
  } catch (error) {
    const { code = "no answer" } = error as NodeJS.ErrnoException;
    throw new ServerAwayError(
      `no server answers at ${place} (${code})`,
      "Start one with `batchyard serve`, or name another with --endpoint URL.",
    );
  }
}

function explainRefusal(status: number, text: string, place: string): CliError {
  const { __type: type = "", message } = parseObject(text);
  if (status >= 500) return new ServerAwayError(`${place} answered HTTP ${status}`, "Try again.");
  if (message === undefined || status === 404) {
    return new CliError(
      `what answers at ${place} has no log of events (HTTP ${status})`,
      "It is no batchyard, or an older one. AWS sends events to EventBridge.",
    );
  }
  return new RefusedError(type, message, "Correct what it names and try again.");
}

function parseObject(text: string): { readonly __type?: string; readonly message?: string } {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

/** Returns whether the stream came to its end, rather than being cut. */
async function* readEvents(
  response: IncomingMessage,
  onId: (id: string) => void,
): AsyncGenerator<ServerEvent, boolean> {
  try {
    for await (const block of readBlocks(response)) {
      const { id, event = "message", data } = parseBlock(block);
      if (data !== undefined) yield { type: event, data };
      // Only now: one that was not taken is asked for again.
      if (id !== undefined) onId(id);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

async function* readBlocks(response: IncomingMessage): AsyncGenerator<string> {
  let text = "";
  for await (const piece of response.setEncoding("utf8") as AsyncIterable<string>) {
    const blocks = `${text}${piece}`.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks;
  }
}

function parseBlock(block: string): {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
} {
  return Object.fromEntries(
    block.split("\n").map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
}
