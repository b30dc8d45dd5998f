import type { Cause } from "./cause.ts";
import type { Scope } from "./scope.ts";

/** That a request with a `clientToken` was taken, so that its repetition is known as one (specification 1.6). */
export interface ClientToken {
  readonly resourceType: "client-token";
  readonly scope: Scope;
  /** `⟨operation⟩/⟨token⟩`: the same token in another operation is another. */
  readonly name: string;
  /** Stands for the ARN that other resources have. */
  readonly arn: string;
  /** The request, as JSON without its token: a repetition asks for the same. */
  readonly request: string;
  readonly usedAtMs: number;
  readonly cause: Cause;
}

/** How long a repetition is known as one, as AWS has it for UpdateConsumableResource. */
const CLIENT_TOKEN_MS = 8 * 60 * 60 * 1000;

export function clientTokenName(
  operation: "SubmitServiceJob" | "UpdateConsumableResource",
  token: string,
): string {
  return `${operation}/${token}`;
}

/** The key of a token among all resources. */
export function clientTokenArn({ accountId, region }: Scope, name: string): string {
  return `client-token:${accountId}/${region}/${name}`;
}

export function createClientToken(
  scope: Scope,
  name: string,
  members: Pick<ClientToken, "request" | "usedAtMs" | "cause">,
): ClientToken {
  return { resourceType: "client-token", scope, name, arn: clientTokenArn(scope, name), ...members };
}

export function isExpired({ usedAtMs }: ClientToken, nowMs: number): boolean {
  return nowMs - usedAtMs >= CLIENT_TOKEN_MS;
}
