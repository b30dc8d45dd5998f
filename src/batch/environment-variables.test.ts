import { describe, expect, test } from "vitest";
import {
  accepted,
  ec2Container,
  JOB_ID,
  NOW_MS,
  registerDefinition,
  SCOPE,
  submit,
} from "../../test/support/batch-values.ts";
import type { KeyValuePair } from "../model/batch.ts";
import { computeEnvironmentArn, ecsClusterArn, taskArn } from "./arn.ts";
import type { Attempt } from "./attempt.ts";
import { attemptEnvironment, checkEnvironment } from "./environment-variables.ts";
import { Refusal } from "./refusal.ts";

const TASK_ID = "0123456789abcdef0123456789abcdef";
const ON_FARGATE: Attempt = {
  scope: SCOPE,
  jobId: JOB_ID,
  number: 2,
  taskId: TASK_ID,
  taskArn: taskArn(ecsClusterArn(SCOPE, "ce1", "u"), TASK_ID),
  computeEnvironmentArn: computeEnvironmentArn(SCOPE, "ce1"),
  placedAtMs: NOW_MS,
};
const ON_EC2: Attempt = {
  ...ON_FARGATE,
  instance: { instanceId: "i-0123456789abcdef0", containerInstanceArn: "arn" },
};

function environmentOf(attempt: Attempt, environment: readonly KeyValuePair[]): unknown {
  const definition = registerDefinition({ containerProperties: ec2Container({ environment }) });
  return attemptEnvironment(accepted(submit(definition)), attempt, { environment });
}

describe("attemptEnvironment", () => {
  test("has the container's own variables, then those of Batch and ECS", () => {
    expect(
      environmentOf(ON_EC2, [{ name: "A", value: "1" }, { name: "EMPTY", value: "" }, { name: "NONE" }]),
    ).toEqual([
      { name: "A", value: "1" },
      { name: "EMPTY", value: "" },
      { name: "NONE", value: "" },
      { name: "AWS_REGION", value: "us-east-1" },
      { name: "AWS_DEFAULT_REGION", value: "us-east-1" },
      { name: "AWS_EXECUTION_ENV", value: "AWS_ECS_EC2" },
      { name: "AWS_BATCH_JOB_ID", value: JOB_ID },
      { name: "AWS_BATCH_JQ_NAME", value: "q1" },
      { name: "AWS_BATCH_CE_NAME", value: "ce1" },
      { name: "AWS_BATCH_JOB_ATTEMPT", value: "2" },
    ]);
  });

  test("leaves the region to a container that chooses its own", () => {
    expect(environmentOf(ON_FARGATE, [{ name: "AWS_REGION", value: "eu-west-1" }])).toEqual([
      { name: "AWS_REGION", value: "eu-west-1" },
      { name: "AWS_DEFAULT_REGION", value: "us-east-1" },
      { name: "AWS_EXECUTION_ENV", value: "AWS_ECS_FARGATE" },
      { name: "AWS_BATCH_JOB_ID", value: JOB_ID },
      { name: "AWS_BATCH_JQ_NAME", value: "q1" },
      { name: "AWS_BATCH_CE_NAME", value: "ce1" },
      { name: "AWS_BATCH_JOB_ATTEMPT", value: "2" },
    ]);
  });
});

describe("checkEnvironment", () => {
  test("takes names of any case, values of any text, and no value at all", () => {
    const environment = [
      { name: "a.b", value: "x=y\nz" },
      { name: "AWS_REGION", value: "" },
      { name: "aws_batch" },
    ];
    expect(checkEnvironment(environment, "environment")).toBeUndefined();
  });

  test.each<[variable: KeyValuePair, text: string]>([
    [{ value: "1" }, "environment[0].name is required"],
    [{ name: "", value: "1" }, "environment[0].name is required"],
    [{ name: "AWS_BATCHX" }, "environment[0].name must not begin with AWS_BATCH, got AWS_BATCHX"],
    [{ name: "A=B" }, "environment[0].name must not contain = or a null character, got A=B"],
    [{ name: "A", value: "a\0b" }, "environment[0].value must not contain a null character"],
  ])("refuses %j", (variable, text) => {
    expect(checkEnvironment([variable], "environment")).toEqual(Refusal.bare(text));
  });
});
