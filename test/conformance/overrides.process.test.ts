import type { JobDetail, SubmitJobCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, expect, test } from "vitest";
import { makeEnvironment, makeQueue, setEnvironmentState } from "../support/batch-resources.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });

function needing(vcpus: string, memory: string) {
  return [
    { type: "VCPU" as const, value: vcpus },
    { type: "MEMORY" as const, value: memory },
  ];
}

const CONTAINER = {
  image: "busybox",
  command: ["true"],
  environment: [
    { name: "KEPT", value: "a" },
    { name: "REPLACED", value: "b" },
  ],
  resourceRequirements: needing("1", "64"),
};
const OVERRIDES = {
  command: ["echo", "Ref::word"],
  environment: [
    { name: "REPLACED", value: "c" },
    { name: "ADDED", value: "d" },
  ],
  resourceRequirements: [{ type: "MEMORY" as const, value: "96" }],
};
const OVERRIDDEN = {
  command: ["echo", "text"],
  environment: [
    { name: "KEPT", value: "a" },
    { name: "REPLACED", value: "c" },
    { name: "ADDED", value: "d" },
  ],
  resourceRequirements: needing("1", "96"),
};

beforeAll(async () => {
  const { batch } = used;
  // Keeps what it is given in RUNNABLE, so that it can be looked at.
  await makeEnvironment(batch, "closed");
  await makeQueue(batch, "waiting", ["closed"]);
  await setEnvironmentState(batch, "closed", "DISABLED");
  const task = {
    containers: [
      { name: "a", ...CONTAINER },
      { name: "b", ...CONTAINER },
    ],
  };
  await batch.registerJobDefinition({
    jobDefinitionName: "task",
    type: "container",
    ecsProperties: { taskProperties: [task] },
  });
  await batch.registerJobDefinition({
    jobDefinitionName: "nodes",
    type: "multinode",
    nodeProperties: {
      numNodes: 3,
      mainNode: 0,
      nodeRangeProperties: [
        { targetNodes: "0:0", container: CONTAINER },
        { targetNodes: "1:", ecsProperties: { taskProperties: [task] } },
      ],
    },
  });
});

async function submitted(jobDefinition: string, members: Partial<SubmitJobCommandInput>): Promise<JobDetail> {
  const parameters = { word: "text" };
  const submission = { jobName: "job", jobQueue: "waiting", jobDefinition, parameters, ...members };
  const { jobId = "" } = await used.batch.submitJob(submission);
  return used.jobs.describe(jobId);
}

test("of a task change the container of their name", async () => {
  const { ecsProperties } = await submitted("task", {
    ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: "b", ...OVERRIDES }] }] },
  });
  expect(ecsProperties?.taskProperties?.[0]?.containers).toMatchObject([
    { name: "a", ...CONTAINER },
    { name: "b", image: "busybox", ...OVERRIDDEN },
  ]);
});

test("of nodes change the ranges in their target, containers and tasks, and how many there are", async () => {
  const { nodeProperties } = await submitted("nodes", {
    nodeOverrides: {
      numNodes: 5,
      nodePropertyOverrides: [
        { targetNodes: "0", containerOverrides: OVERRIDES },
        {
          targetNodes: "1:",
          ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: "a", ...OVERRIDES }] }] },
        },
      ],
    },
  });
  expect(nodeProperties).toMatchObject({
    numNodes: 5,
    mainNode: 0,
    nodeRangeProperties: [
      { container: { image: "busybox", ...OVERRIDDEN } },
      {
        ecsProperties: {
          taskProperties: [
            {
              containers: [
                { name: "a", ...OVERRIDDEN },
                { name: "b", ...CONTAINER },
              ],
            },
          ],
        },
      },
    ],
  });
});
