import { describe, expect, test } from "vitest";
import {
  accepted,
  CAUSE,
  definitionRequest,
  ec2Container,
  NOW_MS,
  requirements,
  SCOPE,
} from "../../test/support/batch-values.ts";
import {
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  taskContainer,
} from "../../test/support/workload-values.ts";
import type { RegisterJobDefinitionRequest } from "../model/batch.ts";
import { parseJobDefinition } from "./job-definition.ts";
import type { JobDefinition } from "./job-definition.ts";
import { Refusal } from "./refusal.ts";

type Members = Partial<RegisterJobDefinitionRequest>;

const TASK: Members = {
  containerProperties: undefined,
  ecsProperties: ecsProperties([taskContainer("main")]),
};
const POD: Members = { containerProperties: undefined, eksProperties: eksProperties([eksContainer()]) };
const NODES: Members = {
  type: "multinode",
  containerProperties: undefined,
  nodeProperties: nodeProperties(2, [nodeRange("0:")]),
};
const POD_NODES: Members = {
  ...NODES,
  nodeProperties: nodeProperties(2, [
    nodeRange("0:", { container: undefined, eksProperties: eksProperties([eksContainer()]) }),
  ]),
};

function register(members: Members): JobDefinition | Refusal {
  const facts = { scope: SCOPE, revision: 1, nowMs: NOW_MS, cause: CAUSE };
  return parseJobDefinition(definitionRequest(members), facts);
}

describe("a registration", () => {
  test.each<[kind: JobDefinition["kind"], members: Members]>([
    ["container", {}],
    ["ecs", TASK],
    ["eks", POD],
    ["multi-node", NODES],
    ["multi-node", POD_NODES],
  ])("makes a definition of kind %s", (kind, members) => {
    expect(accepted(register(members)).kind).toBe(kind);
  });

  test("takes what all kinds have", () => {
    const common = {
      parameters: { a: "1" },
      schedulingPriority: 3,
      retryStrategy: { attempts: 2 },
      timeout: { attemptDurationSeconds: 60 },
      tags: { team: "a" },
    };
    for (const members of [TASK, POD, NODES]) {
      expect(register({ ...members, ...common })).toMatchObject({
        parameters: { a: "1" },
        schedulingPriority: 3,
        retryStrategy: { attempts: 2, evaluateOnExit: [] },
        attemptDurationSeconds: 60,
        tags: { team: "a" },
      });
    }
    expect(register({ ...TASK, propagateTags: true })).toMatchObject({ propagateTags: true });
    expect(register({ ...POD, propagateTags: false })).toMatchObject({ propagateTags: false });
  });

  test("is for Managed Instances with ecsProperties", () => {
    const container = taskContainer("main", { resourceRequirements: requirements("0.5", "64") });
    const members: Members = {
      containerProperties: undefined,
      platformCapabilities: ["MANAGED_INSTANCES"],
      ecsProperties: ecsProperties([container], { executionRoleArn: "role", networkMode: "host" }),
    };
    expect(register(members)).toMatchObject({ kind: "ecs", platformCapabilities: ["MANAGED_INSTANCES"] });
  });

  const required =
    "ECS ContainerProperties, ecsProperties, or eksProperties is required when using type container.";
  const nodesRequired = "Node properties of multinode job is required.";
  const noTags = "Batch on EKS does not support tag propagation.";
  test.each<[name: string, members: Members, refusal: Refusal]>([
    ["no properties", { containerProperties: undefined }, Refusal.wrapped(required)],
    ["nodes in a container definition", { ...NODES, type: "container" }, Refusal.wrapped(required)],
    [
      "no nodes in a multi-node definition",
      { type: "multinode", containerProperties: undefined },
      Refusal.wrapped(nodesRequired),
    ],
    ["a container in a multi-node definition", { type: "multinode" }, Refusal.wrapped(nodesRequired)],
    [
      "a container and a task",
      { ...TASK, containerProperties: ec2Container() },
      Refusal.wrapped("Cannot use both ECS containerProperties and ecsProperties"),
    ],
    [
      "a container and a pod",
      { ...POD, containerProperties: ec2Container() },
      Refusal.wrapped("Cannot use both ECS containerProperties and eksProperties"),
    ],
    [
      "a task and a pod",
      { ...TASK, eksProperties: POD.eksProperties },
      Refusal.wrapped("Cannot use both ecsProperties and eksProperties"),
    ],
    [
      "nodes and a pod",
      { ...NODES, eksProperties: POD.eksProperties },
      Refusal.wrapped("Cannot use both nodeProperties and eksProperties"),
    ],
    ["tags that pods are to have", { ...POD, propagateTags: true }, Refusal.wrapped(noTags)],
    ["tags that pods of nodes are to have", { ...POD_NODES, propagateTags: true }, Refusal.wrapped(noTags)],
    [
      "a platform for pods",
      { ...POD, platformCapabilities: ["EC2"] },
      Refusal.bare("platformCapabilities must be absent for EKS"),
    ],
    [
      "nodes on Fargate",
      { ...NODES, platformCapabilities: ["FARGATE"] },
      Refusal.wrapped("nodeProperties is not applicable for Fargate."),
    ],
    [
      "nodes on Managed Instances",
      { ...NODES, platformCapabilities: ["MANAGED_INSTANCES"] },
      Refusal.wrapped("MANAGED_INSTANCES does not support MNP jobs"),
    ],
    [
      "a container on Managed Instances",
      { platformCapabilities: ["MANAGED_INSTANCES"] },
      Refusal.wrapped("Cannot use ECS containerProperties for MANAGED_INSTANCES"),
    ],
    [
      "two platforms",
      { platformCapabilities: ["EC2", "FARGATE"] },
      Refusal.wrapped("Exactly 1 capability must be provided."),
    ],
  ])("is refused for %s", (_name, members, refusal) => {
    expect(register(members)).toEqual(refusal);
  });
});
