import { describe, expect, test } from "vitest";
import { ApiError } from "./errors.ts";
import { SERVICES } from "./services.ts";
import type { ServiceName } from "./services.ts";
import { validateInput } from "./validate.ts";

describe("in Batch's words", () => {
  const queue = { jobQueueName: "q", priority: 1, computeEnvironmentOrder: [] };
  const environment = { computeEnvironmentName: "c", type: "MANAGED" };

  test.each<[input: string, given: unknown, message: string]>([
    ["CreateJobQueueRequest", {}, "jobQueueName is required"],
    ["CreateJobQueueRequest", { ...queue, jobQueueName: null }, "jobQueueName is required"],
    ["CreateJobQueueRequest", { ...queue, jobQueueName: 4 }, "jobQueueName must be a string, got 4"],
    ["CreateJobQueueRequest", { ...queue, priority: "1" }, 'priority must be an integer, got "1"'],
    ["CreateJobQueueRequest", { ...queue, priority: 1.5 }, "priority must be an integer, got 1.5"],
    ["CreateJobQueueRequest", { ...queue, priority: Number.NaN }, "priority must be an integer, got NaN"],
    [
      "CreateJobQueueRequest",
      { ...queue, priority: 2 ** 31 },
      "priority must be an integer between -2147483647 and 2147483647, got 2147483648",
    ],
    [
      "CreateJobQueueRequest",
      { ...queue, computeEnvironmentOrder: {} },
      "computeEnvironmentOrder must be a list, got an object",
    ],
    [
      "CreateJobQueueRequest",
      { ...queue, computeEnvironmentOrder: [{ order: 1, computeEnvironment: "c" }, { order: 2 }] },
      "computeEnvironmentOrder[1].computeEnvironment is required",
    ],
    [
      "CreateJobQueueRequest",
      { ...queue, computeEnvironmentOrder: [null] },
      "computeEnvironmentOrder[0] must be an object, got null",
    ],
    [
      "CreateComputeEnvironmentRequest",
      { ...environment, type: "managed" },
      'type must be one of MANAGED, UNMANAGED, got "managed"',
    ],
    [
      "CreateComputeEnvironmentRequest",
      { ...environment, computeResources: { type: "EC2", maxvCpus: "4" } },
      'computeResources.maxvCpus must be an integer, got "4"',
    ],
    [
      "CreateComputeEnvironmentRequest",
      { ...environment, computeResources: [] },
      "computeResources must be an object, got a list",
    ],
    [
      "CreateComputeEnvironmentRequest",
      {
        ...environment,
        tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"])),
      },
      "tags must have between 1 and 50 entries, got 51",
    ],
    [
      "CreateComputeEnvironmentRequest",
      { ...environment, tags: { "": "v" } },
      'the key "" of tags must have between 1 and 128 characters, got 0',
    ],
    [
      "CreateComputeEnvironmentRequest",
      { ...environment, tags: { "a b": "v".repeat(257) } },
      'tags["a b"] must have at most 256 characters, got 257',
    ],
    [
      "UpdateComputeEnvironmentRequest",
      { computeEnvironment: "c", updatePolicy: { jobExecutionTimeoutMinutes: 0 } },
      "updatePolicy.jobExecutionTimeoutMinutes must be between 1 and 7200, got 0",
    ],
    [
      "CreateConsumableResourceRequest",
      { consumableResourceName: "c", totalQuantity: 2 ** 53 },
      "totalQuantity must be an integer between -9007199254740991 and 9007199254740991, got 9007199254740992",
    ],
    [
      "CreateSchedulingPolicyRequest",
      {
        name: "p",
        fairsharePolicy: { shareDistribution: [{ shareIdentifier: "a", weightFactor: Infinity }] },
      },
      "fairsharePolicy.shareDistribution[0].weightFactor must be a number, got Infinity",
    ],
    [
      "SubmitJobRequest",
      { jobName: "j", jobQueue: "q", jobDefinition: "d", propagateTags: "yes" },
      'propagateTags must be a boolean, got "yes"',
    ],
    [
      "SubmitJobRequest",
      { jobName: "j", jobQueue: "q", jobDefinition: "d", parameters: { name: ["x"] } },
      "parameters.name must be a string, got a list",
    ],
    [
      "UntagResourceRequest",
      { resourceArn: "arn", tagKeys: [] },
      "tagKeys must have between 1 and 50 items, got 0",
    ],
    [
      "CancelJobRequest",
      { jobId: { __proto__: null }, reason: "x" },
      "jobId must be a string, got an object",
    ],
    ["CancelJobRequest", [], "the input must be an object, got a list"],
    [
      "SubmitJobRequest",
      { jobName: "j", jobQueue: "q", jobDefinition: "d", propagateTags: "x".repeat(300) },
      `propagateTags must be a boolean, got "${"x".repeat(100)}…"`,
    ],
  ])("%s: %j", (input, given, message) => {
    expect(refusal("batch", input, given)).toEqual(["ClientException", 400, message]);
  });
});

