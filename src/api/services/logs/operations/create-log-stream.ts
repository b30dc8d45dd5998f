import { logGroupArn, logStreamArn } from "../../../../batch/arn.ts";
import type { CreateLogStreamRequest } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { groupNotFound, streamExists } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export function createLogStream({
  sequencer,
  store,
  clock,
  ids,
  streamTurns,
}: LogsOperationServices): Operation<CreateLogStreamRequest, object> {
  return ({ logGroupName: groupName, logStreamName: name }, { scope }) =>
    streamTurns.take(logStreamArn(scope, groupName, name), async () => {
      const existing = await store.readLogStream(scope, groupName, name);
      return sequencer.decide((state) => {
        if (!state.logGroups.has(logGroupArn(scope, groupName))) throw groupNotFound();
        if (existing !== undefined) throw streamExists();
        const logStream = {
          scope,
          groupName,
          name,
          arn: logStreamArn(scope, groupName, name),
          streamId: ids.uuid(),
          writer: "client" as const,
          createdAtMs: clock.nowMs(),
        };
        return { changes: [{ kind: "log-stream-put", logStream }], answer: {} };
      });
    });
}
