import type { StsOperations } from "../../../../model/sts.ts";
import type { Operation } from "../../../operation.ts";

type Types = StsOperations["GetCallerIdentity"];

/**
 * Says who asks: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 *
 * AWS's user ids are made up when a user is; here, where users are the profiles of a file, the name is the id. The id
 * of an account's root user is the account's, as on AWS.
 */
export const getCallerIdentity: Operation<Types["input"], Types["output"]> = async (_input, context) => {
  const { principal, scope } = context;
  const userName = principal.split(":user/")[1];
  return { UserId: userName ?? scope.accountId, Account: scope.accountId, Arn: principal };
};
