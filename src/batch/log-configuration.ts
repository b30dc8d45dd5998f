import type { ContainerProperties, LogConfiguration } from "../model/batch.ts";
import { DEFAULT_LOG_GROUP } from "./log-stream.ts";
import { notForFargate } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { checkSecrets } from "./secrets.ts";

const LOG_GROUP_NAME_LENGTH_MAX = 512;
/** A stream's name has at most 512 characters; `/default/` and the task id take 41 of them. */
const STREAM_PREFIX_LENGTH_MAX = 471;
/** AWS takes this much of a job definition's name into the name of a stream. */
const DEFINITION_NAME_LENGTH_MAX = 200;

/** Where the output of an attempt goes. */
export interface LogTarget {
  readonly groupName: string;
  readonly streamName: string;
}

/**
 * Checks `logConfiguration`: drivers by platform, names that CloudWatch Logs can bear, secret options.
 *
 * AWS finds a bad name only when the task starts; here the registration fails, where the caller sees it.
 */
export function checkLogConfiguration(
  configuration: LogConfiguration,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const { logDriver, options = {}, secretOptions = [] } = configuration;
  if (platform === "FARGATE" && !FARGATE_DRIVERS.has(logDriver)) {
    return notForFargate(`logConfiguration.logDriver ${logDriver}`);
  }
  return (
    (logDriver === "awslogs" ? checkAwslogs(options, `${path}.options`) : undefined) ??
    checkSecrets(secretOptions, `${path}.secretOptions`)
  );
}

/**
 * Says where an attempt writes: what the options of `awslogs` name, else AWS Batch's own group and stream.
 * https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
 *
 * Drivers that carry the output elsewhere have no such options, so it stays readable here.
 */
export function logTarget(
  container: ContainerProperties,
  jobDefinitionName: string,
  taskId: string,
): LogTarget {
  const { logConfiguration } = container;
  const options = logConfiguration?.logDriver === "awslogs" ? (logConfiguration.options ?? {}) : {};
  const prefix = options["awslogs-stream-prefix"] ?? jobDefinitionName.slice(0, DEFINITION_NAME_LENGTH_MAX);
  return {
    groupName: options["awslogs-group"] ?? DEFAULT_LOG_GROUP,
    streamName: `${prefix}/default/${taskId}`,
  };
}

const FARGATE_DRIVERS: ReadonlySet<string> = new Set(["awslogs", "splunk"]);
const LOG_GROUP_NAME = /^[.\-_/#A-Za-z0-9]+$/;
const STREAM_PREFIX = /^[^:*\0]+$/;

function checkAwslogs(options: Readonly<Record<string, string>>, path: string): Refusal | undefined {
  const group = options["awslogs-group"];
  const prefix = options["awslogs-stream-prefix"];
  if (group !== undefined && (group.length > LOG_GROUP_NAME_LENGTH_MAX || !LOG_GROUP_NAME.test(group))) {
    return Refusal.bare(
      `${path}.awslogs-group must be 1 to ${LOG_GROUP_NAME_LENGTH_MAX} letters, digits and .-_/#, got ${group}`,
    );
  }
  if (prefix !== undefined && (prefix.length > STREAM_PREFIX_LENGTH_MAX || !STREAM_PREFIX.test(prefix))) {
    return Refusal.bare(
      `${path}.awslogs-stream-prefix must be 1 to ${STREAM_PREFIX_LENGTH_MAX} characters without : and *, got ${prefix}`,
    );
  }
  return undefined;
}
