import { partitionOf } from "../../batch/arn.ts";
import type { Scope } from "../../batch/scope.ts";
import type { Clock } from "../../lib/clock.ts";
import { ApiError } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import type { Credential } from "./credentials-file.ts";
import { parseCredentialScope, parseSignature } from "./parse-signature.ts";
import { readSignature } from "./read-signature.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { unrecognizedClient, verifySignature } from "./verify-signature.ts";

/** Who asks, and whose resources they see. */
export interface Caller {
  readonly scope: Scope;
  /** ARN of the user that the key belongs to; of the account where the key is not known. */
  readonly principal: string;
}

/**
 * Finds out who sends a request; throws an ApiError where that has to be known and is not.
 *
 * @param service the name that a signature must be made for.
 */
export type Authenticate = (request: ApiRequest, service: string) => Caller;

export interface AuthenticationOptions {
  /** `none` takes callers at their word; `sigv4` demands a signature by a known key. */
  readonly mode: "none" | "sigv4";
  /** At most one for each access key id. */
  readonly credentials: readonly Credential[];
  /** The region of requests that are not signed, and the account of keys that have none of their own. */
  readonly defaults: Scope;
  readonly clock: Clock;
}

/** The request's region is the one that it was signed for, its account that of the key. */
export function createAuthenticate(options: AuthenticationOptions): Authenticate {
  const { mode, defaults, clock } = options;
  const credentials = new Map(options.credentials.map((credential) => [credential.accessKeyId, credential]));
  const signingKeys = createSigningKeys();

  return (request, service) => {
    const parts = readSignature(request);
    if (parts === undefined) {
      if (mode === "sigv4") throw missingAuthentication();
      return callerOf(undefined, defaults.region, defaults);
    }
    if (mode === "none") {
      const { accessKeyId, region } = parseCredentialScope(parts.credential);
      return callerOf(credentials.get(accessKeyId), region, defaults);
    }
    const signature = parseSignature(parts);
    const credential = credentials.get(signature.credential.accessKeyId);
    if (credential === undefined) throw unrecognizedClient();
    verifySignature({ request, signature, credential, service, signingKeys, nowMs: clock.nowMs() });
    return callerOf(credential, signature.credential.region, defaults);
  };
}

function callerOf(credential: Credential | undefined, region: string, defaults: Scope): Caller {
  const accountId = credential?.accountId ?? defaults.accountId;
  const resource = credential === undefined ? "root" : `user/${credential.profile}`;
  return {
    scope: { accountId, region },
    principal: `arn:${partitionOf(region)}:iam::${accountId}:${resource}`,
  };
}

function missingAuthentication(): ApiError {
  return new ApiError("MissingAuthenticationTokenException", "Missing Authentication Token", { status: 403 });
}
