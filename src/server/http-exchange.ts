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
  const body = await readBody(message, limits);
  if (body === undefined) return;
  if (body instanceof ApiError) {
    connections.refuse(message.socket);
    response.write(writeHead(response, findService(head).protocol.writeError(body, ids.uuid()), true));
    endWhenDiscarded(message, response, limits);
    return;
  }
  const untilUnwanted = (): AbortSignal => connections.untilUnwanted(message.socket, response);
  const peerAddress = message.socket.remoteAddress;
  const { method, target, headers } = head;
  const answer = await handler({ method, target, headers, body, peerAddress, untilUnwanted });
  response.end(writeHead(response, answer, connections.mustEnd(message.socket)));
}

/** Whether the client says itself that its body is larger than allowed. */
export function isDeclaredTooLarge(
  headers: { readonly "content-length"?: string | undefined },
  limits: HttpLimits,
): boolean {
  return Number(headers["content-length"] ?? 0) > limits.bodyBytesMax;
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
function readBody(
  message: IncomingMessage,
  limits: HttpLimits,
): Promise<Uint8Array | ApiError | undefined> | ApiError {
  const headerCount = message.rawHeaders.length / 2;
  if (headerCount > limits.headerCountMax) {
    const text = `A request must have at most ${limits.headerCountMax} headers, got ${headerCount}`;
    return new ApiError("RequestHeaderSectionTooLarge", text, { status: 431 });
  }
  if (isDeclaredTooLarge(message.headers, limits)) return bodyTooLarge(limits);
  return collectBody(message, limits);
}

function bodyTooLarge({ bodyBytesMax }: HttpLimits): ApiError {
  const text = `A request body must have at most ${bodyBytesMax} bytes`;
  return new ApiError("RequestEntityTooLargeException", text, { status: 413 });
}

/**
 * Most bodies come in one piece, which is taken as it is. Of others one buffer is made, doubled when it is full: a body
 * of many small pieces costs no more than one of few.
 */
function collectBody(
  message: IncomingMessage,
  limits: HttpLimits,
): Promise<Uint8Array | ApiError | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | ApiError | undefined>();
  let buffer: Buffer = NO_BYTES;
  let length = 0;
  const take = (chunk: Buffer): void => {
    const end = length + chunk.byteLength;
    if (end > limits.bodyBytesMax) {
      message.off("data", take).pause();
      return resolve(bodyTooLarge(limits));
    }
    if (length === 0) {
      buffer = chunk;
    } else {
      if (end > buffer.byteLength) buffer = enlarge(buffer, Math.max(end, 2 * buffer.byteLength));
      chunk.copy(buffer, length);
    }
    length = end;
  };
  message.on("data", take);
  message.on("end", () => resolve(buffer.subarray(0, length)));
  // Behind the end, or instead of it where the connection ends before the body.
  message.on("close", () => {
    if (!message.readableEnded) resolve(undefined);
  });
  return promise;
}

const NO_BYTES = Buffer.alloc(0);

function enlarge(buffer: Buffer, byteLength: number): Buffer {
  const larger = Buffer.allocUnsafe(byteLength);
  buffer.copy(larger);
  return larger;
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
