import { createHmac, createSecretKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { RecentlyUsed } from "../../lib/recently-used.ts";
import type { SigningCredential } from "./credentials-file.ts";

/** What a signature is good for, apart from the key. */
interface SignatureScope {
  /** `20150830`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Signing keys that are kept; clients use few at a time, and a new one costs four digests. */
export const SIGNING_KEYS_MAX = 1_000;

/** The key that signs for a scope, derived once and kept while it is among those used last. */
export type SigningKeys = (credential: SigningCredential, scope: SignatureScope) => KeyObject;

export function createSigningKeys(): SigningKeys {
  const kept = new RecentlyUsed<KeyObject>(SIGNING_KEYS_MAX);
  return (credential, { date, region, service }) => {
    const id = `${credential.accessKeyId}/${date}/${region}/${service}`;
    const known = kept.get(id);
    if (known !== undefined) return known;
    const key = deriveKey(credential.secretAccessKey, [date, region, service]);
    kept.set(id, key);
    return key;
  };
}

function deriveKey(secret: string, scope: readonly string[]): KeyObject {
  let key = createSecretKey(`AWS4${secret}`, "utf8");
  for (const part of [...scope, "aws4_request"]) {
    key = createSecretKey(createHmac("sha256", key).update(part).digest());
  }
  return key;
}
