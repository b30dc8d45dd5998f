import type { LogGroup } from "../../../../batch/log-stream.ts";
import type { DeleteLogGroupRequest } from "../../../../model/logs.ts";
import type { Operation } from "../../../operation.ts";
import { findGroup } from "../find-log.ts";
import { groupNotFound } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";
import { streamsOf } from "../streams-of.ts";

/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
 *
 * What the streams hold goes first: if that is interrupted, the group is still there to be deleted again, and nothing
 * is left that nobody knows of.
 */
export function deleteLogGroup(services: LogsOperationServices): Operation<DeleteLogGroupRequest, object> {
  const { sequencer, store } = services;
  return async ({ logGroupName }, { scope }) => {
    const group = await findGroup(store, scope, { logGroupName });
    await removeContent(services, group);
    return sequencer.decide((state) => {
      if (!state.logGroups.has(group.arn)) throw groupNotFound();
      return { changes: [{ kind: "log-group-removed", scope, name: group.name }], answer: {} };
    });
  };
}

async function removeContent({ store, logs }: LogsOperationServices, group: LogGroup): Promise<void> {
  for await (const streams of streamsOf(store, group)) {
    for (const { streamId } of streams) logs.remove(streamId);
  }
}
