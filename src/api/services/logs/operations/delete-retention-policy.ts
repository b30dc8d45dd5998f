import { logGroupArn } from "../../../../batch/arn.ts";
import type { DeleteRetentionPolicyRequest } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { groupNotFound } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html */
export function deleteRetentionPolicy({
  sequencer,
}: LogsOperationServices): Operation<DeleteRetentionPolicyRequest, object> {
  return ({ logGroupName }, context) =>
    sequencer.decide((state) => {
      const group = state.logGroups.get(logGroupArn(context.scope, logGroupName));
      if (group === undefined) throw groupNotFound();
      const { scope, name, arn, createdAtMs, tags } = group;
      return {
        changes: [{ kind: "log-group-put", logGroup: { scope, name, arn, createdAtMs, tags } }],
        answer: {},
      };
    });
}
