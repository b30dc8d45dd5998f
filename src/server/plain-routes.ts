import { isIP } from "node:net";
import { ApiError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import type { ApiRequest } from "../api/http.ts";
import { VERSION } from "../version.ts";
import type { ServerConfig } from "./config.ts";
import { json } from "./json-answers.ts";
import type { Metrics } from "./metrics.ts";

/**
 * What is answered without a signature: how the server is, and its metrics. These name queues and tell how busy each is,
 * so where requests must be signed only this machine gets to read them, unless `--open-metrics` says otherwise.
 */
export function createPlainRoutes(
  metrics: Pick<Metrics, "render">,
  isTicking: () => boolean,
  { auth, isMetricsOpen }: Pick<ServerConfig, "auth" | "isMetricsOpen">,
): ReadonlyMap<string, PlainRoute> {
  return new Map<string, PlainRoute>([
    ["/health", () => json(200, { status: "ok", version: VERSION })],
    [
      "/ready",
      () => (isTicking() ? json(200, { status: "ready" }) : json(503, { status: "engine not ticking" })),
    ],
    [
      "/metrics",
      async (request) => {
        if (auth !== "none" && !isMetricsOpen && !isFromThisMachine(request)) throw metricsClosed();
        const { contentType, text } = await metrics.render();
        return { status: 200, headers: { "content-type": contentType }, body: text };
      },
    ],
  ]);
}

/** A proxy on this machine says for whom it asks: that is somebody else. */
function isFromThisMachine({ peerAddress = "", headers }: ApiRequest): boolean {
  if (headers["forwarded"] !== undefined || headers["x-forwarded-for"] !== undefined) return false;
  const address = peerAddress.replace(/^::ffff:/, "");
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

function metricsClosed(): ApiError {
  const message =
    "Under --auth sigv4 /metrics is answered to clients on the server's own machine only; --open-metrics opens it";
  return new ApiError("AccessDeniedException", message, { status: 403 });
}
