import { Refusal } from "../../../batch/refusal.ts";
import { clientError, wrappedClientError } from "../../errors.ts";
import type { RequestContext } from "../../operation.ts";

/** The longest text that AWS has, the list of instance types, is well below: 16 KiB or so. */
const TEXT_LENGTH_MAX = 65_536;

/** A rule's result where there is one; a refusal goes to the caller as the ClientException that AWS makes of it. */
export function orRefuse<Result>(
  result: Result | Refusal,
  { requestId }: Pick<RequestContext, "requestId">,
): Result {
  if (!(result instanceof Refusal)) return result;
  const text = shorten(result.text);
  throw result.isWrapped ? wrappedClientError(text, requestId) : clientError(text);
}

/** Texts quote what the caller sent, which may be as long as a request. */
function shorten(text: string): string {
  if (text.length <= TEXT_LENGTH_MAX) return text;
  return `${text.slice(0, TEXT_LENGTH_MAX).toWellFormed()}… (${text.length} characters)`;
}
