import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

export interface RawRequest {
  /** Absent: POST. */
  readonly method?: string;
  /** Sent exactly so: nothing is encoded or made shorter. */
  readonly path: string;
  /** With `Host: undefined` the request has none. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

export interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request that no client would make of itself. */
export async function sendRaw(
  url: string,
  { method = "POST", path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const setHost = !("Host" in headers);
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  const sent = httpRequest({ hostname, port, path, method, headers: given, setHost });
  sent.end(body);
  // What the event `response` brings.
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
