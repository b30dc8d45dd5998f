import { Agent as PlainAgent, request as requestPlainly } from "node:http";
import type { OutgoingHttpHeaders } from "node:http";
import { Agent as SecureAgent, request as requestSecurely } from "node:https";

/** What came of a request: the status of its answer, or the code of what kept it from one. */
export type PostOutcome = { readonly status: number } | { readonly failure: string };

export type PostJson = (json: string) => Promise<PostOutcome>;

interface PostTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Gives up what is under way. */
  readonly stopped: AbortSignal;
}

/** Posts one text after the other over one kept connection. Redirections are answers like any other. */
export function createPostJson({ url, headers, timeoutMs, stopped }: PostTarget): PostJson {
  const isSecure = url.startsWith("https:");
  const agent = new (isSecure ? SecureAgent : PlainAgent)({ keepAlive: true, maxSockets: 1 });
  const start = isSecure ? requestSecurely : requestPlainly;
  const post: PostJson = (json) =>
    new Promise((resolve) => {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]);
      const sent: OutgoingHttpHeaders = {
        "content-type": "application/json",
        "user-agent": "batchyard",
        ...headers,
        "content-length": Buffer.byteLength(json),
      };
      const request = start(url, { method: "POST", agent, headers: sent, signal }, (response) => {
        response.on("error", fail).on("end", () => resolve({ status: response.statusCode ?? 0 }));
        response.resume();
      });
      const fail = (error: Error & { readonly code?: string }): void => {
        // The other side closed a kept connection as this was sent on it: nobody has refused anything.
        if (request.reusedSocket && error.code === "ECONNRESET") return resolve(post(json));
        resolve({
          failure: signal.aborted && !stopped.aborted ? "ETIMEDOUT" : (error.code ?? error.message),
        });
      };
      request.on("error", fail);
      request.end(json);
    });
  return post;
}
