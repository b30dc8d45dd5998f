import { computeEnvironmentArn } from "../../../../batch/arn.ts";
import { createComputeEnvironment as createByRules } from "../../../../batch/compute-environment.ts";
import type {
  CreateComputeEnvironmentRequest,
  CreateComputeEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html */
export function createComputeEnvironment({
  sequencer,
  ids,
  instanceCatalogue,
}: BatchServices): Operation<CreateComputeEnvironmentRequest, CreateComputeEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const arn = computeEnvironmentArn(scope, input.computeEnvironmentName);
      const created = createByRules(input, {
        scope,
        uuid: ids.uuid(),
        cause: causeOf(context),
        isNameTaken: state.computeEnvironments.has(arn),
        instanceCatalogue,
      });
      const computeEnvironment = orRefuse(created, context);
      return {
        changes: [{ kind: "compute-environment-put", computeEnvironment }],
        answer: { computeEnvironmentName: computeEnvironment.name, computeEnvironmentArn: arn },
      };
    });
}
