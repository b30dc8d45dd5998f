import { expect, test } from "vitest";
import type { ApiRequest } from "../api/http.ts";
import { createPlainRoutes } from "./plain-routes.ts";

const METRICS = { render: async () => ({ contentType: "text/plain", text: "batchyard_jobs 1" }) };

async function askMetrics(
  config: Parameters<typeof createPlainRoutes>[2],
  request: Partial<ApiRequest>,
): Promise<string> {
  const route = createPlainRoutes(METRICS, () => true, config).get("/metrics");
  const asked = { method: "GET", target: "/metrics", headers: {}, body: new Uint8Array(), ...request };
  try {
    return `${(await route?.(asked, "id"))?.status}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const CLOSED = { auth: "sigv4", isMetricsOpen: false } as const;
const REFUSAL = expect.stringContaining("clients on the server's own machine only");

test.each<[ApiRequest["peerAddress"], ApiRequest["headers"], unknown]>([
  ["127.0.0.1", {}, "200"],
  ["127.8.9.1", {}, "200"],
  ["::1", {}, "200"],
  ["::ffff:127.0.0.1", {}, "200"],
  ["10.0.0.7", {}, REFUSAL],
  ["::ffff:10.0.0.7", {}, REFUSAL],
  ["fe80::1", {}, REFUSAL],
  ["127.0.0.1", { "x-forwarded-for": "10.0.0.7" }, REFUSAL],
  ["127.0.0.1", { forwarded: "for=10.0.0.7" }, REFUSAL],
])(
  "where requests must be signed, /metrics answers %s with %j by %s",
  async (peerAddress, headers, answer) => {
    expect(await askMetrics(CLOSED, { ...(peerAddress && { peerAddress }), headers })).toEqual(answer);
  },
);

test("/metrics is not answered to a peer that is not known", async () => {
  expect(await askMetrics(CLOSED, {})).toEqual(REFUSAL);
});

test("/metrics is open where it is said so, and where nothing has to be signed", async () => {
  const peerAddress = "10.0.0.7";
  expect(await askMetrics({ auth: "sigv4", isMetricsOpen: true }, { peerAddress })).toBe("200");
  expect(await askMetrics({ auth: "none", isMetricsOpen: false }, { peerAddress })).toBe("200");
});
