import type { Batch } from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
import { notYet, refusalOf } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();
const CONTAINER = { image: "busybox", command: ["true"], vcpus: 1, memory: 64 };
const NEEDS = { consumableResourceList: [{ consumableResource: "licence", quantity: 1 }] };
const CAPACITY = { type: "EC2", maxvCpus: 1 } as const;
const ROLE = "arn:aws:iam::000000000000:role/r";
const PROVIDER = {
  infrastructureRoleArn: ROLE,
  instanceLaunchTemplate: {
    ec2InstanceProfileArn: ROLE,
    networkConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] },
  },
};

test.each<[what: string, call: (batch: Batch) => Promise<unknown>, refusal: string]>([
  [
    "managedInstancesProvider",
    (batch) =>
      batch.createComputeEnvironment({
        computeEnvironmentName: "x",
        type: "MANAGED",
        computeResources: { ...CAPACITY, managedInstancesProvider: PROVIDER },
      }),
    "Managed Instances (computeResources.managedInstancesProvider) are",
  ],
  [
    "managedInstancesProvider in an update",
    (batch) =>
      batch.updateComputeEnvironment({
        computeEnvironment: "local",
        computeResources: { managedInstancesProvider: PROVIDER },
      }),
    "Managed Instances (computeResources.managedInstancesProvider) are",
  ],
  [
    "capacityTags",
    (batch) =>
      batch.createComputeEnvironment({
        computeEnvironmentName: "x",
        type: "MANAGED",
        computeResources: { ...CAPACITY, capacityTags: { a: "b" } },
      }),
    "capacity tags (computeResources.capacityTags) are",
  ],
  [
    "consumable resources of a node range",
    (batch) => registerNodes(batch, { consumableResourceProperties: NEEDS }),
    "consumable resources of multi-node jobs (nodeProperties.nodeRangeProperties[0].consumableResourceProperties) are",
  ],
  [
    "consumable resources in an override of nodes",
    async (batch) => {
      await registerNodes(batch, {});
      return batch.submitJob({
        jobName: "x",
        jobQueue: "default",
        jobDefinition: "nodes",
        nodeOverrides: {
          nodePropertyOverrides: [{ targetNodes: "0:1", consumableResourcePropertiesOverride: NEEDS }],
        },
      });
    },
    "consumable resources of multi-node jobs (nodeOverrides.nodePropertyOverrides[0].consumableResourcePropertiesOverride) are",
  ],
])("%s: refused", async (_what, call, refusal) => {
  expect(await refusalOf(call(used.batch))).toEqual(notYet(refusal));
});

async function registerNodes(batch: Batch, members: object): Promise<unknown> {
  return batch.registerJobDefinition({
    jobDefinitionName: "nodes",
    type: "multinode",
    nodeProperties: {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: "0:1", container: CONTAINER, ...members }],
    },
  });
}
