import { createHmac, hash } from "node:crypto";
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
export type SigningKeys = (credential: SigningCredential, scope: SignatureScope) => SigningKey;

export function createSigningKeys(): SigningKeys {
  const kept = new RecentlyUsed<SigningKey>(SIGNING_KEYS_MAX);
  return (credential, { date, region, service }) => {
    const id = `${credential.accessKeyId}/${date}/${region}/${service}`;
    const known = kept.get(id);
    if (known !== undefined) return known;
    const key = new SigningKey(deriveKey(credential.secretAccessKey, [date, region, service]));
    kept.set(id, key);
    return key;
  };
}

/** SHA-256 takes its input in blocks of 64 bytes, and gives 32. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * HMAC-SHA256 with one key: https://www.rfc-editor.org/rfc/rfc2104#section-2
 *
 * Made of two digests, since Node makes one of those in half the time of an HMAC of its own.
 */
export class SigningKey {
  /** The key's first block, and room for the text behind it. */
  #inner: Buffer;
  /** The key's other block, and behind it the inner digest. */
  readonly #outer: Buffer;

  /** @param key not longer than a block. */
  constructor(key: Uint8Array) {
    this.#inner = Buffer.alloc(BLOCK_BYTES, 0x36);
    this.#outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
    for (const [index, byte] of key.entries()) {
      this.#inner.writeUInt8(0x36 ^ byte, index);
      this.#outer.writeUInt8(0x5c ^ byte, index);
    }
  }

  /** Hexadecimal. */
  sign(text: string): string {
    const length = BLOCK_BYTES + Buffer.byteLength(text);
    if (length > this.#inner.byteLength) this.#inner = Buffer.concat([this.#inner], length);
    this.#inner.write(text, BLOCK_BYTES);
    this.#outer.write(hash("sha256", this.#inner.subarray(0, length), "hex"), BLOCK_BYTES, "hex");
    return hash("sha256", this.#outer, "hex");
  }
}

function deriveKey(secret: string, scope: readonly string[]): Uint8Array {
  const parts = [...scope, "aws4_request"];
  return parts.reduce<Uint8Array>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}
