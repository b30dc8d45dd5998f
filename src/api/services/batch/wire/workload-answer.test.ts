import { expect, test } from "vitest";
import { accepted, registerDefinition, SCOPE, submit } from "../../../../../test/support/batch-values.ts";
import {
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  TASK_CONTAINER_ADDED,
  taskContainer,
} from "../../../../../test/support/workload-values.ts";
import { computeEnvironmentArn } from "../../../../batch/arn.ts";
import type { Attempt } from "../../../../batch/attempt.ts";
import type { RegisterJobDefinitionRequest } from "../../../../model/batch.ts";
import { workloadAnswer } from "./workload-answer.ts";

const ATTEMPT: Attempt = {
  scope: SCOPE,
  jobId: "1",
  number: 1,
  taskId: "t",
  taskArn: "task-arn",
  computeEnvironmentArn: computeEnvironmentArn(SCOPE, "ce"),
  instance: { instanceId: "i-1", containerInstanceArn: "instance-arn" },
  placedAtMs: 1,
};

function jobOf(members: Partial<RegisterJobDefinitionRequest>) {
  return accepted(submit(registerDefinition({ containerProperties: undefined, ...members })));
}

test("a task of several containers is shown as one with the marks of its attempt, and an empty container", () => {
  const containers = [taskContainer("a"), taskContainer("b")];
  const shown = containers.map((container) => ({
    ...TASK_CONTAINER_ADDED,
    ...container,
    networkInterfaces: [],
  }));
  const job = jobOf({ ecsProperties: ecsProperties(containers, { ipcMode: "host" }) });
  const task = { ipcMode: "host", volumes: [], containers: shown };
  expect(workloadAnswer(job, undefined)).toEqual({
    container: {},
    ecsProperties: { taskProperties: [task] },
  });
  expect(workloadAnswer(job, ATTEMPT)).toEqual({
    container: {},
    ecsProperties: {
      taskProperties: [{ ...task, taskArn: "task-arn", containerInstanceArn: "instance-arn" }],
    },
  });
});

test("a pod is shown without a container", () => {
  const job = jobOf({ eksProperties: eksProperties([eksContainer()]) });
  expect(workloadAnswer(job, undefined)).toMatchObject({
    eksProperties: { podProperties: { containers: [eksContainer()] } },
  });
  expect(workloadAnswer(job, undefined).container).toBeUndefined();
});

test("a multi-node job has no container but its ranges, each of its nodes has (section 16, line 36)", () => {
  const job = jobOf({
    type: "multinode",
    nodeProperties: nodeProperties(2, [
      nodeRange("0", { container: { ...nodeRange("0").container, command: ["main"] } }),
      nodeRange("1"),
    ]),
  });
  expect(workloadAnswer(job, ATTEMPT)).toEqual({
    nodeProperties: expect.objectContaining({ numNodes: 2, mainNode: 0 }),
  });
  expect(workloadAnswer({ ...job, childIndex: 0 }, ATTEMPT)).toMatchObject({
    container: { command: ["main"], taskArn: "task-arn" },
  });
  expect(workloadAnswer({ ...job, childIndex: 1 }, undefined)).toMatchObject({
    container: { command: [], networkInterfaces: [] },
  });
});
