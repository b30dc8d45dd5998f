import { rememberLatest } from "../../lib/remember-latest.ts";
import { ApiError } from "../errors.ts";
import type { SignatureParts } from "./read-signature.ts";
import { parseTimestamp } from "./timestamp.ts";

/** For what a signature was made, by which key. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `20150830`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The names of the headers that a signature covers. */
export interface SignedHeaders {
  /** Lower-case, in order. */
  readonly names: readonly string[];
  /** The same joined by `;`. */
  readonly text: string;
}

/** A signature whose parts are all there and make sense; whether it is right is another question. */
export interface Signature {
  readonly form: "header" | "query";
  readonly credential: CredentialScope;
  readonly signedHeaders: SignedHeaders;
  /** 64 lower-case digits. */
  readonly hexDigest: string;
  readonly signedAtMs: number;
  /** The same instant as signatures hold it: `20150830T123600Z`. */
  readonly signedAt: string;
  readonly sessionToken: string | undefined;
  /** Of a presigned request that says how long it holds: 1 to 604800. */
  readonly expiresSeconds: number | undefined;
}

/** A week: the longest that a presigned request can hold. */
const PRESIGNED_SECONDS_MAX = 604_800;

const ALGORITHM = "AWS4-HMAC-SHA256";
const REGION = /^[a-z0-9-]{1,32}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Reads the parts of a signature; throws IncompleteSignatureException where one is missing or malformed. */
export function parseSignature(parts: SignatureParts): Signature {
  if (parts.algorithm !== ALGORITHM) {
    throw incomplete(`The algorithm of the signature must be ${ALGORITHM}`);
  }
  const { form, credential, signedHeaders, signature, signedAt } = parts;
  if (
    credential === undefined ||
    signedHeaders === undefined ||
    signature === undefined ||
    signedAt === undefined
  ) {
    throw incomplete(missingParts(parts));
  }
  const instant = parseTimestamp(signedAt);
  if (instant === undefined) {
    throw incomplete(
      `The time of the signature must be like 20150830T123600Z, got ${JSON.stringify(signedAt)}`,
    );
  }
  if (!DIGEST.test(signature)) throw incomplete("The signature must be 64 lower-case hexadecimal digits");
  return {
    form,
    credential: parseCredentialScope(credential),
    signedHeaders: parseSignedHeaders(signedHeaders),
    hexDigest: signature,
    signedAtMs: instant.atMs,
    signedAt: instant.text,
    sessionToken: parts.sessionToken,
    expiresSeconds: parts.expires === undefined ? undefined : parseExpires(parts.expires),
  };
}

/** Reads `⟨key id⟩/⟨date⟩/⟨region⟩/⟨service⟩/aws4_request`. */
export function parseCredentialScope(text: string | undefined): CredentialScope {
  if (text === undefined) throw incomplete("Authorization header requires 'Credential' parameter.");
  return readCredentialScope(text);
}

// A client's signatures of one day agree in these two.
const readCredentialScope = rememberLatest((text): CredentialScope => {
  const elements = text.split("/");
  const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = elements;
  if (elements.length !== 5) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${text}'`,
    );
  }
  if (terminator !== "aws4_request") {
    throw incomplete(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`,
    );
  }
  if (!REGION.test(region)) {
    throw incomplete(`Credential should be scoped to a valid region, not '${region}'.`);
  }
  return { accessKeyId, date, region, service };
});

const parseSignedHeaders = rememberLatest((text): SignedHeaders => {
  const names = text.toLowerCase().split(";").sort();
  return { names, text: names.join(";") };
});

function missingParts({ form, credential, signature, signedHeaders, signedAt }: SignatureParts): string {
  const carrier = form === "header" ? "Authorization header" : "Query string";
  const names = [
    credential === undefined ? "'Credential' parameter" : "",
    signature === undefined ? "'Signature' parameter" : "",
    signedHeaders === undefined ? "'SignedHeaders' parameter" : "",
    signedAt === undefined ? "existence of either a 'X-Amz-Date' or a 'Date' header" : "",
  ];
  return names.flatMap((name) => (name === "" ? [] : [`${carrier} requires ${name}.`])).join(" ");
}

function parseExpires(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > PRESIGNED_SECONDS_MAX) {
    throw incomplete(
      `X-Amz-Expires must be between 1 and ${PRESIGNED_SECONDS_MAX} seconds, got ${JSON.stringify(text)}`,
    );
  }
  return seconds;
}

/** AWS answers these with 400, unlike signatures that are whole and wrong. */
function incomplete(message: string): ApiError {
  return new ApiError("IncompleteSignatureException", message);
}
