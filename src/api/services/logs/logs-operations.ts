import type { LogsOperations } from "../../../model/logs.ts";
import type { Operations } from "../../operation.ts";
import { Turns } from "./logs-services.ts";
import type { LogsServices } from "./logs-services.ts";
import { createLogGroup } from "./operations/create-log-group.ts";
import { createLogStream } from "./operations/create-log-stream.ts";
import { deleteLogGroup } from "./operations/delete-log-group.ts";
import { deleteLogStream } from "./operations/delete-log-stream.ts";
import { deleteRetentionPolicy } from "./operations/delete-retention-policy.ts";
import { describeLogGroups } from "./operations/describe-log-groups.ts";
import { describeLogStreams } from "./operations/describe-log-streams.ts";
import { filterLogEvents } from "./operations/filter-log-events.ts";
import { getLogEvents } from "./operations/get-log-events.ts";
import { putLogEvents } from "./operations/put-log-events.ts";
import { putRetentionPolicy } from "./operations/put-retention-policy.ts";

/** The operations of CloudWatch Logs that are served. */
export function createLogsOperations(logsServices: LogsServices): Operations<LogsOperations> {
  const services = { ...logsServices, streamTurns: new Turns() };
  return {
    CreateLogGroup: createLogGroup(services),
    DeleteLogGroup: deleteLogGroup(services),
    DescribeLogGroups: describeLogGroups(services),
    CreateLogStream: createLogStream(services),
    DeleteLogStream: deleteLogStream(services),
    DescribeLogStreams: describeLogStreams(services),
    PutLogEvents: putLogEvents(services),
    GetLogEvents: getLogEvents(services),
    FilterLogEvents: filterLogEvents(services),
    PutRetentionPolicy: putRetentionPolicy(services),
    DeleteRetentionPolicy: deleteRetentionPolicy(services),
  };
}
