import { parseResourceArn } from "../../../../batch/arn.ts";
import { isSameScope } from "../../../../batch/scope.ts";
import type {
  DescribeSchedulingPoliciesRequest,
  DescribeSchedulingPoliciesResponse,
} from "../../../../model/batch.ts";
import { clientError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { schedulingPolicyDetail } from "../wire/scheduling-policy-detail.ts";

const ARNS_MAX = 100;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeSchedulingPolicies.html */
export function describeSchedulingPolicies({
  store,
}: BatchServices): Operation<DescribeSchedulingPoliciesRequest, DescribeSchedulingPoliciesResponse> {
  return async ({ arns }, { scope }) => {
    if (arns.length > ARNS_MAX) {
      throw clientError(`arns must have at most ${ARNS_MAX} entries, got ${arns.length}`);
    }
    const names = arns.map((arn) => {
      const resource = parseResourceArn(arn);
      if (resource?.resourceType !== "scheduling-policy") return undefined;
      return isSameScope(resource.scope, scope) ? resource.name : undefined;
    });
    const known = [...new Set(names.filter((name) => name !== undefined))];
    const policies = await store.readPlainResources("scheduling-policy", scope, known);
    return { schedulingPolicies: policies.map(schedulingPolicyDetail) };
  };
}
