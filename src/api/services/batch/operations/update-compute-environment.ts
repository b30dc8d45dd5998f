import type { QueueNeighbours } from "../../../../batch/compute-environment-order.ts";
import { updateComputeEnvironment as updateByRules } from "../../../../batch/compute-environment-update.ts";
import type {
  UpdateComputeEnvironmentRequest,
  UpdateComputeEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { doesNotExist, findComputeEnvironment, toArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html */
export function updateComputeEnvironment({
  sequencer,
  instanceCatalogue,
}: BatchServices): Operation<UpdateComputeEnvironmentRequest, UpdateComputeEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const current = findComputeEnvironment(state, scope, input.computeEnvironment);
      const updated =
        current === undefined
          ? doesNotExist(toArn(scope, "compute-environment", input.computeEnvironment))
          : updateByRules(current, input, {
              cause: causeOf(context),
              queues: queuesOf(state, current.arn),
              instanceCatalogue,
            });
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

/** The queues that have the environment. */
function queuesOf(state: LiveState, arn: string): readonly QueueNeighbours[] {
  return [...state.jobQueues.values()].flatMap(({ name, computeEnvironmentOrder }) => {
    const arns = computeEnvironmentOrder.map(({ computeEnvironment }) => computeEnvironment);
    if (!arns.includes(arn)) return [];
    const others = arns.filter((other) => other !== arn).map((other) => state.computeEnvironments.get(other));
    return [{ jobQueueName: name, environments: others.filter((other) => other !== undefined) }];
  });
}
