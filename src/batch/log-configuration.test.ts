import { describe, expect, test } from "vitest";
import type { LogConfiguration } from "../model/batch.ts";
import { checkLogConfiguration, logTarget } from "./log-configuration.ts";
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
    [{ logDriver: "splunk", secretOptions: [{ name: "splunk-token", valueFrom: "token" }] }, "FARGATE"],
    [{ logDriver: "syslog", options: { "awslogs-group": "not read: another driver" } }, "EC2"],
  ])("takes %j on %s", (configuration, platform) => {
    expect(checkLogConfiguration(configuration, platform, PATH)).toBeUndefined();
  });

  test.each<[name: string, configuration: LogConfiguration, platform: Platform, text: string]>([
    [
      "a driver that Fargate does not have",
      { logDriver: "json-file" },
      "FARGATE",
      "logConfiguration.logDriver json-file is not applicable for Fargate.",
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

/** AWS wraps what it says of members that a platform does not have. */
function refusalOf(text: string): Refusal {
  return / applicable for /.test(text) ? Refusal.wrapped(text) : Refusal.bare(text);
}
