import type { Cause } from "../../../batch/cause.ts";
import type { RequestContext } from "../../operation.ts";

/** What is kept with everything that a request changes: who asked, and in which request. */
export function causeOf({ principal, requestId }: RequestContext): Cause {
  return { principal, requestId };
}
