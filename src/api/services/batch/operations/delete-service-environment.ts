import { checkServiceEnvironmentDeletion } from "../../../../batch/service-environment.ts";
import type {
  DeleteServiceEnvironmentRequest,
  DeleteServiceEnvironmentResponse,
} from "../../../../model/batch.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { findPlainResource } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteServiceEnvironment.html
 *
 * One that does not exist is gone already, which is no error (specification 15.5).
 */
export function deleteServiceEnvironment({
  sequencer,
}: BatchServices): Operation<DeleteServiceEnvironmentRequest, DeleteServiceEnvironmentResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const resource = findPlainResource(state, scope, "service-environment", input.serviceEnvironment);
      if (resource === undefined) return { changes: [], answer: {} };
      const isReferenced = isReferencedByQueue(state, resource.arn);
      orRefuse(checkServiceEnvironmentDeletion(resource, isReferenced), context);
      return { changes: [{ kind: "plain-resource-removed", resource }], answer: {} };
    });
}

function isReferencedByQueue(state: LiveState, arn: string): boolean {
  return [...state.jobQueues.values()].some(({ serviceEnvironmentOrder = [] }) =>
    serviceEnvironmentOrder.some(({ serviceEnvironment }) => serviceEnvironment === arn),
  );
}
