import { GoRegex } from "../lib/go-regex.ts";
import { Refusal } from "./refusal.ts";

/** Options of the log driver `awslogs` as a job definition has them. */
export type AwslogsOptions = Readonly<Record<string, string>>;

const LOG_GROUP_NAME_LENGTH_MAX = 512;
/** A stream's name has at most 512 characters; `/default/` and the task id take 41 of them. */
const STREAM_PREFIX_LENGTH_MAX = 471;

const LOG_GROUP_NAME = /^[.\-_/#A-Za-z0-9]+$/;
const STREAM_PREFIX = /^[^:*\0]+$/;

/** What Go's `strconv.ParseBool` takes. */
const TRUE_TEXTS: readonly string[] = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE_TEXTS: readonly string[] = ["0", "f", "F", "FALSE", "false", "False"];
const MODES: readonly string[] = ["blocking", "non-blocking"];

/**
 * The options that the driver has, with those that Docker takes for every driver and the one that ECS makes
 * `awslogs-stream` of.
 * https://docs.docker.com/engine/logging/drivers/awslogs/
 */
const KNOWN_OPTIONS: ReadonlySet<string> = new Set([
  "awslogs-create-group",
  "awslogs-create-stream",
  "awslogs-credentials-endpoint",
  "awslogs-datetime-format",
  "awslogs-endpoint",
  "awslogs-force-flush-interval-seconds",
  "awslogs-format",
  "awslogs-group",
  "awslogs-max-buffered-events",
  "awslogs-multiline-pattern",
  "awslogs-region",
  "awslogs-stream",
  "awslogs-stream-prefix",
  "max-buffer-size",
  "mode",
  "tag",
]);

/** The name of the first option that the driver does not know; undefined if it knows all. */
export function findUnknownOption(options: AwslogsOptions): string | undefined {
  return Object.keys(options).find((name) => !KNOWN_OPTIONS.has(name));
}

/** Whether a log group that is not there is to be made. */
export function isGroupCreated(options: AwslogsOptions): boolean {
  return TRUE_TEXTS.includes(options["awslogs-create-group"] ?? "");
}

/**
 * The regular expression of Go that the first line of each event matches; undefined where each line is an event. As with
 * AWS Batch, `awslogs-datetime-format` wins over `awslogs-multiline-pattern`.
 * https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
 */
export function multilinePatternOf(options: AwslogsOptions): string | undefined {
  const format = options["awslogs-datetime-format"];
  const pattern = format ? patternOfFormat(format) : options["awslogs-multiline-pattern"];
  return pattern === "" ? undefined : pattern;
}

/**
 * Checks the values of the options that have an effect.
 *
 * AWS finds a bad one only when the task starts; here the registration fails, where the caller sees it.
 */
export function checkAwslogsOptions(options: AwslogsOptions, path: string): Refusal | undefined {
  const {
    "awslogs-group": group,
    "awslogs-stream-prefix": prefix,
    "awslogs-create-group": createsGroup,
    mode,
  } = options;
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
  if (createsGroup !== undefined && ![...TRUE_TEXTS, ...FALSE_TEXTS].includes(createsGroup)) {
    return Refusal.bare(`${path}.awslogs-create-group must be true or false, got ${createsGroup}`);
  }
  if (mode !== undefined && !MODES.includes(mode)) {
    return Refusal.bare(`${path}.mode must be blocking or non-blocking, got ${mode}`);
  }
  return checkMultiline(options, path);
}

function checkMultiline(options: AwslogsOptions, path: string): Refusal | undefined {
  const pattern = multilinePatternOf(options);
  const problem = pattern === undefined ? undefined : GoRegex.parse(pattern);
  if (!(problem instanceof Error)) return undefined;
  const name = options["awslogs-datetime-format"] ? "awslogs-datetime-format" : "awslogs-multiline-pattern";
  const wanted = "must be a regular expression as Go has them";
  return Refusal.bare(`${path}.${name} ${wanted}, got ${options[name]}: ${problem.message}`);
}

/**
 * What the codes of `awslogs-datetime-format` stand for; what stands between them is an expression as it is, and a code
 * that is none stands for nothing.
 * https://docs.docker.com/engine/logging/drivers/awslogs/#awslogs-datetime-format
 */
const DATETIME_CODES: ReadonlyMap<string, string> = new Map([
  ["%a", "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"],
  ["%A", "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"],
  ["%w", "[0-6]"],
  ["%d", "(?:0[1-9]|[12][0-9]|3[01])"],
  ["%b", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"],
  ["%B", "(?:January|February|March|April|May|June|July|August|September|October|November|December)"],
  ["%m", "(?:0[1-9]|1[0-2])"],
  ["%Y", "[0-9]{4}"],
  ["%y", "[0-9]{2}"],
  ["%H", "(?:[01][0-9]|2[0-3])"],
  ["%I", "(?:0[0-9]|1[0-2])"],
  ["%p", "[AP]M"],
  ["%M", "[0-5][0-9]"],
  ["%S", "[0-5][0-9]"],
  ["%L", "[.][0-9]{3}"],
  ["%f", "[0-9]{6}"],
  ["%z", "[+-][0-9]{4}"],
  ["%Z", "[A-Z]{1,4}T"],
  ["%j", "(?:[0-2][0-9]{2}|3[0-5][0-9]|36[0-6])"],
]);

function patternOfFormat(format: string): string {
  return format.replaceAll(/%./gu, (code) => DATETIME_CODES.get(code) ?? "");
}
