import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ApiError } from "../api/errors.ts";
import type { ApiRequest, ApiResponse, RequestHead } from "../api/http.ts";
import { findService } from "../api/router.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { HttpConnections } from "./http-connections.ts";
import type { HttpLimits } from "./http-limits.ts";
import { bodyTooLarge, RequestBody } from "./request-body.ts";
import type { BodyMemory } from "./request-body.ts";

export interface HttpExchangeOptions {
  /** Must not reject: what it throws is a bug and stops the process. */
  readonly handler: (request: ApiRequest) => Promise<ApiResponse>;
  /** For the request ids of answers that the handler has no part in. */
  readonly ids: IdSource;
  readonly limits: HttpLimits;
}

export interface HttpExchange extends HttpExchangeOptions {
  readonly connections: HttpConnections;
  readonly memory: BodyMemory;
}

/** One request and its answer. Resolves without an answer where the client is gone or was cut off. */
export async function answerRequest(
  exchange: HttpExchange,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { handler, limits, connections, memory } = exchange;
  connections.add(message, response);
  const requestBody = new RequestBody(message, limits, memory);
  // Measured: `using` would cost half a microsecond.
  try {
    const body = refuseHead(message, limits) ?? (await requestBody.read());
    if (body === undefined) return;
    if (body instanceof ApiError) return refuse(exchange, body, message, response);
    const untilUnwanted = (): AbortSignal => connections.untilUnwanted(message.socket, response);
    const peerAddress = message.socket.remoteAddress;
    const { method, target, headers } = headOf(message);
    const answer = await handler({ method, target, headers, body, peerAddress, untilUnwanted });
    const isLast = connections.mustEnd(message.socket);
    const { more } = answer;
    if (more !== undefined && method !== "HEAD") {
      return await writeOn(response, { ...answer, more }, { isLast, left: untilUnwanted() });
    }
    response.end(writeHead(response, answer, isLast));
    cutIfUnread(message.socket, response, limits);
  } finally {
    requestBody.release();
  }
}

/**
 * Writes an answer that goes on, no faster than the client reads. Where nobody wants the rest, what the client has not
 * taken is lost: it is the client's to ask again from where it was.
 */
async function writeOn(
  response: ServerResponse,
  { status, headers, body, more }: ApiResponse & Required<Pick<ApiResponse, "more">>,
  { isLast, left }: { readonly isLast: boolean; readonly left: AbortSignal },
): Promise<void> {
  left.addEventListener("abort", () => {
    if (response.writableNeedDrain) response.destroy();
  });
  response.writeHead(status, { ...headers, ...(isLast && { Connection: "close" }) });
  response.write(body);
  for await (const piece of more) {
    if (response.destroyed) break;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}

/** What could not be sent at once is for the client to fetch. */
function cutIfUnread(socket: Socket, response: ServerResponse, limits: HttpLimits): void {
  if (socket.writableLength === 0) return;
  socket.setTimeout(limits.unreadTimeoutMs);
  // Before Node, which then sets how long the connection is kept.
  response.prependOnceListener("finish", () => socket.setTimeout(0));
}

/** For a request that expects what no server here does: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1 */
export function refuseExpectation(
  exchange: HttpExchange,
  message: IncomingMessage,
  response: ServerResponse,
): void {
  exchange.connections.add(message, response);
  const text = `Expect must be absent or 100-continue, got ${message.headers.expect}`;
  refuse(exchange, new ApiError("ExpectationFailedException", text, { status: 417 }), message, response);
}

/** Answers a request that is not read to its end: nothing more is said on its connection. */
function refuse(
  { connections, ids, limits }: HttpExchange,
  error: ApiError,
  message: IncomingMessage,
  response: ServerResponse,
): void {
  connections.refuse(message.socket);
  const { protocol } = findService(headOf(message));
  response.write(writeHead(response, protocol.writeError(error, ids.uuid()), true));
  endWhenDiscarded(message, response, limits);
}

function headOf(message: IncomingMessage): RequestHead {
  // Without a prototype, since a header may be named like one of its members.
  const headers = Object.create(null) as Record<string, string>;
  const { rawHeaders } = message;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = lowerCased(rawHeaders[index] ?? "");
    const value = rawHeaders[index + 1] ?? "";
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return { method: message.method ?? "", target: message.url ?? "", headers };
}

/** Names as clients spell them, in lower case. They are few and short; of those that somebody makes up no more are remembered. */
const lowerCaseNames = new Map<string, string>();
const REMEMBERED_NAMES_MAX = 1_000;
const REMEMBERED_LENGTH_MAX = 64;

function lowerCased(name: string): string {
  const known = lowerCaseNames.get(name);
  if (known !== undefined) return known;
  const lowerCase = name.toLowerCase();
  if (name.length <= REMEMBERED_LENGTH_MAX && lowerCaseNames.size < REMEMBERED_NAMES_MAX) {
    lowerCaseNames.set(name, lowerCase);
  }
  return lowerCase;
}

/** What a request is refused with for its headers alone. */
export function refuseHead(message: IncomingMessage, limits: HttpLimits): ApiError | undefined {
  const { headers } = message;
  const headerCount = message.rawHeaders.length / 2;
  if (headerCount > limits.headerCountMax) {
    const text = `A request must have at most ${limits.headerCountMax} headers, got ${headerCount}`;
    return new ApiError("RequestHeaderSectionTooLarge", text, { status: 431 });
  }
  const encoding = headers["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
    const text = `Transfer-Encoding must be absent or chunked, got ${encoding}`;
    return new ApiError("NotImplementedException", text, { status: 501 });
  }
  if (encoding !== undefined && message.httpVersion === "1.0") {
    // https://www.rfc-editor.org/rfc/rfc9112#section-6.1
    return new ApiError("MalformedHttpRequestException", "HTTP/1.0 has no Transfer-Encoding");
  }
  const announcedBytes = Number(headers["content-length"] ?? 0);
  return announcedBytes > limits.bodyBytesMax ? bodyTooLarge(limits) : undefined;
}

/** Gives back the body, to be written next: text as it is, since Node sends that in one piece with the head. */
function writeHead(response: ServerResponse, answer: ApiResponse, isLast: boolean): string | Uint8Array {
  const { body } = answer;
  response.writeHead(answer.status, {
    ...answer.headers,
    "Content-Length": Buffer.byteLength(body),
    ...(isLast && { Connection: "close" }),
  });
  return body;
}

/**
 * Lets go of a client that was refused while it still sends. Closed at once, its connection would be reset under an
 * answer not yet read; so a little more than was allowed is read and thrown away.
 */
function endWhenDiscarded(message: IncomingMessage, response: ServerResponse, limits: HttpLimits): void {
  const announced = Number(message.headers["content-length"] ?? 0);
  if (message.headers["expect"] !== undefined || announced > limits.discardedBytesMax) {
    response.end();
    return;
  }
  let discarded = 0;
  message.on("data", (chunk: Buffer) => {
    discarded += chunk.byteLength;
    if (discarded > limits.discardedBytesMax) response.end();
  });
  message.once("end", () => response.end());
  message.resume();
}
