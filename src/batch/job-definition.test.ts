import { describe, expect, test } from "vitest";
import {
  accepted,
  CAUSE,
  definitionRequest,
  ec2Container,
  fargateContainer,
  NOW_MS,
  SCOPE,
} from "../../test/support/batch-values.ts";
import { nodeProperties, nodeRange } from "../../test/support/workload-values.ts";
import type { RegisterJobDefinitionRequest } from "../model/batch.ts";
import { parseJobDefinition } from "./job-definition.ts";
import type { JobDefinition } from "./job-definition.ts";
import { Refusal } from "./refusal.ts";

const EMPTY_LISTS = { command: [], environment: [], mountPoints: [], secrets: [], ulimits: [], volumes: [] };

function register(members: Partial<RegisterJobDefinitionRequest>, revision = 1): JobDefinition | Refusal {
  return parseJobDefinition(definitionRequest(members), {
    scope: SCOPE,
    revision,
    nowMs: NOW_MS,
    cause: CAUSE,
  });
}

describe("parseJobDefinition", () => {
  test("makes an ACTIVE revision of the least that there can be", () => {
    expect(register({})).toEqual({
      kind: "container",
      scope: SCOPE,
      jobDefinitionName: "demo-def",
      revision: 1,
      jobDefinitionArn: "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:1",
      status: "ACTIVE",
      containerProperties: { ...ec2Container(), ...EMPTY_LISTS },
      parameters: {},
      propagateTags: false,
      platformCapabilities: [],
      tags: {},
      registeredAtMs: NOW_MS,
      cause: CAUSE,
    });
  });

  test("keeps all that was given", () => {
    const given = {
      parameters: { input: "x" },
      schedulingPriority: 9999,
      propagateTags: true,
      platformCapabilities: ["FARGATE"],
      tags: { team: "genomics" },
    } as const;
    const definition = register({
      ...given,
      containerProperties: fargateContainer(),
      retryStrategy: { attempts: 2 },
      timeout: { attemptDurationSeconds: 60 },
    });
    expect(definition).toMatchObject({
      ...given,
      retryStrategy: { attempts: 2, evaluateOnExit: [] },
      attemptDurationSeconds: 60,
      containerProperties: { fargatePlatformConfiguration: { platformVersion: "LATEST" } },
    });
  });

  test("makes of the same body another revision (section 16, line 6)", () => {
    expect(register({}, 2)).toEqual({
      ...accepted(register({}, 1)),
      revision: 2,
      jobDefinitionArn: "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:2",
    });
  });

  test("keeps empty variables for the job", () => {
    const environment = [{ name: "A", value: "" }];
    const definition = register({ containerProperties: ec2Container({ environment }) });
    expect(definition).toMatchObject({ containerProperties: { environment } });
  });

  test("takes an empty list of consumable resources for none", () => {
    const request = { consumableResourceProperties: { consumableResourceList: [] } };
    expect(register(request)).not.toBeInstanceOf(Refusal);
  });

  const notYet = "are not supported yet by this version of Batchyard";
  test.each<[name: string, members: Partial<RegisterJobDefinitionRequest>, text: string]>([
    [
      "a name that none has",
      { jobDefinitionName: "a.b" },
      "jobDefinitionName must be 1 to 128 letters, digits, hyphens and underscores, got a.b",
    ],
    [
      "a consumable resource without a quantity",
      { consumableResourceProperties: { consumableResourceList: [{ consumableResource: "licence" }] } },
      "consumableResourceProperties.consumableResourceList[0].quantity must be at least 1, got 0",
    ],
    [
      "consumable resources of nodes",
      {
        type: "multinode",
        containerProperties: undefined,
        nodeProperties: nodeProperties(1, [
          nodeRange("0", {
            consumableResourceProperties: { consumableResourceList: [{ consumableResource: "l" }] },
          }),
        ]),
      },
      `consumable resources of multi-node jobs (nodeProperties.nodeRangeProperties[0].consumableResourceProperties) ${notYet}`,
    ],
    [
      "a negative priority",
      { schedulingPriority: -1 },
      "schedulingPriority must be between 0 and 9999, got -1",
    ],
    [
      "a high priority",
      { schedulingPriority: 10_000 },
      "schedulingPriority must be between 0 and 9999, got 10000",
    ],
    [
      "rules without attempts (section 16, line 14)",
      { retryStrategy: { evaluateOnExit: [{ action: "EXIT" }] } },
      "RetryAttempts must be provided with retry strategy",
    ],
    [
      "a short timeout",
      { timeout: { attemptDurationSeconds: 59 } },
      "timeout.attemptDurationSeconds must be at least 60, got 59",
    ],
    ["a bad tag", { tags: { "": "v" } }, "tags: a key must have between 1 and 128 characters, got 0"],
    ["a bad container", { containerProperties: {} }, "containerProperties.image is required"],
  ])("refuses %s", (_name, members, text) => {
    expect(register(members)).toEqual(Refusal.bare(text));
  });
});
