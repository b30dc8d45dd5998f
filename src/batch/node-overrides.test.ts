import { describe, expect, test } from "vitest";
import { accepted, ec2Container, requirements } from "../../test/support/batch-values.ts";
import {
  ecsProperties,
  nodeProperties,
  nodeRange,
  taskContainer,
} from "../../test/support/workload-values.ts";
import type { NodeOverrides, NodeProperties, NodePropertyOverride } from "../model/batch.ts";
import { allNodesResources, createMultiNodeWorkload } from "./multi-node.ts";
import { applyNodeOverrides, substituteInNodes } from "./node-overrides.ts";
import { parseNodeProperties } from "./node-properties.ts";
import { Refusal } from "./refusal.ts";
import type { Workload } from "./workload.ts";

function registered(...parameters: Parameters<typeof nodeProperties>): NodeProperties {
  return accepted(parseNodeProperties(nodeProperties(...parameters)));
}

/** Node 0 is the main one, the others are workers; of these 4 and 5 are large. */
const CLUSTER = registered(8, [
  nodeRange("0:0", { container: ec2Container({ command: ["main"] }) }),
  nodeRange("1:", { container: ec2Container({ command: ["worker"] }) }),
  nodeRange("4:5", {
    container: ec2Container({ command: ["large"], resourceRequirements: requirements("4", "512") }),
  }),
]);

function overridden(overrides: NodeOverrides, properties = CLUSTER): NodeProperties {
  return accepted(applyNodeOverrides(properties, overrides));
}

/** What each node runs: its command and its vCPUs. */
function nodesOf(properties: NodeProperties): string[] {
  return accepted(createMultiNodeWorkload(properties)).nodes.map(
    ({ workload, resources }) => `${commandOf(workload)} ${resources.vcpuMillis}`,
  );
}

function commandOf(workload: Workload): string {
  return workload.kind === "container" ? (workload.container.command ?? []).join(" ") : workload.kind;
}

function command(text: string): { readonly command: readonly string[] } {
  return { command: [text] };
}

function one(override: NodePropertyOverride): NodeOverrides {
  return { nodePropertyOverrides: [override] };
}

describe("createMultiNodeWorkload", () => {
  test("gives each node its range, equal ones as one object", () => {
    const workload = accepted(createMultiNodeWorkload(CLUSTER));
    expect(nodesOf(CLUSTER)).toEqual([
      "main 1000",
      "worker 1000",
      "worker 1000",
      "worker 1000",
      "large 4000",
      "large 4000",
      "worker 1000",
      "worker 1000",
    ]);
    expect(workload).toMatchObject({ kind: "multi-node", numNodes: 8, mainNode: 0, nodeProperties: CLUSTER });
    expect(new Set(workload.nodes).size).toBe(3);
    expect(allNodesResources(workload)).toEqual({
      vcpuMillis: 14_000,
      memoryMiB: 6 * 128 + 2 * 512,
      gpuCount: 0,
    });
  });

  test("says which instance type a node asks for", () => {
    const task = { container: undefined, ecsProperties: ecsProperties([taskContainer("a")]) };
    const properties = registered(3, [
      nodeRange("0", { ...task, instanceTypes: ["c5.large"] }),
      nodeRange("1", { container: ec2Container({ instanceType: "c5.large" }) }),
      nodeRange("2", task),
    ]);
    const { nodes } = accepted(createMultiNodeWorkload(properties));
    expect(nodes.map(({ instanceType }) => instanceType)).toEqual(["c5.large", "c5.large", undefined]);
  });
});

