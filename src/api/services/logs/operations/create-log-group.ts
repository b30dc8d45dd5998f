import { logGroupArn } from "../../../../batch/arn.ts";
import type { CreateLogGroupRequest } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { groupExists, invalidParameter } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export function createLogGroup({
  sequencer,
  clock,
}: LogsOperationServices): Operation<CreateLogGroupRequest, object> {
  return async (input, { scope }) => {
    refuseUnsupported(input);
    const { logGroupName: name, tags = {} } = input;
    const arn = logGroupArn(scope, name);
    return sequencer.decide((state) => {
      if (state.logGroups.has(arn)) throw groupExists();
      const logGroup = { scope, name, arn, createdAtMs: clock.nowMs(), tags };
      return { changes: [{ kind: "log-group-put", logGroup }], answer: {} };
    });
  };
}

/** What would be promised and not kept is refused: who asks for encryption must not believe that there is any. */
function refuseUnsupported(input: CreateLogGroupRequest): void {
  if (input.logGroupName.toLowerCase().startsWith("aws/")) {
    throw invalidParameter("Log groups starting with AWS/ are reserved for AWS.");
  }
  if (input.kmsKeyId !== undefined) {
    throw invalidParameter("kmsKeyId is not supported: logs are not encrypted by this service.");
  }
  if (input.logGroupClass !== undefined && input.logGroupClass !== "STANDARD") {
    throw invalidParameter(
      `logGroupClass must be STANDARD, got ${input.logGroupClass}: others are not supported.`,
    );
  }
  if (input.deletionProtectionEnabled === true) {
    throw invalidParameter("deletionProtectionEnabled is not supported.");
  }
}
