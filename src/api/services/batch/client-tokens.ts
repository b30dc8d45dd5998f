import {
  clientTokenArn,
  clientTokenName,
  createClientToken,
  isExpired,
} from "../../../batch/client-token.ts";
import type { ClientToken } from "../../../batch/client-token.ts";
import type { Change } from "../../../store/change.ts";
import type { LiveState } from "../../../store/live-state.ts";
import type { RequestContext } from "../../operation.ts";
import { causeOf } from "./cause-of.ts";

/** At most this many expired tokens are forgotten with one use. */
const FORGOTTEN_MAX = 100;

/** A request that may carry a `clientToken`. */
export interface TokenUse {
  readonly operation: Parameters<typeof clientTokenName>[0];
  /** Absent: there is nothing to recognise the request by. */
  readonly token: string | undefined;
  /** The request without its token. */
  readonly request: string;
  readonly nowMs: number;
}

/** The earlier use of the same token, as long as it is remembered. */
export function findEarlierUse(
  state: LiveState,
  { scope }: RequestContext,
  { operation, token, nowMs }: TokenUse,
): ClientToken | undefined {
  if (token === undefined) return undefined;
  const found = state.plainResources.find(
    "client-token",
    clientTokenArn(scope, clientTokenName(operation, token)),
  );
  return found === undefined || isExpired(found, nowMs) ? undefined : found;
}

/** Remembers the token, and forgets some that have expired. */
export function rememberToken(
  state: LiveState,
  context: RequestContext,
  { operation, token, request, nowMs }: TokenUse,
): readonly Change[] {
  if (token === undefined) return [];
  const name = clientTokenName(operation, token);
  const members = { request, usedAtMs: nowMs, cause: causeOf(context) };
  const resource = createClientToken(context.scope, name, members);
  return [...forgetExpired(state, resource.arn, nowMs), { kind: "plain-resource-put", resource }];
}

/** Tokens stand in the order of their use, those from before a restart first: the first that is still good ends the search. */
function forgetExpired(state: LiveState, usedArn: string, nowMs: number): readonly Change[] {
  const changes: Change[] = [];
  for (const resource of state.plainResources.all("client-token")) {
    if (!isExpired(resource, nowMs) || changes.length === FORGOTTEN_MAX) break;
    if (resource.arn !== usedArn) changes.push({ kind: "plain-resource-removed", resource });
  }
  return changes;
}
