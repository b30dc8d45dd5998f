import { describe, expect, test } from "vitest";
import type { EcsTaskProperties } from "../model/batch.ts";
import { taskContainers, taskModes } from "./task-containers.ts";
import type { NodeWorkload } from "./workload.ts";

const RESOURCES = { vcpuMillis: 1_000, memoryMiB: 64, gpuCount: 0 };

describe("taskContainers", () => {
  test("makes one essential container of a plain job", () => {
    const container = { image: "a:1", command: ["true"] };
    expect(taskContainers({ workload: { kind: "container", container }, resources: RESOURCES })).toEqual([
      { name: "default", properties: container, resources: RESOURCES, isEssential: true, dependsOn: [] },
    ]);
  });

  test("merges what a task says of itself into each container, and leaves out what is said of their order", () => {
    const volumes = [{ name: "scratch" }];
    const task: EcsTaskProperties = {
      taskRoleArn: "role",
      executionRoleArn: "agent",
      volumes,
      runtimePlatform: { cpuArchitecture: "ARM64" },
      containers: [
        {
          name: "app",
          image: "a:1",
          command: ["run"],
          dependsOn: [{ containerName: "init", condition: "SUCCESS" }, { containerName: "side" }],
          resourceRequirements: [
            { type: "VCPU", value: "0.25" },
            { type: "MEMORY", value: "512" },
            { type: "GPU", value: "1" },
          ],
          startTimeout: 5,
          stopTimeout: 7,
        },
        { image: "b:1", essential: false },
      ],
    };
    const shared = {
      jobRoleArn: "role",
      executionRoleArn: "agent",
      volumes,
      runtimePlatform: { cpuArchitecture: "ARM64" },
    };
    const requirements = task.containers[0]?.resourceRequirements;
    expect(taskContainers(workloadOf(task))).toEqual([
      {
        name: "app",
        properties: { image: "a:1", command: ["run"], resourceRequirements: requirements, ...shared },
        resources: { vcpuMillis: 250, memoryMiB: 512, gpuCount: 1 },
        isEssential: true,
        dependsOn: [
          { containerName: "init", condition: "SUCCESS" },
          { containerName: "side", condition: "START" },
        ],
        startTimeoutSeconds: 5,
        stopTimeoutSeconds: 7,
      },
      {
        name: "default",
        properties: { image: "b:1", ...shared },
        resources: { vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 },
        isEssential: false,
        dependsOn: [],
      },
    ]);
  });
});

test("a task's containers share what it says, and nothing else", () => {
  expect(taskModes(workloadOf({ containers: [], ipcMode: "task", pidMode: "host" }))).toEqual({
    ipcMode: "task",
    pidMode: "host",
  });
  expect(taskModes(workloadOf({ containers: [], ipcMode: "strange" }))).toEqual({});
  expect(taskModes({ workload: { kind: "container", container: {} }, resources: RESOURCES })).toEqual({});
});

function workloadOf(task: EcsTaskProperties): NodeWorkload {
  return { workload: { kind: "ecs", ecs: { taskProperties: [task] } }, resources: RESOURCES };
}
