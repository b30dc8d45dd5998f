import { request as requestPlainly } from "node:http";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request as requestSecurely } from "node:https";
import { text as readText } from "node:stream/consumers";

interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request and its whole answer. Not by `fetch`: that takes longer to load than most commands take in all. */
export function exchange(
  url: string,
  { method, headers = {}, body, signal }: HttpRequest,
): Promise<HttpAnswer> {
  const start = url.startsWith("https:") ? requestSecurely : requestPlainly;
  return new Promise((resolve, reject) => {
    const request = start(url, { method, headers, signal }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      readText(response).then((text) => resolve({ status, headers: answered, text }), reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}
