import type { Scope } from "../../batch/scope.ts";
import { principalArn } from "../../identity/principal.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Session, Sessions } from "../../identity/sessions.ts";
import type { Clock } from "../../lib/clock.ts";
import { rememberLatest } from "../../lib/remember-latest.ts";
import { ApiError } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import type { Credential, SigningCredential } from "./credentials-file.ts";
import { parseCredentialScope, parseSignature } from "./parse-signature.ts";
import { readSignature } from "./read-signature.ts";
import type { SignatureParts } from "./read-signature.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { unrecognizedClient, verifySignature } from "./verify-signature.ts";

/** Who asks, and whose resources they see. */
export interface Caller {
  readonly scope: Scope;
  /** ARN of the user or role that the key belongs to; of the account where the key is not known. */
  readonly principal: string;
  /** The key is one that expires, and came with its token. */
  readonly isTemporary?: true;
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
  /** What STS and jobs were given. */
  readonly sessions: Pick<Sessions, "open">;
  /** The region of requests that are not signed, and the account of keys that have none of their own. */
  readonly defaults: Scope;
  readonly clock: Clock;
}

/** The request's region is the one that it was signed for, its account that of the key. */
export function createAuthenticate(options: AuthenticationOptions): Authenticate {
  const { mode, defaults, clock, sessions } = options;
  const credentials = new Map(options.credentials.map((credential) => [credential.accessKeyId, credential]));
  const signingKeys = createSigningKeys();
  // A client's requests of one day are of one caller.
  const userCaller = rememberLatest((credentialScope): Caller => {
    const { accessKeyId, region } = parseCredentialScope(credentialScope);
    return callerOf(principalOf(credentials.get(accessKeyId), defaults), region);
  });

  return (request, service) => {
    const parts = readSignature(request);
    if (parts === undefined) {
      if (mode === "sigv4") throw missingAuthentication();
      return callerOf(principalOf(undefined, defaults), defaults.region);
    }
    const findSession = (accessKeyId: string): Session | undefined => {
      if (parts.sessionToken === undefined || credentials.has(accessKeyId)) return undefined;
      const session = sessions.open(parts.sessionToken);
      return session?.accessKeyId === accessKeyId ? session : undefined;
    };
    if (mode === "none") {
      const { accessKeyId, region } = parseCredentialScope(parts.credential);
      const session = findSession(accessKeyId);
      if (session !== undefined) return sessionCaller(session, region);
      return userCaller(parts.credential ?? "");
    }
    const signature = parseSignature(parts);
    const { accessKeyId, region } = signature.credential;
    const session = findSession(accessKeyId);
    const credential = session === undefined ? credentials.get(accessKeyId) : withToken(session, parts);
    if (credential === undefined) throw unrecognizedClient();
    const nowMs = clock.nowMs();
    verifySignature({ request, signature, credential, service, signingKeys, nowMs });
    if (session === undefined) return userCaller(parts.credential ?? "");
    if (session.expiresAtMs <= nowMs) throw expiredToken();
    if (!isStillThere(session.principal, options)) throw unrecognizedClient();
    return sessionCaller(session, region);
  };
}

function withToken(session: Session, { sessionToken }: SignatureParts): SigningCredential {
  return sessionToken === undefined ? session : { ...session, sessionToken };
}

function principalOf(credential: Credential | undefined, defaults: Scope): Principal {
  const accountId = credential?.accountId ?? defaults.accountId;
  if (credential === undefined) return { kind: "root", accountId };
  return { kind: "user", accountId, userName: credential.profile };
}

function callerOf(principal: Principal, region: string): Caller {
  return { scope: { accountId: principal.accountId, region }, principal: principalArn(principal, region) };
}

function sessionCaller({ principal }: Session, region: string): Caller {
  return { ...callerOf(principal, region), isTemporary: true };
}

/** A user's session ends with the user: with the last of their keys. */
function isStillThere(principal: Principal, { credentials, defaults }: AuthenticationOptions): boolean {
  if (principal.kind !== "user") return true;
  return credentials.some(
    ({ profile, accountId = defaults.accountId }) =>
      profile === principal.userName && accountId === principal.accountId,
  );
}

function expiredToken(): ApiError {
  return new ApiError("ExpiredTokenException", "The security token included in the request is expired", {
    status: 403,
  });
}

function missingAuthentication(): ApiError {
  return new ApiError("MissingAuthenticationTokenException", "Missing Authentication Token", { status: 403 });
}
