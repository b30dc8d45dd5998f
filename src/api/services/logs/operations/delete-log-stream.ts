import { logStreamArn } from "../../../../batch/arn.ts";
import type { DeleteLogStreamRequest } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { findGroup, findStream } from "../find-log.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html */
export function deleteLogStream({
  sequencer,
  store,
  logs,
  streamTurns,
}: LogsOperationServices): Operation<DeleteLogStreamRequest, object> {
  return ({ logGroupName, logStreamName }, { scope }) =>
    streamTurns.take(logStreamArn(scope, logGroupName, logStreamName), async () => {
      const group = await findGroup(store, scope, { logGroupName });
      const { streamId, name } = await findStream(store, group, logStreamName);
      logs.remove(streamId);
      return sequencer.decide(() => ({
        changes: [{ kind: "log-stream-removed", scope, groupName: group.name, name }],
        answer: {},
      }));
    });
}
