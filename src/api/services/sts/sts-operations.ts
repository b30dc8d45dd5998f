import type { StsOperations } from "../../../model/sts.ts";
import type { Operations } from "../../operation.ts";
import type { StsServices } from "./issue-credentials.ts";
import { assumeRole } from "./operations/assume-role.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";
import { getSessionToken } from "./operations/get-session-token.ts";

/** Every operation of AWS STS that the model holds. */
export function createStsOperations(services: StsServices): Operations<StsOperations> {
  return {
    AssumeRole: assumeRole(services),
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken(services),
  };
}
