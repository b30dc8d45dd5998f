import aws4 from "aws4";
import { describe, expect, test } from "vitest";
import type { Principal } from "../../identity/principal.ts";
import { Sessions } from "../../identity/sessions.ts";
import type { SessionCredentials } from "../../identity/sessions.ts";
import { Sealer } from "../../secrets/sealer.ts";
import { ApiError } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import { createAuthenticate } from "./authenticate.ts";
import type { Caller } from "./authenticate.ts";

const EXPIRES_AT_MS = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
const sealer = new Sealer(() => Buffer.alloc(32, 1));
const ROLE: Principal = { kind: "assumed-role", accountId: "210987654321", roleName: "r", sessionName: "s" };
const USER: Principal = { kind: "user", accountId: "123456789012", userName: "ci" };
const CI = { profile: "ci", accessKeyId: "AKIACI", secretAccessKey: "x" };

function issue(principal: Principal, mode: "none" | "sigv4" = "sigv4"): SessionCredentials {
  return new Sessions(sealer, mode).issue({ principal, expiresAtMs: EXPIRES_AT_MS });
}

function signed({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Omit<SessionCredentials, "expiresAtMs">): ApiRequest {
  const body = "{}";
  const request = { method: "POST", host: "localhost", path: "/v1/describejobs", body, headers: {} };
  const { headers = {} } = aws4.sign(
    { ...request, service: "batch", region: "us-east-1" },
    { accessKeyId, secretAccessKey, sessionToken },
  );
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    method: "POST",
    target: request.path,
    headers: Object.fromEntries(lower) as Record<string, string>,
    body: Buffer.from(body),
  };
}

interface CallOptions {
  readonly nowMs?: number;
  readonly mode?: "none" | "sigv4";
  readonly credentials?: readonly (typeof CI)[];
}

/** Who the server takes the request to be of, or the code by which it refuses it. */
function callerOf(
  request: ApiRequest,
  { nowMs = Date.now(), mode = "sigv4", credentials = [CI] }: CallOptions = {},
): Caller | string {
  const authenticate = createAuthenticate({
    mode,
    credentials,
    sessions: new Sessions(sealer, mode),
    defaults: { accountId: "123456789012", region: "us-east-1" },
    clock: { nowMs: () => nowMs, monotonicMs: () => 0 },
  });
  try {
    return authenticate(request, "batch");
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

const AS_ROLE = {
  scope: { accountId: "210987654321", region: "us-east-1" },
  principal: "arn:aws:sts::210987654321:assumed-role/r/s",
  isTemporary: true,
};

describe("temporary credentials", () => {
  test("are those of their principal", () => {
    expect(callerOf(signed(issue(ROLE)))).toEqual(AS_ROLE);
    expect(callerOf(signed(issue(USER)))).toEqual({
      scope: { accountId: "123456789012", region: "us-east-1" },
      principal: "arn:aws:iam::123456789012:user/ci",
      isTemporary: true,
    });
  });

  test("expire to the millisecond", () => {
    const request = signed(issue(ROLE));
    expect(callerOf(request, { nowMs: EXPIRES_AT_MS - 1 })).toEqual(AS_ROLE);
    expect(callerOf(request, { nowMs: EXPIRES_AT_MS })).toBe("ExpiredTokenException");
  });

  test.each<[name: string, change: Partial<SessionCredentials>, code: string]>([
    ["another secret", { secretAccessKey: "guessed" }, "InvalidSignatureException"],
    ["another key's id", { accessKeyId: "ASIAOTHER" }, "UnrecognizedClientException"],
    ["another token", { sessionToken: issue(ROLE).sessionToken }, "UnrecognizedClientException"],
    ["a token of nobody's", { sessionToken: "AAAA" }, "UnrecognizedClientException"],
    ["a token that was issued without authentication", issue(ROLE, "none"), "UnrecognizedClientException"],
  ])("are refused with %s", (_name, change, code) => {
    expect(callerOf(signed({ ...issue(ROLE), ...change }))).toBe(code);
  });

  test("of a user end with the user's last key, those of a role do not", () => {
    expect(callerOf(signed(issue(USER)), { credentials: [] })).toBe("UnrecognizedClientException");
    expect(callerOf(signed(issue(ROLE)), { credentials: [] })).toEqual(AS_ROLE);
  });

  test("say who asks where nobody has to sign", () => {
    expect(callerOf(signed(issue(ROLE, "none")), { mode: "none" })).toEqual(AS_ROLE);
  });
});
