import type { ApiRequest } from "../http.ts";
import { encodePercent, pathOf, queryOf } from "../request-target.ts";
import type { SignedHeaders } from "./parse-signature.ts";

/**
 * The form of a request that both sides sign:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * A signed header that the request does not have counts as empty.
 *
 * @param bodyHash hexadecimal SHA-256 of the body.
 */
export function canonicalRequest(
  request: ApiRequest,
  signedHeaders: SignedHeaders,
  bodyHash: string,
): string {
  let headers = "";
  for (const name of signedHeaders.names)
    headers += `${name}:${collapseSpace(request.headers[name] ?? "")}\n`;
  const path = canonicalPath(pathOf(request.target));
  return `${request.method}\n${path}\n${canonicalQuery(request.target)}\n${headers}\n${signedHeaders.text}\n${bodyHash}`;
}

/** A path that is its own canonical form, as almost all are. */
const PLAIN_PATH = /^(?:\/[\w~-]+)+$/;

/** As every service but S3 has it: dot segments and doubled slashes taken out, then what is encoded encoded again. */
function canonicalPath(path: string): string {
  if (PLAIN_PATH.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encodePercent(segment));
  }
  const end = path.endsWith("/") && segments.length > 0 ? "/" : "";
  return `/${segments.join("/")}${end}`;
}

/** Encoded anew and in order of name, then value; without the signature itself, which a presigned request holds. */
function canonicalQuery(target: string): string {
  if (!target.includes("?")) return "";
  return queryOf(target)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]): readonly [string, string] => [encodePercent(name), encodePercent(value)])
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By code unit, which for the encoded text is by byte. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function collapseSpace(value: string): string {
  return value.trim().replace(/\s{2,}|[^\S ]/g, " ");
}
