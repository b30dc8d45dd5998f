import type { RequestHead } from "./http.ts";
import { pathOf, queryOf } from "./request-target.ts";
import { SERVICES } from "./services.ts";
import type { Service } from "./services.ts";
import { readSignature } from "./signature/read-signature.ts";

/**
 * Which service a request is for, all of them being served on one port.
 *
 * Told by the path, then by the header of CloudWatch Logs, then by the form that STS takes, then by the service that
 * the request was signed for. It is never in doubt: what nothing tells is Batch's, whose answer is then that there is
 * no such operation.
 */
export function findService(head: RequestHead): Service {
  const path = pathOf(head.target);
  if (path.startsWith("/v1/")) return SERVICES.batch;
  if (path === "/secrets" || path.startsWith("/secrets/")) return SERVICES.secrets;
  if (head.headers["x-amz-target"] !== undefined) return SERVICES.logs;
  if (path === "/" && isQueryForm(head)) return SERVICES.sts;

  const signedFor = readSignature(head)?.credential?.split("/")[3];
  if (signedFor === "logs" || signedFor === "sts") return SERVICES[signedFor];
  return mediaType(head) === "application/x-amz-json-1.1" ? SERVICES.logs : SERVICES.batch;
}

function mediaType(head: RequestHead): string | undefined {
  return head.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
}

function isQueryForm(head: RequestHead): boolean {
  if (mediaType(head) === "application/x-www-form-urlencoded") return true;
  return queryOf(head.target).some(([name]) => name === "Action");
}
