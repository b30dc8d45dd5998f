import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "../api/errors.ts";
import type { ApiRequest, ApiResponse, RequestHead } from "../api/http.ts";
import { findService } from "../api/router.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { HttpConnections } from "./http-connections.ts";
import type { HttpLimits } from "./http-limits.ts";

export interface HttpExchangeOptions {
  /** Must not reject: what it throws is a bug and stops the process. */
  readonly handler: (request: ApiRequest) => Promise<ApiResponse>;
  /** For the request ids of answers that the handler has no part in. */
  readonly ids: IdSource;
  readonly limits: HttpLimits;
}

export interface HttpExchange extends HttpExchangeOptions {
  readonly connections: HttpConnections;
}

/** One request and its answer. Resolves without an answer where the client is gone or was cut off. */
export async function answerRequest(
  exchange: HttpExchange,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { handler, ids, limits, connections } = exchange;
  connections.add(message, response);
  const head = headOf(message);
  const body = await readWhole(message, head, limits);
  if (body === undefined) return;
  if (body instanceof ApiError) {
    connections.refuse(message.socket);
    response.write(writeHead(response, findService(head).protocol.writeError(body, ids.uuid()), true));
    endWhenDiscarded(message, response, limits);
    return;
  }
  const untilUnwanted = (): AbortSignal => connections.untilUnwanted(message.socket, response);
  const answer = await handler({ ...head, body, ...peerOf(message), untilUnwanted });
  const isLast = connections.mustEnd(message.socket);
  const { more } = answer;
  if (more === undefined || message.method === "HEAD") response.end(writeHead(response, answer, isLast));
  else await writeOn(response, { ...answer, more }, { isLast, left: untilUnwanted() });
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

/** Whether the client says itself that its body is larger than allowed. */
export function isDeclaredTooLarge(
  headers: { readonly "content-length"?: string | undefined },
  limits: HttpLimits,
): boolean {
  return Number(headers["content-length"] ?? 0) > limits.bodyBytesMax;
}

function peerOf({ socket }: IncomingMessage): Pick<ApiRequest, "peerAddress"> {
  return socket.remoteAddress === undefined ? {} : { peerAddress: socket.remoteAddress };
}

function headOf(message: IncomingMessage): RequestHead {
  // Without a prototype, since a header may be named like one of its members.
  const headers = Object.create(null) as Record<string, string>;
  const { rawHeaders } = message;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return { method: message.method ?? "", target: message.url ?? "", headers };
}

/** The body; what the request is refused with, where it goes beyond a limit; undefined where it does not arrive. */
async function readWhole(
  message: IncomingMessage,
  { headers }: RequestHead,
  limits: HttpLimits,
): Promise<Uint8Array | ApiError | undefined> {
  const headerCount = message.rawHeaders.length / 2;
  if (headerCount > limits.headerCountMax) {
    const text = `A request must have at most ${limits.headerCountMax} headers, got ${headerCount}`;
    return new ApiError("RequestHeaderSectionTooLarge", text, { status: 431 });
  }
  const body = isDeclaredTooLarge(headers, limits)
    ? "too-large"
    : await readBody(message, Number(headers["content-length"] ?? BODY_BUFFER_BYTES), limits.bodyBytesMax);
  if (body !== "too-large") return body;
  const text = `A request body must have at most ${limits.bodyBytesMax} bytes`;
  return new ApiError("RequestEntityTooLargeException", text, { status: 413 });
}

/** First size of the buffer that a body is collected in, where the client does not announce a smaller one. */
const BODY_BUFFER_BYTES = 16 * 1024;

/** One buffer, doubled when it is full: a body of many small pieces costs no more than one of few. */
function readBody(
  message: IncomingMessage,
  announcedBytes: number,
  bytesMax: number,
): Promise<Uint8Array | "too-large" | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | "too-large" | undefined>();
  let buffer = Buffer.allocUnsafe(Math.min(announcedBytes, BODY_BUFFER_BYTES, bytesMax));
  let length = 0;
  const take = (chunk: Buffer): void => {
    const end = length + chunk.byteLength;
    if (end > bytesMax) {
      message.off("data", take).pause();
      return resolve("too-large");
    }
    if (end > buffer.byteLength) {
      const larger = Buffer.allocUnsafe(Math.min(bytesMax, Math.max(end, 2 * buffer.byteLength)));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    chunk.copy(buffer, length);
    length = end;
  };
  message.on("data", take);
  message.once("end", () => resolve(buffer.subarray(0, length)));
  // The stream fails in one way only: the connection ended before the body.
  message.once("error", () => resolve(undefined));
  message.once("close", () => resolve(undefined));
  return promise;
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
