import type {
  NodeProperties,
  NodeRangeProperty,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();

const CONTAINER = {
  image: "busybox",
  command: ["true"],
  resourceRequirements: [
    { type: "VCPU" as const, value: "1" },
    { type: "MEMORY" as const, value: "64" },
  ],
};
const EMPTY_LISTS = { environment: [], mountPoints: [], secrets: [], ulimits: [], volumes: [] };

beforeAll(async () => {
  await makeEnvironment(used.batch, "environment");
  await makeQueue(used.batch, "queue", ["environment"]);
  await used.batch.registerJobDefinition(requestOf("closed", [rangeOf("0:1")]));
  await used.batch.registerJobDefinition(requestOf("open", [rangeOf("0"), rangeOf("1:")]));
});

function rangeOf(targetNodes: string, members: Partial<NodeRangeProperty> = {}): NodeRangeProperty {
  return { targetNodes, container: CONTAINER, ...members };
}

function requestOf(
  jobDefinitionName: string,
  nodeRangeProperties: NodeRangeProperty[],
  members: Partial<NodeProperties> = {},
): RegisterJobDefinitionCommandInput {
  const nodeProperties = { numNodes: 2, mainNode: 0, nodeRangeProperties, ...members };
  return { jobDefinitionName, type: "multinode", nodeProperties };
}

describe("a multi-node definition", () => {
  test("16.10 is shown with its ranges as they were written, each with the lists that were not given", async () => {
    const ranges = [rangeOf("0:0"), rangeOf("1:"), rangeOf("1:2")];
    await used.batch.registerJobDefinition(requestOf("whole", ranges, { numNodes: 4, mainNode: 3 }));
    const { jobDefinitions } = await used.batch.describeJobDefinitions({ jobDefinitions: ["whole:1"] });
    expect(jobDefinitions).toEqual([
      {
        jobDefinitionName: "whole",
        jobDefinitionArn: "arn:aws:batch:us-east-1:000000000000:job-definition/whole:1",
        revision: 1,
        status: "ACTIVE",
        type: "multinode",
        containerOrchestrationType: "ECS",
        parameters: {},
        propagateTags: false,
        tags: {},
        nodeProperties: {
          numNodes: 4,
          mainNode: 3,
          nodeRangeProperties: ranges.map((range) => ({
            ...range,
            container: { ...CONTAINER, ...EMPTY_LISTS },
          })),
        },
      },
    ]);
  });

  test.each<[what: string, request: RegisterJobDefinitionCommandInput, refusal: RefusalSeen]>([
    [
      "no nodeProperties",
      { jobDefinitionName: "refused", type: "multinode", containerProperties: CONTAINER },
      wrapped("Node properties of multinode job is required."),
    ],
    [
      "nodeProperties in a container definition",
      { ...requestOf("refused", [rangeOf("0:")]), type: "container" },
      wrapped(
        "ECS ContainerProperties, ecsProperties, or eksProperties is required when using type container.",
      ),
    ],
    [
      "no nodes",
      requestOf("refused", [rangeOf("0:")], { numNodes: 0 }),
      wrapped("Number of nodes must be between 1 and 1000."),
    ],
    [
      "a main node behind the last",
      requestOf("refused", [rangeOf("0:")], { mainNode: 2 }),
      wrapped("Main node index is out of range, must be less than numNodes."),
    ],
    [
      "six ranges",
      requestOf(
        "refused",
        Array.from({ length: 6 }, () => rangeOf("0:")),
      ),
      wrapped("Maximum allowed size of node range properties is 5"),
    ],
    [
      "a range beyond the nodes",
      requestOf("refused", [rangeOf("0:5")]),
      wrapped("Node range error 0:5. Node range should be smaller than number of nodes"),
    ],
    [
      "a node of no range",
      requestOf("refused", [rangeOf("0")]),
      wrapped("Node Range Properties target nodes have missing ranges"),
    ],
    [
      "a range of nothing",
      requestOf("refused", [{ targetNodes: "0:" }]),
      wrapped("Must specify container for node range 0:"),
    ],
    [
      "16.12 no vCPU",
      requestOf("refused", [rangeOf("0:", { container: { image: "busybox" } })]),
      wrapped("vCPU is not provided."),
    ],
    [
      "Fargate",
      { ...requestOf("refused", [rangeOf("0:")]), platformCapabilities: ["FARGATE"] },
      wrapped("nodeProperties is not applicable for Fargate."),
    ],
    [
      "Managed Instances",
      { ...requestOf("refused", [rangeOf("0:")]), platformCapabilities: ["MANAGED_INSTANCES"] },
      wrapped("MANAGED_INSTANCES does not support MNP jobs"),
    ],
  ])("%s: refused", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.registerJobDefinition(request))).toEqual(refusal);
  });
});

describe("a multi-node submission", () => {
  test.each<[what: string, members: Partial<SubmitJobCommandInput>, refusal: RefusalSeen]>([
    [
      "containerOverrides",
      { containerOverrides: { command: ["x"] } },
      clientException("Container overrides should not be set for multinode jobs."),
    ],
    [
      "another number of nodes where no range is open-ended",
      { jobDefinition: "closed", nodeOverrides: { numNodes: 3 } },
      clientException(
        "nodeOverrides.numNodes must be absent: no node range of the job definition is open-ended, such as 1:",
      ),
    ],
    [
      "fewer nodes than the open-ended range needs",
      { nodeOverrides: { numNodes: 1 } },
      clientException(
        "nodeOverrides.numNodes must be more than 1, where the open-ended node range begins, got 1",
      ),
    ],
    [
      "a part of a range",
      {
        jobDefinition: "closed",
        nodeOverrides: { nodePropertyOverrides: [{ targetNodes: "1", containerOverrides: {} }] },
      },
      clientException(
        "nodeOverrides.nodePropertyOverrides[0].targetNodes must cover whole node ranges of the job definition, got 1",
      ),
    ],
    [
      "an array of them",
      { arrayProperties: { size: 2 } },
      clientException("arrayProperties must be absent for multi-node parallel jobs"),
    ],
  ])("%s: refused", async (_what, members, refusal) => {
    const request = { jobName: "job", jobQueue: "queue", jobDefinition: "open", ...members };
    expect(await refusalOf(used.batch.submitJob(request))).toEqual(refusal);
  });
});
