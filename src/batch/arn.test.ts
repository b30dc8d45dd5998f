import { describe, expect, test } from "vitest";
import {
  computeEnvironmentArn,
  consumableResourceArn,
  containerInstanceArn,
  ecsClusterArn,
  isJobId,
  isJobName,
  isResourceName,
  jobArn,
  jobDefinitionArn,
  jobQueueArn,
  logGroupArn,
  logStreamArn,
  parseNameAndRevision,
  parseNameOrArn,
  parseResourceArn,
  quotaShareArn,
  resourceName,
  schedulingPolicyArn,
  serviceEnvironmentArn,
  serviceJobArn,
  taskArn,
} from "./arn.ts";
import type { BatchResource } from "./arn.ts";

const SCOPE = { accountId: "111122223333", region: "us-east-1" };
const JOB_ID = "1e2d3c4b-0000-4000-8000-000000000001";
const UUID = "2f1d7a60-9f0e-4a5b-8c1d-7e6f5a4b3c2d";
const CLUSTER = ecsClusterArn(SCOPE, "ce1", UUID);
const ID_32 = "0123456789abcdef0123456789abcdef";

describe("the ARN of", () => {
  test.each([
    [
      "a compute environment",
      computeEnvironmentArn(SCOPE, "ce1"),
      "arn:aws:batch:us-east-1:111122223333:compute-environment/ce1",
    ],
    ["a queue", jobQueueArn(SCOPE, "q1"), "arn:aws:batch:us-east-1:111122223333:job-queue/q1"],
    [
      "a revision",
      jobDefinitionArn(SCOPE, "d", 4),
      "arn:aws:batch:us-east-1:111122223333:job-definition/d:4",
    ],
    ["all revisions", jobDefinitionArn(SCOPE, "d"), "arn:aws:batch:us-east-1:111122223333:job-definition/d"],
    ["a job", jobArn(SCOPE, JOB_ID), `arn:aws:batch:us-east-1:111122223333:job/${JOB_ID}`],
    ["a cluster", CLUSTER, `arn:aws:ecs:us-east-1:111122223333:cluster/AWSBatch-ce1-${UUID}`],
    [
      "a container instance",
      containerInstanceArn(CLUSTER, ID_32),
      `arn:aws:ecs:us-east-1:111122223333:container-instance/AWSBatch-ce1-${UUID}/${ID_32}`,
    ],
    [
      "a task",
      taskArn(CLUSTER, ID_32),
      `arn:aws:ecs:us-east-1:111122223333:task/AWSBatch-ce1-${UUID}/${ID_32}`,
    ],
    [
      "a log group",
      logGroupArn(SCOPE, "/aws/batch/job"),
      "arn:aws:logs:us-east-1:111122223333:log-group:/aws/batch/job",
    ],
    [
      "a log stream",
      logStreamArn(SCOPE, "/aws/batch/job", "d/default/t"),
      "arn:aws:logs:us-east-1:111122223333:log-group:/aws/batch/job:log-stream:d/default/t",
    ],
    [
      "a queue in China",
      jobQueueArn({ ...SCOPE, region: "cn-north-1" }, "q1"),
      "arn:aws-cn:batch:cn-north-1:111122223333:job-queue/q1",
    ],
    [
      "a queue in GovCloud",
      jobQueueArn({ ...SCOPE, region: "us-gov-west-1" }, "q1"),
      "arn:aws-us-gov:batch:us-gov-west-1:111122223333:job-queue/q1",
    ],
  ])("%s", (_what, arn, expected) => {
    expect(arn).toBe(expected);
  });
});

test.each([
  [JOB_ID, true],
  [`${JOB_ID}:9999`, true],
  [`${JOB_ID}#0`, true],
  [`${JOB_ID}:`, false],
  [`${JOB_ID}:x`, false],
  [JOB_ID.slice(1), false],
  [jobArn(SCOPE, JOB_ID), false],
])("isJobId(%j) is %s", (text, expected) => {
  expect(isJobId(text)).toBe(expected);
});

