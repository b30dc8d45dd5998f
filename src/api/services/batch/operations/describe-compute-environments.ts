import type {
  DescribeComputeEnvironmentsRequest,
  DescribeComputeEnvironmentsResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { describeNamed } from "../named-listing.ts";
import { computeEnvironmentDetail } from "../wire/compute-environment-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeComputeEnvironments.html */
export function describeComputeEnvironments({
  store,
}: BatchServices): Operation<DescribeComputeEnvironmentsRequest, DescribeComputeEnvironmentsResponse> {
  return async (input, context) => {
    const { items, ...next } = await describeNamed(input.computeEnvironments, input, context, {
      operation: "DescribeComputeEnvironments",
      resourceType: "compute-environment",
      member: "computeEnvironments",
      read: (names) => store.readComputeEnvironments(context.scope, names),
      list: (page) => store.listComputeEnvironments(context.scope, page),
    });
    return { computeEnvironments: items.map(computeEnvironmentDetail), ...next };
  };
}
