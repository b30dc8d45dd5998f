import { updateServiceEnvironment as updateByRules } from "../../../../batch/service-environment.ts";
import type {
  UpdateServiceEnvironmentRequest,
  UpdateServiceEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { doesNotExist, findPlainResource, toArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateServiceEnvironment.html */
export function updateServiceEnvironment({
  sequencer,
}: BatchServices): Operation<UpdateServiceEnvironmentRequest, UpdateServiceEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const current = findPlainResource(state, scope, "service-environment", input.serviceEnvironment);
      const updated =
        current === undefined
          ? doesNotExist(toArn(scope, "service-environment", input.serviceEnvironment))
          : updateByRules(current, input, causeOf(context));
      const resource = orRefuse(updated, context);
      return {
        changes: [{ kind: "plain-resource-put", resource }],
        answer: { serviceEnvironmentName: resource.name, serviceEnvironmentArn: resource.arn },
      };
    });
}
