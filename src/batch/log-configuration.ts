import type { ContainerProperties, LogConfiguration } from "../model/batch.ts";
import {
  checkAwslogsOptions,
  findUnknownOption,
  isGroupCreated,
  multilinePatternOf,
} from "./awslogs-options.ts";
import type { AwslogsOptions } from "./awslogs-options.ts";
import { DEFAULT_LOG_GROUP } from "./log-stream.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { checkSecrets } from "./secret.ts";
import { DEFAULT_CONTAINER_NAME } from "./task-containers.ts";

/** AWS takes this much of a job definition's name into the name of a stream. */
const DEFINITION_NAME_LENGTH_MAX = 200;

/** Where the output of an attempt goes. */
export interface LogTarget {
  readonly groupName: string;
  readonly streamName: string;
  /** A regular expression of Go that the first line of each event matches; absent where each line is one. */
  readonly multilinePattern?: string;
}

/**
 * Checks `logConfiguration`: drivers by platform, the options of `awslogs`, secret options. The text on drivers is AWS's on
 * Fargate, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 */
export function checkLogConfiguration(
  configuration: LogConfiguration,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const { logDriver, options = {}, secretOptions = [] } = configuration;
  if (platform !== "EC2" && !SERVERLESS_DRIVERS.has(logDriver)) {
    const name = platform === "FARGATE" ? "Fargate" : platform;
    return Refusal.wrapped(`Log driver for ${name} is not valid: ${logDriver}`);
  }
  return (
    (logDriver === "awslogs" ? checkAwslogsOptions(options, `${path}.options`) : undefined) ??
    checkSecrets(secretOptions, `${path}.secretOptions`)
  );
}

/**
 * Says where an attempt writes: what the options of `awslogs` name, else AWS Batch's own group and stream.
 * https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
 *
 * Drivers that carry the output elsewhere have no such options, so it stays readable here. The containers of a task each
 * have a stream of their own.
 */
export function logTarget(
  container: ContainerProperties,
  jobDefinitionName: string,
  taskId: string,
  containerName = DEFAULT_CONTAINER_NAME,
): LogTarget {
  const options = awslogsOptions(container);
  const prefix = options["awslogs-stream-prefix"] ?? jobDefinitionName.slice(0, DEFINITION_NAME_LENGTH_MAX);
  const multilinePattern = multilinePatternOf(options);
  return {
    groupName: options["awslogs-group"] ?? DEFAULT_LOG_GROUP,
    streamName: `${prefix}/${containerName}/${taskId}`,
    ...(multilinePattern !== undefined && { multilinePattern }),
  };
}

/**
 * Says why an attempt cannot start because of where its output is to go, as the ECS agent says it; undefined where
 * nothing is in the way. AWS Batch's own group is always there: it is made when it is missing.
 *
 * @param hasGroup whether there is a log group of that name.
 */
export function findLogStartFailure(
  container: ContainerProperties,
  hasGroup: (groupName: string) => boolean,
): string | undefined {
  const options = awslogsOptions(container);
  const unknown = findUnknownOption(options);
  if (unknown !== undefined) {
    return `CannotCreateContainerError: Error response from daemon: unknown log opt '${unknown}' for awslogs log driver`;
  }
  const groupName = options["awslogs-group"] ?? DEFAULT_LOG_GROUP;
  if (groupName === DEFAULT_LOG_GROUP || isGroupCreated(options) || hasGroup(groupName)) return undefined;
  return (
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create " +
    "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. " +
    'Create it, or set awslogs-create-group to "true".'
  );
}

/** `awsfirelens` hands over to another container of the task. */
const SERVERLESS_DRIVERS: ReadonlySet<string> = new Set(["awslogs", "splunk", "awsfirelens"]);

function awslogsOptions({ logConfiguration }: ContainerProperties): AwslogsOptions {
  return logConfiguration?.logDriver === "awslogs" ? (logConfiguration.options ?? {}) : {};
}
