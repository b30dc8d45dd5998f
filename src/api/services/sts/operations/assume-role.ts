import {
  parsePrincipalArn,
  parseRoleArn,
  principalArn,
  principalUserId,
} from "../../../../identity/principal.ts";
import type { Principal } from "../../../../identity/principal.ts";
import type { StsOperations } from "../../../../model/sts.ts";
import { ApiError } from "../../../errors.ts";
import type { Operation, RequestContext } from "../../../operation.ts";
import { issueCredentials, refuseSecondFactor } from "../issue-credentials.ts";
import type { StsServices } from "../issue-credentials.ts";

type Types = StsOperations["AssumeRole"];

const DURATION_SECONDS = { default: 3_600, chainedMax: 3_600 };

/**
 * Issues credentials of a role: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * Roles are not stored: any name is one, and whoever has a key of an account may assume its roles. Session policies,
 * tags and contexts have no effect, because nothing here asks what a caller may do.
 *
 * Order of checks: the ARN, the account, the duration of a chained role, the second factor.
 */
export function assumeRole(services: StsServices): Operation<Types["input"], Types["output"]> {
  return async (input, context) => {
    const { RoleArn, RoleSessionName, DurationSeconds = DURATION_SECONDS.default, SourceIdentity } = input;
    const role = parseRoleArn(RoleArn);
    if (role === undefined) throw new ApiError("ValidationError", `${RoleArn} is invalid`);
    if (role.accountId !== context.scope.accountId) throw notAuthorized(RoleArn, context);
    const isChained = parsePrincipalArn(context.principal).kind === "assumed-role";
    if (isChained && DurationSeconds > DURATION_SECONDS.chainedMax) throw chainedTooLong();
    refuseSecondFactor(input);

    const principal: Principal = { kind: "assumed-role", ...role, sessionName: RoleSessionName };
    return {
      Credentials: await issueCredentials(services, principal, DurationSeconds),
      AssumedRoleUser: {
        AssumedRoleId: principalUserId(principal),
        Arn: principalArn(principal, context.scope.region),
      },
      ...(SourceIdentity !== undefined && { SourceIdentity }),
    };
  };
}

function notAuthorized(roleArn: string, { principal, scope }: RequestContext): ApiError {
  return new ApiError(
    "AccessDenied",
    `User: ${principal} is not authorized to perform: sts:AssumeRole on resource: ${roleArn} ` +
      `because it is a role of another account than ${scope.accountId}`,
    { status: 403 },
  );
}

function chainedTooLong(): ApiError {
  return new ApiError(
    "ValidationError",
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
  );
}
