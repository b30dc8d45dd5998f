import { beforeEach, describe, expect, test } from "vitest";
import { CONTEXT, openBatchServices, settleAll } from "../../../../../test/support/batch-services.ts";
import { accepted, JOB_ID, registerDefinition, submit } from "../../../../../test/support/batch-values.ts";
import { environmentRequest, fargateRequest } from "../../../../../test/support/environment-values.ts";
import { ApiError } from "../../../errors.ts";
import type { BatchServices } from "../batch-services.ts";
import { createComputeEnvironment } from "./create-compute-environment.ts";
import { createJobQueue } from "./create-job-queue.ts";
import { deregisterJobDefinition } from "./deregister-job-definition.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";

const ARN = "arn:aws:batch:us-east-1:111122223333";
const ENVIRONMENT = `${ARN}:compute-environment/ce`;
const QUEUE = `${ARN}:job-queue/q1`;
const DEFINITION = `${ARN}:job-definition/demo-def:4`;
const JOB = `${ARN}:job/${JOB_ID}`;
const RESOURCES = [ENVIRONMENT, QUEUE, DEFINITION, JOB];

let services: BatchServices;
beforeEach(async () => {
  services = await openBatchServices();
  const environment = { computeEnvironmentName: "ce", computeResources: fargateRequest() };
  await createComputeEnvironment(services)(environmentRequest(environment), CONTEXT);
  await settleAll(services);
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "ce" }];
  await createJobQueue(services)({ jobQueueName: "q1", priority: 1, computeEnvironmentOrder }, CONTEXT);
  await settleAll(services);
  const jobDefinition = registerDefinition();
  const job = accepted(submit(jobDefinition));
  await services.sequencer.decide(() => ({
    changes: [
      { kind: "job-definition-put", jobDefinition },
      {
        kind: "job-submitted",
        job,
        progress: {
          status: "SUBMITTED",
          queuePosition: 1,
          attemptCount: 0,
          isCancelled: false,
          isTerminated: false,
        },
      },
    ],
    answer: undefined,
  }));
});

describe.each(RESOURCES)("the tags of %s", (arn) => {
  test("are merged, listed and taken away", async () => {
    expect(await list(arn)).toEqual({ tags: {} });
    expect(await tag(arn, { a: "1", b: "2" })).toEqual({});
    await tag(arn, { b: "3", c: "" });
    expect(await list(arn)).toEqual({ tags: { a: "1", b: "3", c: "" } });
    expect(await untag(arn, ["a", "nothing"])).toEqual({});
    expect(await list(arn)).toEqual({ tags: { b: "3", c: "" } });
  });

  test("pass 50 neither in one request after another nor in two at a time", async () => {
    await tag(arn, numbered(0, 49));
    const outcomes = await Promise.allSettled([tag(arn, { x: "1" }), tag(arn, { y: "1" })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(Object.keys((await list(arn)).tags ?? {})).toHaveLength(50);
    await expect(tag(arn, { z: "1" })).rejects.toEqual(
      new ApiError("ClientException", "tags of a resource must have at most 50 entries, would have 51"),
    );
    expect(await tag(arn, { "key-7": "changed" })).toEqual({});
  });

  test("may not begin with aws:", async () => {
    await expect(tag(arn, { "aws:a": "1" })).rejects.toEqual(
      new ApiError("ClientException", "tags: a key must not begin with aws:, which is reserved, got aws:a"),
    );
  });

  test("are not to be had from another region or account", async () => {
    for (const scope of [
      { ...CONTEXT.scope, region: "eu-west-1" },
      { ...CONTEXT.scope, accountId: "999900001111" },
    ]) {
      const operation = listTagsForResource(services);
      await expect(operation({ resourceArn: arn }, { ...CONTEXT, scope })).rejects.toEqual(
        new ApiError("ClientException", `${arn} does not exist`),
      );
    }
  });
});

describe("tag operations", () => {
  test.each([
    `${ARN}:compute-environment/other`,
    `${ARN}:job-queue/other`,
    `${ARN}:job-definition/demo-def:5`,
    `${ARN}:job/1e2d3c4b-0000-4000-8000-000000000009`,
    `${ARN}:service-job/1e2d3c4b-0000-4000-8000-000000000009`,
    `${ARN}:scheduling-policy/p`,
    `${ARN}:consumable-resource/c`,
    `${ARN}:service-environment/s`,
    `${ARN}:job-queue/q/quota-share/s`,
  ])("answer that %s does not exist", async (arn) => {
    const refusal = new ApiError("ClientException", `${arn} does not exist`);
    await expect(list(arn)).rejects.toEqual(refusal);
    await expect(tag(arn, { a: "1" })).rejects.toEqual(refusal);
    await expect(untag(arn, ["a"])).rejects.toEqual(refusal);
  });

  test.each([
    `${JOB}:3`,
    `${JOB}#0`,
    `${ARN}:job-definition/demo-def`,
    `${ARN}:job-queue/q/quota-share/s/t`,
    "arn:aws:ecs:us-east-1:111122223333:cluster/c",
    "q1",
    "",
  ])("refuse %j, which has no tags of its own", async (arn) => {
    const refusal = new ApiError(
      "ClientException",
      "resourceArn must be the ARN of a resource of AWS Batch: a job definition has its revision, a job is neither an " +
        `array child nor a node, got ${arn}`,
    );
    await expect(list(arn)).rejects.toEqual(refusal);
    await expect(tag(arn, { a: "1" })).rejects.toEqual(refusal);
    await expect(untag(arn, ["a"])).rejects.toEqual(refusal);
  });

  test("do not bring a revision back that is deregistered at the same time", async () => {
    await Promise.all([
      tag(DEFINITION, { a: "1" }),
      deregisterJobDefinition(services)({ jobDefinition: "demo-def:4" }, CONTEXT),
      tag(DEFINITION, { b: "2" }),
    ]);
    const stored = await services.store.readJobDefinition(CONTEXT.scope, "demo-def", 4);
    expect(stored).toMatchObject({ status: "INACTIVE", tags: { a: "1", b: "2" } });
  });
});

function list(resourceArn: string) {
  return listTagsForResource(services)({ resourceArn }, CONTEXT);
}

function tag(resourceArn: string, tags: Readonly<Record<string, string>>) {
  return tagResource(services)({ resourceArn, tags }, CONTEXT);
}

function untag(resourceArn: string, tagKeys: readonly string[]) {
  return untagResource(services)({ resourceArn, tagKeys }, CONTEXT);
}

function numbered(first: number, count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${first + index}`, "v"]));
}
