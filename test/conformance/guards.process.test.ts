import { expect, test } from "vitest";
import { sendRaw } from "../support/raw-request.ts";
import type { RawAnswer } from "../support/raw-request.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer({
  flags: ["--allowed-host", "batch.example.com", "--allowed-host", ".corp.example"],
});

interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** `HOST` in a value stands for host and port of the server. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** What the server answers to a request that a browser may send, or one that only looks so. */
function send({ method = "POST", path = "/v1/describejobqueues", headers = {} }: Sent): Promise<RawAnswer> {
  const { host } = new URL(used.server.url);
  const values = Object.entries(headers).map(([name, value]) => [name, value?.replace("HOST", host)]);
  const body = method === "POST" ? { body: "{}" } : {};
  return sendRaw(used.server.url, { method, path, headers: Object.fromEntries(values), ...body });
}

test.each<[what: string, sent: Sent]>([
  ["its own address", {}],
  ["localhost with a port", { headers: { Host: "localhost:4711" } }],
  ["a name below localhost", { headers: { Host: "batch.localhost" } }],
  ["another loopback address", { headers: { Host: "127.1.2.3" } }],
  ["the loopback address of IPv6", { headers: { Host: "[::1]:80" } }],
  ["a host that was allowed", { headers: { Host: "Batch.Example.com:443" } }],
  ["a name below one that was allowed", { headers: { Host: "a.b.corp.example" } }],
  ["a page of its own", { headers: { Origin: "http://HOST", "Sec-Fetch-Site": "same-origin" } }],
  ["a user who types the address", { headers: { "Sec-Fetch-Site": "none" } }],
])("a request for %s is answered", async (_what, sent) => {
  expect(await send(sent)).toMatchObject({ status: 200 });
});

const FOREIGN: readonly [what: string, sent: Sent][] = [
  ["a foreign host", { headers: { Host: "evil.example" } }],
  ["a foreign host that begins as ours", { headers: { Host: "localhost.evil.example" } }],
  ["a foreign host that ends as one allowed", { headers: { Host: "evilcorp.example" } }],
  ["an address that is not loopback", { headers: { Host: "192.0.2.1" } }],
  ["no host", { headers: { Host: undefined } }],
  ["a foreign origin", { headers: { Origin: "https://evil.example" } }],
  ["another port of this machine", { headers: { Origin: "http://localhost:1" } }],
  ["an origin that hides", { headers: { Origin: "null" } }],
  ["a page of another site", { headers: { "Sec-Fetch-Site": "cross-site" } }],
  ["a page of the same site", { headers: { "Sec-Fetch-Site": "same-site" } }],
  ["a browser that asks first", { method: "OPTIONS", headers: { Origin: "https://evil.example" } }],
  ["a proxy", { path: "http://evil.example/v1/describejobqueues" }],
];

test.each(FOREIGN)("a request for %s is refused, whatever it asks for", async (_what, sent) => {
  const paths = sent.path === undefined ? ["/v1/describejobqueues", "/health", "/metrics", "/"] : [sent.path];
  for (const path of paths) {
    for (const method of [sent.method ?? "GET", "POST"]) {
      const { status, headers, body } = await send({ ...sent, method, path });
      expect(status).toBe(403);
      expect(JSON.parse(body)).toEqual({
        __type: "AccessDeniedException",
        message: expect.stringMatching(/\w/),
      });
      // Nothing allows a browser to show the answer to the page.
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  }
});
