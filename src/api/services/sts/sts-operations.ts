import type { StsOperations } from "../../../model/sts.ts";
import type { Operations } from "../../operation.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";

/** Every operation of AWS STS that the model holds. */
export function createStsOperations(): Operations<StsOperations> {
  return { GetCallerIdentity: getCallerIdentity };
}
