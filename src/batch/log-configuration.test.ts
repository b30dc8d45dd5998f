import { describe, expect, test } from "vitest";
import type { LogConfiguration } from "../model/batch.ts";
import { checkLogConfiguration, findLogStartFailure, logTarget } from "./log-configuration.ts";
import type { LogTarget } from "./log-configuration.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";

const PATH = "containerProperties.logConfiguration";
const TASK_ID = "0123456789abcdef0123456789abcdef";

describe("checkLogConfiguration", () => {
  test.each<[configuration: LogConfiguration, platform: Platform]>([
    [{ logDriver: "json-file" }, "EC2"],
    [{ logDriver: "awslogs", options: { "awslogs-group": "/team/a_b.c-d#1", "awslogs-region": "x" } }, "EC2"],
    [{ logDriver: "awslogs", options: { "awslogs-stream-prefix": "p".repeat(471) } }, "FARGATE"],
    [{ logDriver: "awslogs", options: { "awslogs-create-group": "True", mode: "non-blocking" } }, "EC2"],
    [{ logDriver: "awslogs", options: { "awslogs-multiline-pattern": "^(INFO|WARN)" } }, "EC2"],
    [
      { logDriver: "awslogs", options: { "awslogs-anything": "found when the attempt starts, as on AWS" } },
      "EC2",
    ],
    [{ logDriver: "splunk", secretOptions: [{ name: "splunk-token", valueFrom: "token" }] }, "FARGATE"],
    [{ logDriver: "awsfirelens" }, "FARGATE"],
    [{ logDriver: "splunk" }, "MANAGED_INSTANCES"],
    [{ logDriver: "syslog", options: { "awslogs-group": "not read: another driver" } }, "EC2"],
  ])("takes %j on %s", (configuration, platform) => {
    expect(checkLogConfiguration(configuration, platform, PATH)).toBeUndefined();
  });

  test.each<[name: string, configuration: LogConfiguration, platform: Platform, text: string]>([
    [
      "a driver that Fargate does not have",
      { logDriver: "json-file" },
      "FARGATE",
      "Log driver for Fargate is not valid: json-file",
    ],
    [
      "a driver that Managed Instances do not have",
      { logDriver: "syslog" },
      "MANAGED_INSTANCES",
      "Log driver for MANAGED_INSTANCES is not valid: syslog",
    ],
    [
      "a group that no log group is called",
      { logDriver: "awslogs", options: { "awslogs-group": "a b" } },
      "EC2",
      `${PATH}.options.awslogs-group must be 1 to 512 letters, digits and .-_/#, got a b`,
    ],
    [
      "an empty group",
      { logDriver: "awslogs", options: { "awslogs-group": "" } },
      "EC2",
      `${PATH}.options.awslogs-group must be 1 to 512 letters, digits and .-_/#, got `,
    ],
    [
      "a prefix that no stream has",
      { logDriver: "awslogs", options: { "awslogs-stream-prefix": "a:b" } },
      "EC2",
      `${PATH}.options.awslogs-stream-prefix must be 1 to 471 characters without : and *, got a:b`,
    ],
    [
      "a prefix that makes a stream's name too long",
      { logDriver: "awslogs", options: { "awslogs-stream-prefix": "p".repeat(472) } },
      "EC2",
      `${PATH}.options.awslogs-stream-prefix must be 1 to 471 characters without : and *, got ${"p".repeat(472)}`,
    ],
    [
      "a group that is made perhaps",
      { logDriver: "awslogs", options: { "awslogs-create-group": "yes" } },
      "EC2",
      `${PATH}.options.awslogs-create-group must be true or false, got yes`,
    ],
    [
      "a mode that there is not",
      { logDriver: "awslogs", options: { mode: "fast" } },
      "EC2",
      `${PATH}.options.mode must be blocking or non-blocking, got fast`,
    ],
    [
      "a pattern that is none",
      { logDriver: "awslogs", options: { "awslogs-multiline-pattern": "^(INFO" } },
      "EC2",
      `${PATH}.options.awslogs-multiline-pattern must be a regular expression as Go has them, got ^(INFO: ` +
        "error parsing regexp: missing closing ): `^(INFO`",
    ],
    [
      "a format that makes no pattern",
      {
        logDriver: "awslogs",
        options: { "awslogs-datetime-format": "(%Y", "awslogs-multiline-pattern": "x" },
      },
      "EC2",
      `${PATH}.options.awslogs-datetime-format must be a regular expression as Go has them, got (%Y: ` +
        "error parsing regexp: missing closing ): `([0-9]{4}`",
    ],
    [
      "a secret without a source",
      { logDriver: "splunk", secretOptions: [{ name: "splunk-token", valueFrom: "" }] },
      "EC2",
      `${PATH}.secretOptions[0].valueFrom must not be empty`,
    ],
    [
      "a secret without a name",
      { logDriver: "splunk", secretOptions: [{ name: "", valueFrom: "x" }] },
      "EC2",
      `${PATH}.secretOptions[0].name must not be empty`,
    ],
  ])("refuses %s", (_name, configuration, platform, text) => {
    expect(checkLogConfiguration(configuration, platform, PATH)).toEqual(refusalOf(text));
  });
});

