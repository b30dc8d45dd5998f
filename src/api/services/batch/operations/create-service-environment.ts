import { createServiceEnvironment as createByRules } from "../../../../batch/service-environment.ts";
import type {
  CreateServiceEnvironmentRequest,
  CreateServiceEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findPlainResource } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateServiceEnvironment.html */
export function createServiceEnvironment({
  sequencer,
}: BatchServices): Operation<CreateServiceEnvironmentRequest, CreateServiceEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const known = findPlainResource(state, scope, "service-environment", input.serviceEnvironmentName);
      const facts = { scope, cause: causeOf(context), isNameTaken: known !== undefined };
      const resource = orRefuse(createByRules(input, facts), context);
      return {
        changes: [{ kind: "plain-resource-put", resource }],
        answer: { serviceEnvironmentName: resource.name, serviceEnvironmentArn: resource.arn },
      };
    });
}
