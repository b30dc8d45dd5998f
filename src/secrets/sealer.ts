import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** 256 bits, from which a key for each purpose is derived. Read from its file when first needed: may throw `SecretKeyFileError`. */
export type MasterKey = () => Buffer;

/** What a text is sealed for: what was sealed for one purpose or place cannot be opened for another. */
export interface SealedFor {
  readonly purpose: string;
  /** As in `123456789012/us-east-1 db/password`. */
  readonly place: string;
}

/** Thrown where a sealed text cannot be opened: it was sealed by another key or for something else, or was changed. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/** Thrown where the file of the master key cannot be used. Its message says what to do about it. */
export class SecretKeyFileError extends Error {
  override readonly name = "SecretKeyFileError";
}

export const MASTER_KEY_BYTES = 32;

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts and authenticates texts (AES-256-GCM), each with a nonce of its own: random nonces are safe for far more texts
 * than a server ever seals.
 */
export class Sealer {
  readonly #masterKey: MasterKey;
  readonly #keys = new Map<string, Buffer>();

  constructor(masterKey: MasterKey) {
    this.#masterKey = masterKey;
  }

  /** In letters, digits, `-` and `_`. */
  seal(text: string, { purpose, place }: SealedFor): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.deriveKey(purpose), nonce).setAAD(Buffer.from(place));
    const sealed = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString("base64url");
  }

  /** Throws `SealError`. */
  open(sealed: string, { purpose, place }: SealedFor): string {
    const bytes = Buffer.from(sealed, "base64url");
    // Decoding passes over what is no base64url.
    if (bytes.toString("base64url") !== sealed) throw new SealError("not as it was written");
    const tagAt = bytes.length - TAG_BYTES;
    if (tagAt < NONCE_BYTES) throw new SealError("too short");
    const key = this.deriveKey(purpose);
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(tagAt));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, tagAt));
      return Buffer.concat([text, decipher.final()]).toString("utf8");
    } catch (error) {
      throw new SealError("sealed by another key or for something else", { cause: error });
    }
  }

  /** A key of 32 bytes for this purpose alone. */
  deriveKey(purpose: string): Buffer {
    const known = this.#keys.get(purpose);
    if (known !== undefined) return known;
    const key = Buffer.from(
      hkdfSync("sha256", this.#masterKey(), "", `batchyard ${purpose}`, MASTER_KEY_BYTES),
    );
    this.#keys.set(purpose, key);
    return key;
  }
}
