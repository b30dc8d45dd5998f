import { ApiError } from "./errors.ts";
import type { RequestHead } from "./http.ts";

export interface GuardOptions {
  /** The name or address that the server listens on. */
  readonly boundHost: string;
  /** Further names under which clients reach it: `batch.example.com`, or with a leading dot all names below one. */
  readonly allowedHosts: readonly string[];
}

/** Throws an ApiError where a request is not one that a program sends to this server. */
export type Guard = (head: RequestHead) => void;

/**
 * Keeps web pages out. A page that somebody looks at can send requests from their browser to this machine, by its
 * address or by a name of its own that it lets point here; a browser then says so in `Host`, `Origin` or
 * `Sec-Fetch-Site`, and programs never send what is refused here.
 */
export function createGuard(options: GuardOptions): Guard {
  const bound = normalHost(options.boundHost);
  const exact = new Set(options.allowedHosts.filter((host) => !host.startsWith(".")).map(normalHost));
  const suffixes = options.allowedHosts.filter((host) => host.startsWith(".")).map(normalHost);

  return (head) => {
    if (!head.target.startsWith("/")) {
      throw forbidden("The request target must be a path; this server is no proxy");
    }
    const authority = head.headers["host"] ?? "";
    const host = hostOf(authority);
    if (host === undefined)
      throw forbidden(`The Host header must name a host, got ${JSON.stringify(authority)}`);
    const isServed =
      host === bound ||
      isLoopback(host) ||
      exact.has(host) ||
      suffixes.some((suffix) => host.endsWith(suffix));
    if (!isServed) {
      throw forbidden(
        `The Host header names ${host}, which is not among the hosts that this server answers for`,
      );
    }
    checkOrigin(head, authority);
  };
}

/** Host and port as a Host header may have them: `name`, `name:8080`, `[::1]:8080`. */
const AUTHORITY = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
const IPV4_LOOPBACK = /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|\d{1,2})){3}$/;

/** Without the port and a final dot, in lower case; undefined for anything that is not plainly host and port. */
function hostOf(authority: string): string | undefined {
  const host = AUTHORITY.exec(authority.toLowerCase())?.[1];
  return host === undefined ? undefined : normalHost(host);
}

function normalHost(host: string): string {
  const plain = host.toLowerCase().replace(/\.$/, "");
  return plain.includes(":") && !plain.startsWith("[") ? `[${plain}]` : plain;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || IPV4_LOOPBACK.test(host);
}

function checkOrigin({ headers }: RequestHead, authority: string): void {
  const origin = headers["origin"];
  if (origin !== undefined && !isSameOrigin(origin, authority)) {
    throw forbidden(
      `Requests from pages of another origin are refused, got Origin ${JSON.stringify(origin)}`,
    );
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw forbidden(
      `Requests from pages of another origin are refused, got Sec-Fetch-Site ${JSON.stringify(site)}`,
    );
  }
}

/** The scheme is left out: behind a proxy that ends TLS the server does not know its own. */
function isSameOrigin(origin: string, authority: string): boolean {
  return /^https?:\/\/(.+)$/.exec(origin.toLowerCase())?.[1] === authority.toLowerCase();
}

function forbidden(message: string): ApiError {
  return new ApiError("AccessDeniedException", message, { status: 403 });
}
