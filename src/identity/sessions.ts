import { randomBytes } from "node:crypto";
import { SealError } from "../secrets/sealer.ts";
import type { SealedFor, Sealer } from "../secrets/sealer.ts";
import { base32 } from "./base32.ts";
import type { Principal } from "./principal.ts";

/** Who a session token stands for, and until when. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}

export type NewSession = Pick<Session, "principal" | "expiresAtMs">;

/**
 * Issues temporary credentials. All that there is to know of them stands in their token, sealed, so nothing is stored and
 * they outlive the server's process.
 *
 * Tokens that were issued while nobody was asked for a signature are worth nothing where signatures are.
 */
export class Sessions {
  readonly #sealer: Pick<Sealer, "seal" | "open">;
  readonly #sealedFor: SealedFor;

  constructor(sealer: Pick<Sealer, "seal" | "open">, mode: "none" | "sigv4") {
    this.#sealer = sealer;
    this.#sealedFor = { purpose: "sessions", place: mode };
  }

  issue(session: NewSession): SessionCredentials {
    const accessKeyId = `ASIA${base32(randomBytes(16), 16)}`;
    const secretAccessKey = randomBytes(30).toString("base64");
    const content: Session = { ...session, accessKeyId, secretAccessKey };
    const sessionToken = this.#sealer.seal(JSON.stringify(content), this.#sealedFor);
    return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs: session.expiresAtMs };
  }

  /** What the token says, expired or not; undefined where it is none of ours. */
  open(sessionToken: string): Session | undefined {
    try {
      // Only `issue` seals for this purpose.
      return JSON.parse(this.#sealer.open(sessionToken, this.#sealedFor)) as Session;
    } catch (error) {
      if (error instanceof SealError) return undefined;
      throw error;
    }
  }
}
