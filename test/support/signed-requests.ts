import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "../../src/api/errors.ts";
import type { ApiRequest } from "../../src/api/http.ts";
import { createAuthenticate } from "../../src/api/signature/authenticate.ts";
import type { AuthenticationOptions, Caller } from "../../src/api/signature/authenticate.ts";
import type { Credential } from "../../src/api/signature/credentials-file.ts";

/**
 * Requests as AWS's own Python library sends them: botocore 1.43.11, its clock held at `signedAt`, the request taken
 * where it would have been sent.
 */
interface Vectors {
  readonly signedAt: string;
  readonly credentials: Readonly<Record<"plain" | "temporary", Omit<Credential, "profile">>>;
  readonly cases: readonly {
    readonly name: string;
    readonly service: string;
    readonly credential: "plain" | "temporary";
    readonly request: Omit<ApiRequest, "body"> & { readonly body: string };
  }[];
}

// A file of ours: trusted to have its shape.
const VECTORS = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../src/api/signature/botocore-vectors.json"), "utf8"),
) as Vectors;
export const SIGNED_AT_MS = Date.parse(VECTORS.signedAt);
export const CREDENTIALS: readonly Credential[] = [
  { profile: "ci", accountId: "210987654321", ...VECTORS.credentials.plain },
  { profile: "guest", ...VECTORS.credentials.temporary },
];
/** The vectors by name and service, but for the one that must be refused. */
export const ACCEPTED = VECTORS.cases.filter(({ name }) => name !== "UNSIGNED-PAYLOAD");

export interface Options extends Pick<AuthenticationOptions, "mode" | "credentials"> {
  readonly service: string;
  readonly nowMs: number;
}

function authenticate(request: ApiRequest, service = "batch", options: Partial<Options> = {}): Caller {
  const { mode = "sigv4", credentials = CREDENTIALS, nowMs = SIGNED_AT_MS } = options;
  return createAuthenticate({
    mode,
    credentials,
    sessions: { open: () => undefined },
    defaults: { accountId: "123456789012", region: "us-west-2" },
    clock: { nowMs: () => nowMs, monotonicMs: () => 0 },
  })(request, service);
}

/** The caller, or the ApiError that was thrown instead; any other error is thrown on. */
export function attempt(request: ApiRequest, options: Partial<Options> = {}): Caller | ApiError {
  try {
    return authenticate(request, options.service, options);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

export function refusal(
  request: ApiRequest,
  options: Partial<Options> = {},
): readonly [status: number, code: string, message: string] {
  const outcome = attempt(request, options);
  return outcome instanceof ApiError
    ? [outcome.status, outcome.code, outcome.message]
    : [200, "accepted", outcome.principal];
}

export function requestOf(name: string): ApiRequest {
  const vector = VECTORS.cases.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`there is no vector ${name}`);
  return { ...vector.request, body: Buffer.from(vector.request.body) };
}

export function withHeader(request: ApiRequest, name: string, value: string | undefined): ApiRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

export function changeAuthorization(name: string, from: string | RegExp, to: string): ApiRequest {
  const request = requestOf(name);
  return withHeader(request, "authorization", request.headers["authorization"]?.replace(from, to));
}
