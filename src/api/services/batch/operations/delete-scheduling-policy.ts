import { checkPolicyIsUnused } from "../../../../batch/scheduling-policy.ts";
import type {
  DeleteSchedulingPolicyRequest,
  DeleteSchedulingPolicyResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { findByArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteSchedulingPolicy.html
 *
 * One that does not exist is gone already, which is no error (specification 15.5).
 */
export function deleteSchedulingPolicy({
  sequencer,
}: BatchServices): Operation<DeleteSchedulingPolicyRequest, DeleteSchedulingPolicyResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const resource = findByArn(state, context.scope, "scheduling-policy", input.arn);
      if (resource === undefined) return { changes: [], answer: {} };
      orRefuse(checkPolicyIsUnused(resource, state.jobQueues.values()), context);
      return { changes: [{ kind: "plain-resource-removed", resource }], answer: {} };
    });
}
