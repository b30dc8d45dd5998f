import { describe, expect, test } from "vitest";
import { ec2Container, fargateContainer } from "../../test/support/batch-values.ts";
import {
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  taskContainer,
} from "../../test/support/workload-values.ts";
import type { NodeProperties, NodeRangeProperty } from "../model/batch.ts";
import { parseNodeProperties } from "./node-properties.ts";
import { Refusal } from "./refusal.ts";

const PATH = "nodeProperties.nodeRangeProperties";
const EMPTY_LISTS = { command: [], environment: [], mountPoints: [], secrets: [], ulimits: [], volumes: [] };
const TASK = { container: undefined, ecsProperties: ecsProperties([taskContainer("main")]) };

function pod(namespace: string): Partial<NodeRangeProperty> {
  return {
    container: undefined,
    eksProperties: eksProperties([eksContainer()], { metadata: { namespace } }),
  };
}

function outside(targetNodes: string): Refusal {
  return Refusal.wrapped(
    `Node range error ${targetNodes}. Node range should be smaller than number of nodes`,
  );
}

describe("parseNodeProperties takes", () => {
  test("ranges and gives each the lists that AWS adds (section 16, line 10)", () => {
    expect(parseNodeProperties(nodeProperties(2, [nodeRange("0:")], 1))).toEqual({
      numNodes: 2,
      mainNode: 1,
      nodeRangeProperties: [{ targetNodes: "0:", container: { ...ec2Container(), ...EMPTY_LISTS } }],
    });
  });

  test.each<[name: string, properties: NodeProperties]>([
    ["one node", nodeProperties(1, [nodeRange("0")])],
    ["a thousand nodes", nodeProperties(1000, [nodeRange(":")])],
    ["nested ranges", nodeProperties(11, [nodeRange("0:10"), nodeRange("4:5")])],
    [
      "an instance type in the container",
      nodeProperties(1, [nodeRange("0", { container: ec2Container({ instanceType: "c5.large" }) })]),
    ],
    [
      "an instance type beside a task",
      nodeProperties(2, [nodeRange("0:1", { ...TASK, instanceTypes: ["c5.large"] })]),
    ],
    ["pods of one namespace", nodeProperties(2, [nodeRange("0", pod("n")), nodeRange("1", pod("n"))])],
    ["a task beside a container", nodeProperties(2, [nodeRange("0"), nodeRange("1", TASK)])],
  ])("%s", (_name, properties) => {
    expect(parseNodeProperties(properties)).not.toBeInstanceOf(Refusal);
  });
});

describe("parseNodeProperties refuses", () => {
  const missing = Refusal.wrapped("Node Range Properties target nodes have missing ranges");
  const mainNode = Refusal.wrapped("Main node index is out of range, must be less than numNodes.");
  const numNodes = Refusal.wrapped("Number of nodes must be between 1 and 1000.");
  const ecsOnly = Refusal.wrapped(
    "Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs.",
  );
  test.each<[name: string, properties: NodeProperties, refusal: Refusal]>([
    ["no nodes", nodeProperties(0, [nodeRange("0:")]), numNodes],
    ["1001 nodes", nodeProperties(1001, [nodeRange("0:")]), numNodes],
    ["a main node behind the last", nodeProperties(2, [nodeRange("0:")], 2), mainNode],
    ["a negative main node", nodeProperties(2, [nodeRange("0:")], -1), mainNode],
    [
      "six ranges",
      nodeProperties(
        6,
        ["0", "1", "2", "3", "4", "5"].map((target) => nodeRange(target)),
      ),
      Refusal.wrapped("Maximum allowed size of node range properties is 5"),
    ],
    ["a range beyond the nodes", nodeProperties(2, [nodeRange("0:5")]), outside("0:5")],
    ["a range that runs backwards", nodeProperties(4, [nodeRange("0:"), nodeRange("3:1")]), outside("3:1")],
    [
      "a range in words",
      nodeProperties(2, [nodeRange("all")]),
      Refusal.wrapped("targetNodes should contain only digits."),
    ],
    ["no ranges", nodeProperties(1, []), missing],
    ["a node of no range", nodeProperties(4, [nodeRange("0:1"), nodeRange("3")]), missing],
    [
      "a range of nothing",
      nodeProperties(1, [nodeRange("0", { container: undefined })]),
      Refusal.wrapped("Must specify container for node range 0"),
    ],
    [
      "a range of two kinds",
      nodeProperties(1, [nodeRange("0", { ecsProperties: TASK.ecsProperties })]),
      Refusal.wrapped("NodeRangeProperties can not use both ecsProperties and container fields"),
    ],
    [
      "instance types beside a container",
      nodeProperties(1, [nodeRange("0", { instanceTypes: ["c5"] })]),
      ecsOnly,
    ],
    [
      "two instance types",
      nodeProperties(1, [nodeRange("0", { ...TASK, instanceTypes: ["c5", "m5"] })]),
      Refusal.bare(`${PATH}[0].instanceTypes must have at most 1 entry, got 2`),
    ],
    [
      "different instance types",
      nodeProperties(2, [
        nodeRange("0", { ...TASK, instanceTypes: ["c5.large"] }),
        nodeRange("1", { container: ec2Container({ instanceType: "m5.large" }) }),
      ]),
      Refusal.bare(`${PATH} must have the same instance type, got c5.large and m5.large`),
    ],
    [
      "pods beside containers",
      nodeProperties(2, [nodeRange("0"), nodeRange("1", pod("n"))]),
      Refusal.bare(`${PATH} must be for EKS all or none, got 1 of 2`),
    ],
    [
      "pods of different namespaces",
      nodeProperties(2, [nodeRange("0", pod("a")), nodeRange("1", pod("b"))]),
      Refusal.bare(`${PATH} must have the same namespace, got a and b`),
    ],
    [
      "a bad container",
      nodeProperties(1, [nodeRange("0", { container: {} })]),
      Refusal.bare(`${PATH}[0].container.image is required`),
    ],
    [
      "what only Fargate knows",
      nodeProperties(1, [
        nodeRange("0", {
          container: fargateContainer({
            resourceRequirements: ec2Container().resourceRequirements,
            networkConfiguration: {},
          }),
        }),
      ]),
      Refusal.wrapped("networkConfiguration not applicable for EC2."),
    ],
    [
      "a bad task",
      nodeProperties(1, [nodeRange("0", { ...TASK, ecsProperties: ecsProperties([]) })]),
      Refusal.wrapped("Number of containers must be between 1 and 10"),
    ],
  ])("%s", (_name, properties, refusal) => {
    expect(parseNodeProperties(properties)).toEqual(refusal);
  });
});
