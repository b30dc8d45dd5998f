import { parsePrincipalArn, principalUserId } from "../../../../identity/principal.ts";
import type { StsOperations } from "../../../../model/sts.ts";
import type { Operation } from "../../../operation.ts";

type Types = StsOperations["GetCallerIdentity"];

/** Says who asks: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const getCallerIdentity: Operation<Types["input"], Types["output"]> = async (_input, context) => {
  const { principal, scope } = context;
  return { UserId: principalUserId(parsePrincipalArn(principal)), Account: scope.accountId, Arn: principal };
};
