import { describe, expect, test } from "vitest";
import { ApiError } from "./errors.ts";
import { createGuard } from "./guards.ts";

const guard = createGuard({
  boundHost: "10.1.2.3",
  allowedHosts: ["batch.example.com", ".internal", "FD00::1"],
});

describe("the Host header", () => {
  test.each([
    "localhost",
    "LOCALHOST:8080",
    "localhost.",
    "console.localhost:1",
    "127.0.0.1",
    "127.255.3.4:65535",
    "[::1]",
    "[::1]:8080",
    "10.1.2.3",
    "10.1.2.3:8080",
    "batch.example.com:443",
    "Batch.Example.COM",
    "a.internal",
    "a.b.internal:80",
    "[fd00::1]:8080",
  ])("%s is served", (host) => {
    expect(verdict({ host })).toBe("let in");
  });

  test.each([
    "evil.com",
    "evil.com:8080",
    "localhost.evil.com",
    "notlocalhost",
    "127.0.0.1.evil.com",
    "127.0.0.256",
    "128.0.0.1",
    "10.1.2.4",
    "internal",
    "xinternal",
    "x.batch.example.com",
    "[::2]",
    "0.0.0.0",
  ])("%s is refused", (host) => {
    const name = host.replace(/:\d+$/, "");
    expect(verdict({ host })).toBe(
      `403 AccessDeniedException The Host header names ${name}, which is not among the hosts that this server answers for`,
    );
  });

  test.each([
    undefined,
    "",
    "user@localhost",
    "localhost:8080@evil.com",
    "localhost,evil.com",
    "localhost:",
    "localhost:x",
    "local host",
    "localhost/",
    "::1",
    "[::1",
    "127.0.0.1\\evil.com",
  ])("%s is no host", (host) => {
    expect(verdict({ host })).toBe(
      `403 AccessDeniedException The Host header must name a host, got ${JSON.stringify(host ?? "")}`,
    );
  });
});

describe("a web page", () => {
  const host = "localhost:8080";

  test.each<[headers: Record<string, string>, expected: string]>([
    [{ origin: "http://localhost:8080" }, "let in"],
    [{ origin: "https://LOCALHOST:8080" }, "let in"],
    [{ origin: "http://localhost:8080", "sec-fetch-site": "same-origin" }, "let in"],
    [{ "sec-fetch-site": "none" }, "let in"],
    [{ origin: "http://localhost" }, refused('Origin "http://localhost"')],
    [{ origin: "http://localhost:8081" }, refused('Origin "http://localhost:8081"')],
    [{ origin: "http://evil.com" }, refused('Origin "http://evil.com"')],
    [{ origin: "http://localhost:8080.evil.com" }, refused('Origin "http://localhost:8080.evil.com"')],
    [{ origin: "null" }, refused('Origin "null"')],
    [{ origin: "" }, refused('Origin ""')],
    [{ origin: "chrome-extension://localhost:8080" }, refused('Origin "chrome-extension://localhost:8080"')],
    [{ "sec-fetch-site": "cross-site" }, refused('Sec-Fetch-Site "cross-site"')],
    [{ "sec-fetch-site": "same-site" }, refused('Sec-Fetch-Site "same-site"')],
    [
      { origin: "http://localhost:8080", "sec-fetch-site": "cross-site" },
      refused('Sec-Fetch-Site "cross-site"'),
    ],
    [{ "sec-fetch-site": "same-origin, cross-site" }, refused('Sec-Fetch-Site "same-origin, cross-site"')],
    [{ "sec-fetch-site": "none,none" }, refused('Sec-Fetch-Site "none,none"')],
    [{ "sec-fetch-site": "" }, refused('Sec-Fetch-Site ""')],
  ])("with %j", (headers, expected) => {
    expect(verdict({ host, ...headers })).toBe(expected);
  });
});

test.each(["http://localhost/v1/listjobs", "*", "localhost:80", ""])(
  "the request target %j is refused",
  (target) => {
    expect(verdict({ host: "localhost" }, target)).toBe(
      "403 AccessDeniedException The request target must be a path; this server is no proxy",
    );
  },
);

function verdict(headers: Record<string, string | undefined>, target = "/v1/listjobs"): string {
  try {
    guard({ method: "POST", target, headers });
    return "let in";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `${error.status} ${error.code} ${error.message}`;
  }
}

function refused(got: string): string {
  return `403 AccessDeniedException Requests from pages of another origin are refused, got ${got}`;
}
