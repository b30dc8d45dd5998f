import { describe, expect, test } from "vitest";
import {
  ec2Container,
  fargateContainer,
  registerDefinition,
} from "../../../../../test/support/batch-values.ts";
import {
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  taskContainer,
} from "../../../../../test/support/workload-values.ts";
import type { RegisterJobDefinitionRequest } from "../../../../model/batch.ts";
import { jobDefinitionDetail } from "./job-definition-detail.ts";

const EMPTY_LISTS = { command: [], environment: [], mountPoints: [], secrets: [], ulimits: [], volumes: [] };

describe("jobDefinitionDetail", () => {
  test("shows a definition with its added lists and leaves out what has no value (section 16, line 10)", () => {
    // Compared as text, so that a member without a value would show.
    expect(JSON.parse(JSON.stringify(jobDefinitionDetail(registerDefinition())))).toStrictEqual({
      jobDefinitionName: "demo-def",
      jobDefinitionArn: "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:4",
      revision: 4,
      status: "ACTIVE",
      type: "container",
      parameters: {},
      containerProperties: { ...ec2Container(), ...EMPTY_LISTS },
      tags: {},
      propagateTags: false,
      containerOrchestrationType: "ECS",
    });
  });

  test("shows all that was given, with actions in lower case (section 16, line 10)", () => {
    const definition = registerDefinition({
      containerProperties: fargateContainer(),
      platformCapabilities: ["FARGATE"],
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1", action: "EXIT" }] },
      timeout: { attemptDurationSeconds: 60 },
      schedulingPriority: 0,
      propagateTags: true,
      parameters: { a: "1" },
      tags: { team: "genomics" },
    });
    expect(jobDefinitionDetail(definition)).toStrictEqual({
      jobDefinitionName: "demo-def",
      jobDefinitionArn: "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:4",
      revision: 4,
      status: "ACTIVE",
      type: "container",
      schedulingPriority: 0,
      parameters: { a: "1" },
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1", action: "exit" }] },
      containerProperties: {
        ...fargateContainer(),
        ...EMPTY_LISTS,
        fargatePlatformConfiguration: { platformVersion: "LATEST" },
      },
      timeout: { attemptDurationSeconds: 60 },
      tags: { team: "genomics" },
      propagateTags: true,
      platformCapabilities: ["FARGATE"],
      containerOrchestrationType: "ECS",
    });
  });

  test("echoes no variable with an empty value (section 16, line 11)", () => {
    const environment = [{ name: "A", value: "" }, { name: "B", value: "2" }, { name: "C" }];
    const definition = registerDefinition({ containerProperties: ec2Container({ environment }) });
    expect(jobDefinitionDetail(definition).containerProperties?.environment).toEqual([
      { name: "B", value: "2" },
    ]);
  });

  const variable = [{ name: "A", value: "" }];
  test.each<[name: string, members: Partial<RegisterJobDefinitionRequest>, shown: object]>([
    [
      "a task",
      { ecsProperties: ecsProperties([taskContainer("a", { environment: variable })]) },
      {
        type: "container",
        containerOrchestrationType: "ECS",
        ecsProperties: { taskProperties: [{ containers: [{ name: "a", environment: [] }] }] },
      },
    ],
    [
      "a pod",
      { eksProperties: eksProperties([eksContainer({ env: variable })]) },
      {
        type: "container",
        containerOrchestrationType: "EKS",
        eksProperties: { podProperties: { containers: [{ image: "busybox", env: [] }] } },
      },
    ],
    [
      "nodes",
      {
        type: "multinode",
        nodeProperties: nodeProperties(1, [
          nodeRange("0", { container: ec2Container({ environment: variable }) }),
        ]),
      },
      {
        type: "multinode",
        containerOrchestrationType: "ECS",
        nodeProperties: { nodeRangeProperties: [{ targetNodes: "0", container: { environment: [] } }] },
      },
    ],
    [
      "nodes on EKS",
      {
        type: "multinode",
        nodeProperties: nodeProperties(1, [
          nodeRange("0", { container: undefined, eksProperties: eksProperties([eksContainer()]) }),
        ]),
      },
      { type: "multinode", containerOrchestrationType: "EKS" },
    ],
  ])("shows %s, and no variable with an empty value", (_name, members, shown) => {
    const detail = jobDefinitionDetail(registerDefinition({ containerProperties: undefined, ...members }));
    expect(detail).toMatchObject(shown);
    expect(detail.containerProperties).toBeUndefined();
  });
});