describe("logTarget", () => {
  test.each<[name: string, logConfiguration: LogConfiguration | undefined, expected: LogTarget]>([
    [
      "Batch's own group by default",
      undefined,
      { groupName: "/aws/batch/job", streamName: `demo-def/default/${TASK_ID}` },
    ],
    [
      "the group and the prefix that awslogs names",
      { logDriver: "awslogs", options: { "awslogs-group": "/team", "awslogs-stream-prefix": "nightly" } },
      { groupName: "/team", streamName: `nightly/default/${TASK_ID}` },
    ],
    [
      "the default where awslogs names nothing",
      { logDriver: "awslogs", options: {} },
      { groupName: "/aws/batch/job", streamName: `demo-def/default/${TASK_ID}` },
    ],
    [
      "with the pattern that events begin with",
      { logDriver: "awslogs", options: { "awslogs-multiline-pattern": "^INFO" } },
      {
        groupName: "/aws/batch/job",
        streamName: `demo-def/default/${TASK_ID}`,
        multilinePattern: "^INFO",
      },
    ],
    [
      "with a format before a pattern",
      {
        logDriver: "awslogs",
        options: {
          "awslogs-datetime-format": String.raw`\[%b %d %H:%M:%S%L %p%%\]`,
          "awslogs-multiline-pattern": "x",
        },
      },
      {
        groupName: "/aws/batch/job",
        streamName: `demo-def/default/${TASK_ID}`,
        multilinePattern:
          String.raw`\[(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:0[1-9]|[12][0-9]|3[01]) ` +
          String.raw`(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3} [AP]M\]`,
      },
    ],
    [
      "the default for another driver",
      { logDriver: "syslog", options: { "awslogs-group": "/team" } },
      { groupName: "/aws/batch/job", streamName: `demo-def/default/${TASK_ID}` },
    ],
  ])("is %s", (_name, logConfiguration, expected) => {
    expect(logTarget({ logConfiguration }, "demo-def", TASK_ID)).toEqual(expected);
  });

  test("takes the first 200 characters of the definition's name", () => {
    const { streamName } = logTarget({}, "d".repeat(201), TASK_ID);
    expect(streamName).toBe(`${"d".repeat(200)}/default/${TASK_ID}`);
  });
});

describe("findLogStartFailure", () => {
  test.each<[name: string, logConfiguration: LogConfiguration | undefined]>([
    ["without a configuration", undefined],
    ["for a group that is there", { logDriver: "awslogs", options: { "awslogs-group": "/there" } }],
    [
      "for Batch's own group, there or not",
      { logDriver: "awslogs", options: { "awslogs-group": "/aws/batch/job" } },
    ],
    [
      "for a group that is to be made",
      { logDriver: "awslogs", options: { "awslogs-group": "/missing", "awslogs-create-group": "true" } },
    ],
    ["for the options of another driver", { logDriver: "syslog", options: { "syslog-address": "udp://x" } }],
  ])("has nothing to say %s", (_name, logConfiguration) => {
    expect(failure(logConfiguration)).toBeUndefined();
  });

  test("names the missing group's remedy, in 255 characters", () => {
    const options = { "awslogs-group": "/missing", "awslogs-create-group": "false" };
    const reason = failure({ logDriver: "awslogs", options });
    expect(reason).toBe(
      "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create " +
        "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. " +
        'Create it, or set awslogs-create-group to "true".',
    );
    expect(reason?.length).toBeLessThanOrEqual(255);
  });

  test("names the option that there is not", () => {
    expect(failure({ logDriver: "awslogs", options: { "awslogs-gruop": "x" } })).toBe(
      "CannotCreateContainerError: Error response from daemon: unknown log opt 'awslogs-gruop' for awslogs log driver",
    );
  });
});

/** What is in the way of an attempt where there is a group `/there`. */
function failure(logConfiguration: LogConfiguration | undefined): string | undefined {
  return findLogStartFailure({ logConfiguration }, (groupName) => groupName === "/there");
}

/** AWS's texts, which are wrapped, do not begin with a path. */
function refusalOf(text: string): Refusal {
  return text.startsWith(PATH) ? Refusal.bare(text) : Refusal.wrapped(text);
}