describe("in the words of CloudWatch Logs", () => {
  const stream = { logGroupName: "g", logStreamName: "s" };

  test.each<[input: string, given: unknown, code: string, message: string]>([
    [
      "CreateLogGroupRequest",
      {},
      "InvalidParameterException",
      "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null",
    ],
    [
      "CreateLogGroupRequest",
      { logGroupName: "a b" },
      "InvalidParameterException",
      "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    ],
    [
      "CreateLogGroupRequest",
      { logGroupName: "a\n" },
      "InvalidParameterException",
      "1 validation error detected: Value 'a\n' at 'logGroupName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    ],
    [
      "CreateLogGroupRequest",
      { logGroupName: "g", logGroupClass: "CHEAP" },
      "InvalidParameterException",
      "1 validation error detected: Value 'CHEAP' at 'logGroupClass' failed to satisfy constraint: " +
        "Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]",
    ],
    [
      "CreateLogGroupRequest",
      { logGroupName: "g", tags: { "k!": "v" } },
      "InvalidParameterException",
      "1 validation error detected: Value 'k!' at 'tags' failed to satisfy constraint: Map keys must satisfy " +
        "constraint: [Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$]",
    ],
    [
      "DescribeLogGroupsRequest",
      { limit: 51 },
      "InvalidParameterException",
      "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: " +
        "Member must have value less than or equal to 50",
    ],
    [
      "DescribeLogGroupsRequest",
      { limit: "5" },
      "SerializationException",
      'limit must be an integer, got "5"',
    ],
    [
      "PutLogEventsRequest",
      { ...stream, logEvents: [] },
      "InvalidParameterException",
      "1 validation error detected: Value 'a list' at 'logEvents' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 1",
    ],
    [
      "PutLogEventsRequest",
      {
        ...stream,
        logEvents: [
          { timestamp: 1, message: "m" },
          { timestamp: 1, message: "" },
        ],
      },
      "InvalidParameterException",
      "1 validation error detected: Value '' at 'logEvents.2.member.message' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 1",
    ],
    [
      "PutLogEventsRequest",
      { ...stream, logEvents: [{ timestamp: -1, message: "m" }] },
      "InvalidParameterException",
      "1 validation error detected: Value '-1' at 'logEvents.1.member.timestamp' failed to satisfy constraint: " +
        "Member must have value greater than or equal to 0",
    ],
  ])("%s: %j", (input, given, code, message) => {
    expect(refusal("logs", input, given)).toEqual([code, 400, message]);
  });
});

/** Code, status and message of the ApiError that the input is refused with. */
function refusal(service: ServiceName, input: string, given: unknown): unknown {
  const { model, refuseShape } = SERVICES[service];
  try {
    return validateInput(model, input, given, refuseShape);
  } catch (error) {
    if (error instanceof ApiError) return [error.code, error.status, error.message];
    throw error;
  }
}
