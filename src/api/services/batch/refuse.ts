import { Refusal } from "../../../batch/refusal.ts";
import { clientError, wrappedClientError } from "../../errors.ts";
import type { RequestContext } from "../../operation.ts";

/** A rule's result where there is one; a refusal goes to the caller as the ClientException that AWS makes of it. */
export function orRefuse<Result>(
  result: Result | Refusal,
  { requestId }: Pick<RequestContext, "requestId">,
): Result {
  if (!(result instanceof Refusal)) return result;
  throw result.isWrapped ? wrappedClientError(result.text, requestId) : clientError(result.text);
}
