import type {
  ListSchedulingPoliciesRequest,
  ListSchedulingPoliciesResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { listPlain } from "../plain-listing.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListSchedulingPolicies.html */
export function listSchedulingPolicies({
  store,
}: BatchServices): Operation<ListSchedulingPoliciesRequest, ListSchedulingPoliciesResponse> {
  return async (input, context) => {
    const listed = {
      operation: "ListSchedulingPolicies",
      type: "scheduling-policy",
      namePrefix: "",
    } as const;
    const { items, ...next } = await listPlain(store, context, input, listed);
    return { schedulingPolicies: items.map(({ arn }) => ({ arn })), ...next };
  };
}
