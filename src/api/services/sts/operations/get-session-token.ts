import { parsePrincipalArn } from "../../../../identity/principal.ts";
import type { StsOperations } from "../../../../model/sts.ts";
import { ApiError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import { issueCredentials, refuseSecondFactor } from "../issue-credentials.ts";
import type { StsServices } from "../issue-credentials.ts";

type Types = StsOperations["GetSessionToken"];

/** Twelve hours; an account's root user gets at most one. */
const DURATION_SECONDS = { default: 43_200, rootMax: 3_600 };

/**
 * Issues temporary credentials of the caller: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export function getSessionToken(services: StsServices): Operation<Types["input"], Types["output"]> {
  return async (input, context) => {
    if (context.isTemporary === true) {
      throw new ApiError("AccessDenied", "Cannot call GetSessionToken with session credentials", {
        status: 403,
      });
    }
    refuseSecondFactor(input);
    const principal = parsePrincipalArn(context.principal);
    const { DurationSeconds = DURATION_SECONDS.default } = input;
    const longestSeconds = principal.kind === "root" ? DURATION_SECONDS.rootMax : Infinity;
    return {
      Credentials: await issueCredentials(services, principal, Math.min(DurationSeconds, longestSeconds)),
    };
  };
}
