import { deleteComputeEnvironment as deleteByRules } from "../../../../batch/compute-environment.ts";
import type {
  DeleteComputeEnvironmentRequest,
  DeleteComputeEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findComputeEnvironment } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html
 *
 * One that does not exist is gone already, which is no error (specification 15.5).
 */
export function deleteComputeEnvironment({
  sequencer,
}: BatchServices): Operation<DeleteComputeEnvironmentRequest, DeleteComputeEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const current = findComputeEnvironment(state, context.scope, input.computeEnvironment);
      if (current === undefined) return { changes: [], answer: {} };
      const isReferenced = isReferencedByQueue(state, current.arn);
      const computeEnvironment = orRefuse(deleteByRules(current, isReferenced, causeOf(context)), context);
      return { changes: [{ kind: "compute-environment-put", computeEnvironment }], answer: {} };
    });
}

function isReferencedByQueue(state: LiveState, arn: string): boolean {
  return [...state.jobQueues.values()].some(({ computeEnvironmentOrder }) =>
    computeEnvironmentOrder.some(({ computeEnvironment }) => computeEnvironment === arn),
  );
}