describe("parseResourceArn", () => {
  test.each<[arn: string, resource: BatchResource]>([
    [
      computeEnvironmentArn(SCOPE, "ce_1"),
      { resourceType: "compute-environment", scope: SCOPE, name: "ce_1" },
    ],
    [jobQueueArn(SCOPE, "q-1"), { resourceType: "job-queue", scope: SCOPE, name: "q-1" }],
    [jobArn(SCOPE, JOB_ID), { resourceType: "job", scope: SCOPE, name: JOB_ID }],
    [
      jobDefinitionArn(SCOPE, "d", 12),
      { resourceType: "job-definition", scope: SCOPE, name: "d", revision: 12 },
    ],
    [jobDefinitionArn(SCOPE, "d"), { resourceType: "job-definition", scope: SCOPE, name: "d" }],
    [schedulingPolicyArn(SCOPE, "p"), { resourceType: "scheduling-policy", scope: SCOPE, name: "p" }],
    [consumableResourceArn(SCOPE, "c"), { resourceType: "consumable-resource", scope: SCOPE, name: "c" }],
    [serviceEnvironmentArn(SCOPE, "s"), { resourceType: "service-environment", scope: SCOPE, name: "s" }],
    [serviceJobArn(SCOPE, JOB_ID), { resourceType: "service-job", scope: SCOPE, name: JOB_ID }],
    [quotaShareArn(SCOPE, "q1", "s"), { resourceType: "quota-share", scope: SCOPE, name: "q1/s" }],
    [
      "arn:aws-cn:batch:cn-north-1:111122223333:job-queue/q1",
      { resourceType: "job-queue", scope: { ...SCOPE, region: "cn-north-1" }, name: "q1" },
    ],
  ])("reads %s", (arn, resource) => {
    expect(parseResourceArn(arn)).toEqual(resource);
  });

  test.each([
    ["text that is no ARN", "q1"],
    ["another service", "arn:aws:ecs:us-east-1:111122223333:cluster/x"],
    ["a kind that Batch does not have", "arn:aws:batch:us-east-1:111122223333:job-plan/p"],
    ["a partition that the region is not in", "arn:aws:batch:cn-north-1:111122223333:job-queue/q1"],
    ["an account that is not twelve digits", "arn:aws:batch:us-east-1:1234:job-queue/q1"],
    ["a name that none has", "arn:aws:batch:us-east-1:111122223333:job-queue/a.b"],
    ["an empty name", "arn:aws:batch:us-east-1:111122223333:job-queue/"],
    ["a quota share without a name", "arn:aws:batch:us-east-1:111122223333:job-queue/q1/quota-share/"],
    ["another part of a queue", "arn:aws:batch:us-east-1:111122223333:job-queue/q1/share/s"],
    ["a part of a quota share", "arn:aws:batch:us-east-1:111122223333:job-queue/q1/quota-share/s/t"],
    ["revision 0", "arn:aws:batch:us-east-1:111122223333:job-definition/d:0"],
    ["a child of an array job", `${jobArn(SCOPE, JOB_ID)}:3`],
    ["a node of a multi-node job", `${jobArn(SCOPE, JOB_ID)}#1`],
    ["a line break after the name", "arn:aws:batch:us-east-1:111122223333:job-queue/q1\n"],
  ])("reads nothing in %s", (_what, arn) => {
    expect(parseResourceArn(arn)).toBeUndefined();
  });
});

test.each([
  ["a name", "q1", "q1"],
  ["an ARN of the scope", jobQueueArn(SCOPE, "q1"), "q1"],
  ["an ARN of another kind", computeEnvironmentArn(SCOPE, "q1"), undefined],
  ["an ARN of another region", jobQueueArn({ ...SCOPE, region: "eu-west-1" }, "q1"), undefined],
  ["an ARN of another account", jobQueueArn({ ...SCOPE, accountId: "999999999999" }, "q1"), undefined],
  ["neither", "q.1", undefined],
])("parseNameOrArn takes %s for what it is", (_what, text, name) => {
  expect(parseNameOrArn(SCOPE, "job-queue", text)).toBe(name);
});

test.each([
  ["demo", { name: "demo" }],
  ["demo:3", { name: "demo", revision: 3 }],
  ["demo:latest", undefined],
  ["demo:0", undefined],
  ["demo:03", undefined],
  ["demo:", undefined],
  ["demo:1000000000", undefined],
  ["", undefined],
])("parseNameAndRevision reads %j", (text, expected) => {
  expect(parseNameAndRevision(text)).toEqual(expected);
});

test.each([
  ["a", true, true],
  ["A-b_1", true, true],
  ["1", true, true],
  ["_a", true, false],
  ["-a", true, false],
  ["a.b", false, false],
  ["a b", false, false],
  ["ä", false, false],
  ["", false, false],
  ["a".repeat(128), true, true],
  ["a".repeat(129), false, false],
])("%j may be the name of a resource: %s, of a job: %s", (name, ofResource, ofJob) => {
  expect([isResourceName(name), isJobName(name)]).toEqual([ofResource, ofJob]);
});

test("resourceName stops on what this program never made", () => {
  expect(resourceName(jobQueueArn(SCOPE, "q1"))).toBe("q1");
  expect(() => resourceName("q1")).toThrow("q1 is not the ARN of a Batch resource");
});
