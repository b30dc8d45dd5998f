import { describe, expect, test } from "vitest";
import {
  accepted,
  ec2Container,
  registerDefinition,
  requirements,
  submit,
} from "../../test/support/batch-values.ts";
import {
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  onlyContainer,
  taskContainer,
} from "../../test/support/workload-values.ts";
import type { RegisterJobDefinitionRequest, SubmitJobRequest } from "../model/batch.ts";
import { capabilityOf, hostWorkload } from "./host-workload.ts";
import { Refusal } from "./refusal.ts";

const CONTAINER = registerDefinition();
const TASK = definitionOf({
  ecsProperties: ecsProperties([taskContainer("main", { command: ["Ref::x"] }), taskContainer("side")]),
});
const POD = definitionOf({ eksProperties: eksProperties([eksContainer({ args: ["Ref::x"] })]) });
const NODES = definitionOf({
  type: "multinode",
  nodeProperties: nodeProperties(3, [
    nodeRange("0", { container: ec2Container({ command: ["main", "Ref::x"] }) }),
    nodeRange("1:", { container: ec2Container({ resourceRequirements: requirements("2", "64") }) }),
  ]),
});

function definitionOf(members: Partial<RegisterJobDefinitionRequest>) {
  return registerDefinition({ containerProperties: undefined, parameters: { x: "1" }, ...members });
}

describe("a submission", () => {
  test("of a task asks for the sum of it, with overrides and parameters in it", () => {
    const containers = [{ name: "side", resourceRequirements: requirements("3", "64") }];
    const job = accepted(
      submit(TASK, { ecsPropertiesOverride: { taskProperties: [{ containers }] }, parameters: { x: "2" } }),
    );
    expect(job).toMatchObject({
      kind: "single",
      workload: {
        kind: "ecs",
        ecs: {
          taskProperties: [
            { containers: [{ command: ["2"] }, { resourceRequirements: requirements("3", "64") }] },
          ],
        },
      },
      resources: { vcpuMillis: 4000, memoryMiB: 192, gpuCount: 0 },
    });
    expect(capabilityOf(job)).toBe("EC2");
  });

  test("of a pod needs a queue on EKS", () => {
    const containers = [{ resources: { limits: { cpu: "2" } } }];
    const job = accepted(submit(POD, { eksPropertiesOverride: { podProperties: { containers } } }));
    expect(job).toMatchObject({
      workload: { kind: "eks", eks: { podProperties: { containers: [{ args: ["1"] }] } } },
      resources: { vcpuMillis: 2000, memoryMiB: 128, gpuCount: 0 },
    });
    expect(capabilityOf(job)).toBe("EKS");
  });

  test("of nodes asks for all of them together", () => {
    const job = accepted(submit(NODES, { nodeOverrides: { numNodes: 2 } }));
    expect(job).toMatchObject({
      kind: "multi-node",
      nodes: { count: 2, main: 0 },
      workload: { kind: "multi-node", numNodes: 2, mainNode: 0, nodeProperties: { numNodes: 2 } },
      resources: { vcpuMillis: 3000, memoryMiB: 192, gpuCount: 0 },
    });
    expect(onlyContainer(job).command).toEqual(["main", "1"]);
    expect(hostWorkload({ ...job, childIndex: 1 }).resources).toEqual({
      vcpuMillis: 2000,
      memoryMiB: 64,
      gpuCount: 0,
    });
  });

  test("takes empty overrides of another kind for none", () => {
    const empty = {
      containerOverrides: {},
      ecsPropertiesOverride: {},
      eksPropertiesOverride: {},
      nodeOverrides: {},
    };
    for (const definition of [CONTAINER, TASK, POD, NODES]) {
      expect(submit(definition, empty)).toEqual(submit(definition));
    }
  });

  const containerOverrides = { command: ["x"] };
  const ecsPropertiesOverride = { taskProperties: [] };
  const eksPropertiesOverride = { podProperties: {} };
  const nodeOverrides = { numNodes: 2 };
  test.each<[definition: ReturnType<typeof definitionOf>, request: Partial<SubmitJobRequest>, text: string]>([
    [TASK, { containerOverrides }, "Container overrides should not be set for ecsProperties jobs."],
    [POD, { containerOverrides }, "Container overrides should not be set for eksProperties jobs."],
    [NODES, { containerOverrides }, "Container overrides should not be set for multinode jobs."],
    [
      CONTAINER,
      { ecsPropertiesOverride },
      "ECS properties overrides should not be set for containerProperties jobs.",
    ],
    [NODES, { eksPropertiesOverride }, "EKS properties overrides should not be set for multinode jobs."],
    [CONTAINER, { nodeOverrides }, "Node overrides should not be set for containerProperties jobs."],
    [
      CONTAINER,
      { containerOverrides: { instanceType: "c5.large" } },
      "containerOverrides.instanceType must be absent: it is for multi-node parallel jobs only",
    ],
    [NODES, { arrayProperties: { size: 2 } }, "arrayProperties must be absent for multi-node parallel jobs"],
    [
      TASK,
      {
        ecsPropertiesOverride: {
          taskProperties: [
            { containers: [{ name: "side", resourceRequirements: [{ type: "VCPU", value: "0.5" }] }] },
          ],
        },
      },
      "ecsPropertiesOverride.taskProperties[0].containers[1].resourceRequirements VCPU must be a whole number from 1 to 999999999, got 0.5",
    ],
    [
      NODES,
      {
        nodeOverrides: {
          nodePropertyOverrides: [
            {
              targetNodes: "1:2",
              containerOverrides: { resourceRequirements: [{ type: "MEMORY", value: "3" }] },
            },
          ],
        },
      },
      "Memory must be at least 4 Mib, got 3 Mib.",
    ],
  ])("is refused (section 16, line 19): %#", (definition, request, text) => {
    expect(submit(definition, request)).toEqual(Refusal.bare(text));
  });

  test("cannot make tags go to pods", () => {
    expect(submit(POD, { propagateTags: true })).toEqual(
      Refusal.wrapped("Batch on EKS does not support tag propagation."),
    );
    expect(submit(POD, { propagateTags: false })).not.toBeInstanceOf(Refusal);
  });
});
