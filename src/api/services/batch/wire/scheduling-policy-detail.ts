import type { SchedulingPolicy } from "../../../../batch/scheduling-policy.ts";
import type { SchedulingPolicyDetail } from "../../../../model/batch.ts";

/** A scheduling policy as DescribeSchedulingPolicies shows it. */
export function schedulingPolicyDetail({ name, arn, body, tags }: SchedulingPolicy): SchedulingPolicyDetail {
  return { name, arn, ...body, tags };
}