describe("applyNodeOverrides", () => {
  test("changes the number of nodes where a range is open-ended", () => {
    expect(nodesOf(overridden({ numNodes: 2 }))).toEqual(["main 1000", "worker 1000"]);
    expect(nodesOf(overridden({ numNodes: 10 }))).toHaveLength(10);
    expect(overridden({ numNodes: 8 })).toEqual(CLUSTER);
  });

  test("changes the ranges that lie in the target, nested ones too", () => {
    const nodePropertyOverrides = [{ targetNodes: "1:", containerOverrides: command("other") }];
    expect(nodesOf(overridden({ numNodes: 6, nodePropertyOverrides }))).toEqual([
      "main 1000",
      "other 1000",
      "other 1000",
      "other 1000",
      "other 4000",
      "other 4000",
    ]);
  });

  test("lets a later override win, and leaves the other ranges as they are", () => {
    const nodePropertyOverrides = [
      { targetNodes: "0:", containerOverrides: command("all") },
      { targetNodes: "4:5", containerOverrides: { resourceRequirements: requirements("2", "64") } },
    ];
    const changed = overridden({ nodePropertyOverrides });
    expect(nodesOf(changed).slice(3, 6)).toEqual(["all 1000", "all 2000", "all 2000"]);
    expect(changed.nodeRangeProperties.map(({ targetNodes }) => targetNodes)).toEqual(["0:0", "1:", "4:5"]);
  });

  test("changes instance types, of a container by its own overrides", () => {
    const mixed = registered(2, [
      nodeRange("0", { container: undefined, ecsProperties: ecsProperties([taskContainer("a")]) }),
      nodeRange("1"),
    ]);
    const nodePropertyOverrides = [
      { targetNodes: "0", instanceTypes: ["m5.large"] },
      { targetNodes: "1", containerOverrides: { instanceType: "m5.large" } },
    ];
    const { nodes } = accepted(createMultiNodeWorkload(overridden({ nodePropertyOverrides }, mixed)));
    expect(nodes.map(({ instanceType }) => instanceType)).toEqual(["m5.large", "m5.large"]);
  });

  const closed = registered(2, [nodeRange("0:1")]);
  const task = registered(2, [
    nodeRange("0:", { container: undefined, ecsProperties: ecsProperties([taskContainer("a")]) }),
  ]);
  const at = "nodeOverrides.nodePropertyOverrides[0]";
  test.each<[name: string, properties: NodeProperties, overrides: NodeOverrides, refusal: Refusal]>([
    [
      "another number where no range is open-ended",
      closed,
      { numNodes: 3 },
      Refusal.bare(
        "nodeOverrides.numNodes must be absent: no node range of the job definition is open-ended, such as 1:",
      ),
    ],
    [
      "fewer nodes than the open-ended range needs",
      CLUSTER,
      { numNodes: 1 },
      Refusal.bare(
        "nodeOverrides.numNodes must be more than 1, where the open-ended node range begins, got 1",
      ),
    ],
    [
      "fewer nodes than the main node needs",
      registered(4, [nodeRange("0:")], 3),
      { numNodes: 3 },
      Refusal.wrapped("Main node index is out of range, must be less than numNodes."),
    ],
    [
      "too many nodes",
      CLUSTER,
      { numNodes: 1001 },
      Refusal.wrapped("Number of nodes must be between 1 and 1000."),
    ],
    [
      "a target beyond the nodes",
      CLUSTER,
      one({ targetNodes: "0:8" }),
      Refusal.wrapped("Node range error 0:8. Node range should be smaller than number of nodes"),
    ],
    [
      "a part of a range",
      CLUSTER,
      one({ targetNodes: "1:3", containerOverrides: command("x") }),
      Refusal.bare(`${at}.targetNodes must cover whole node ranges of the job definition, got 1:3`),
    ],
    [
      "containerOverrides on a task (section 16, line 19)",
      task,
      one({ targetNodes: "0:1", containerOverrides: command("x") }),
      Refusal.bare("Container overrides should not be set for ecsProperties jobs."),
    ],
    [
      "ecsPropertiesOverride on a container",
      closed,
      one({ targetNodes: "0:1", ecsPropertiesOverride: { taskProperties: [] } }),
      Refusal.bare("ECS properties overrides should not be set for containerProperties jobs."),
    ],
    [
      "a reserved variable (section 16, line 20)",
      closed,
      one({ targetNodes: "0:", containerOverrides: { environment: [{ name: "AWS_BATCH_X" }] } }),
      Refusal.bare(
        `${at}.containerOverrides.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X`,
      ),
    ],
    [
      "instance types beside a container",
      closed,
      one({ targetNodes: "0:", instanceTypes: ["c5.large"] }),
      Refusal.wrapped("Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs."),
    ],
    [
      "two instance types",
      task,
      one({ targetNodes: "0:", instanceTypes: ["c5.large", "m5.large"] }),
      Refusal.bare(`${at}.instanceTypes must have at most 1 entry, got 2`),
    ],
    [
      "instance types that differ then",
      CLUSTER,
      {
        nodePropertyOverrides: [
          { targetNodes: "0", containerOverrides: { instanceType: "c5.large" } },
          { targetNodes: "1:", containerOverrides: { instanceType: "m5.large" } },
        ],
      },
      Refusal.bare(
        "nodeProperties.nodeRangeProperties must have the same instance type, got c5.large and m5.large",
      ),
    ],
  ])("refuses %s", (_name, properties, overrides, refusal) => {
    expect(applyNodeOverrides(properties, overrides)).toEqual(refusal);
  });
});

test("references are replaced in the commands of all ranges, or refused (section 16, line 18)", () => {
  const properties = registered(2, [
    nodeRange("0", { container: ec2Container({ command: ["Ref::a"] }) }),
    nodeRange("1", {
      container: undefined,
      ecsProperties: ecsProperties([taskContainer("m", { command: ["Ref::b"] })]),
    }),
  ]);
  expect(substituteInNodes(properties, { a: "1", b: "2" })).toMatchObject({
    nodeRangeProperties: [
      { container: { command: ["1"] } },
      { ecsProperties: { taskProperties: [{ containers: [{ command: ["2"] }] }] } },
    ],
  });
  expect(substituteInNodes(properties, { a: "1" })).toEqual(
    Refusal.bare("Unable to substitute value. No parameter found for reference b"),
  );
});
