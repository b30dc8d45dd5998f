import type {
  DescribeServiceEnvironmentsRequest,
  DescribeServiceEnvironmentsResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { describeNamed } from "../named-listing.ts";
import { serviceEnvironmentDetail } from "../wire/service-environment-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeServiceEnvironments.html */
export function describeServiceEnvironments({
  store,
}: BatchServices): Operation<DescribeServiceEnvironmentsRequest, DescribeServiceEnvironmentsResponse> {
  return async (input, context) => {
    const { scope } = context;
    const type = "service-environment";
    const { items, ...next } = await describeNamed(input.serviceEnvironments, input, context, {
      operation: "DescribeServiceEnvironments",
      resourceType: type,
      member: "serviceEnvironments",
      read: (names) => store.readPlainResources(type, scope, names),
      list: (page) => store.listPlainResources({ type, scope, namePrefix: "" }, page),
    });
    return { serviceEnvironments: items.map(serviceEnvironmentDetail), ...next };
  };
}
