import { logGroupArn } from "../../../../batch/arn.ts";
import type { PutRetentionPolicyRequest } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { groupNotFound, invalidParameter } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** What is older than the policy allows is not shown from now on; its disk is given back later. */
export function putRetentionPolicy({
  sequencer,
}: LogsOperationServices): Operation<PutRetentionPolicyRequest, object> {
  return async ({ logGroupName, retentionInDays }, { scope }) => {
    if (!RETENTION_DAYS.includes(retentionInDays)) {
      throw invalidParameter(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy ` +
          `constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(", ")}]`,
      );
    }
    return sequencer.decide((state) => {
      const logGroup = state.logGroups.get(logGroupArn(scope, logGroupName));
      if (logGroup === undefined) throw groupNotFound();
      return {
        changes: [{ kind: "log-group-put", logGroup: { ...logGroup, retentionInDays } }],
        answer: {},
      };
    });
  };
}
