import { updateComputeEnvironment as updateByRules } from "../../../../batch/compute-environment-update.ts";
import type {
  UpdateComputeEnvironmentRequest,
  UpdateComputeEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { doesNotExist, findComputeEnvironment, toArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html */
export function updateComputeEnvironment({
  sequencer,
}: BatchServices): Operation<UpdateComputeEnvironmentRequest, UpdateComputeEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const current = findComputeEnvironment(state, scope, input.computeEnvironment);
      const updated =
        current === undefined
          ? doesNotExist(toArn(scope, "compute-environment", input.computeEnvironment))
          : updateByRules(current, input, causeOf(context));
      const computeEnvironment = orRefuse(updated, context);
      return {
        changes: [{ kind: "compute-environment-put", computeEnvironment }],
        answer: {
          computeEnvironmentName: computeEnvironment.name,
          computeEnvironmentArn: computeEnvironment.arn,
        },
      };
    });
}
