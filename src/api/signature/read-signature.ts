import type { RequestHead } from "../http.ts";
import { queryOf } from "../request-target.ts";

/**
 * The parts of a signature (AWS Signature Version 4) as the request carries them, unchecked: a part that is missing is
 * absent.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export interface SignatureParts {
  /** `query`: a presigned request, whose signature stands in the query string. */
  readonly form: "header" | "query";
  readonly algorithm: string;
  /** `⟨key id⟩/⟨date⟩/⟨region⟩/⟨service⟩/aws4_request`. */
  readonly credential?: string | undefined;
  readonly signedHeaders?: string | undefined;
  readonly signature?: string | undefined;
  /** When it was signed, as it came: `20150830T123600Z`, or an HTTP date. */
  readonly signedAt?: string | undefined;
  readonly sessionToken?: string | undefined;
  /** How long a presigned request holds, as it came. */
  readonly expires?: string | undefined;
}

/** Undefined where the request is not signed at all. The header form counts where both are there. */
export function readSignature(head: RequestHead): SignatureParts | undefined {
  return readHeaderForm(head) ?? readQueryForm(head);
}

function readHeaderForm({ headers }: RequestHead): SignatureParts | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;

  const text = authorization.trim();
  const space = text.indexOf(" ");
  const parameters = new Map<string, string>();
  for (const parameter of space === -1 ? [] : text.slice(space + 1).split(",")) {
    const equals = parameter.indexOf("=");
    if (equals > 0) parameters.set(parameter.slice(0, equals).trim(), parameter.slice(equals + 1).trim());
  }
  return {
    form: "header",
    algorithm: space === -1 ? text : text.slice(0, space),
    credential: parameters.get("Credential"),
    signedHeaders: parameters.get("SignedHeaders"),
    signature: parameters.get("Signature"),
    signedAt: headers["x-amz-date"] ?? headers["date"],
    sessionToken: headers["x-amz-security-token"],
  };
}

function readQueryForm(head: RequestHead): SignatureParts | undefined {
  if (!head.target.includes("X-Amz-")) return undefined;
  const parameters = new Map(queryOf(head.target));
  const algorithm = parameters.get("X-Amz-Algorithm");
  if (algorithm === undefined) return undefined;
  return {
    form: "query",
    algorithm,
    credential: parameters.get("X-Amz-Credential"),
    signedHeaders: parameters.get("X-Amz-SignedHeaders"),
    signature: parameters.get("X-Amz-Signature"),
    signedAt: parameters.get("X-Amz-Date"),
    sessionToken: parameters.get("X-Amz-Security-Token"),
    expires: parameters.get("X-Amz-Expires"),
  };
}
