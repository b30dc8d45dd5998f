import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import {
  createEnvironment,
  ec2Request,
  fargateRequest,
  validEnvironment,
} from "../../test/support/environment-values.ts";
import type { ComputeResource, EksConfiguration, UpdateComputeEnvironmentRequest } from "../model/batch.ts";
import { parseComputeEnvironmentOrder } from "./compute-environment-order.ts";
import { updateComputeEnvironment } from "./compute-environment-update.ts";
import { parseEksConfiguration } from "./eks-configuration.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";

const EKS: EksConfiguration = {
  eksClusterArn: `arn:aws:eks:${SCOPE.region}:${SCOPE.accountId}:cluster/c-1`,
  kubernetesNamespace: "jobs",
};
const RESOURCES = ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" });
const ON_EKS = validEnvironment({ computeResources: RESOURCES, eksConfiguration: EKS });

function update(members: Partial<UpdateComputeEnvironmentRequest>) {
  return updateComputeEnvironment(
    ON_EKS,
    { computeEnvironment: "ce", ...members },
    { cause: CAUSE, queues: [], instanceCatalogue: EC2_CATALOGUE },
  );
}

describe("parseEksConfiguration", () => {
  test.each<[given: EksConfiguration["accessEntry"], shown: EksConfiguration["accessEntry"]]>([
    [undefined, undefined],
    [{ desiredState: "INHERIT_FROM_CLUSTER" }, undefined],
    [{ desiredState: "ENABLED", status: "ACTIVE" }, { desiredState: "ENABLED" }],
    [{ desiredState: "DISABLED" }, { desiredState: "DISABLED" }],
  ])("shows the access entry %j as %j", (accessEntry, shown) => {
    expect(parseEksConfiguration({ ...EKS, accessEntry }, SCOPE)).toEqual({
      ...EKS,
      ...(shown && { accessEntry: shown }),
    });
  });

  test.each<[members: Partial<EksConfiguration>, text: string]>([
    [{ eksClusterArn: "c-1" }, "eksClusterArn must be an EKS cluster ARN."],
    [
      { eksClusterArn: "arn:aws:eks:eu-west-1:111122223333:cluster/c-1" },
      "eksClusterArn must be in the same AWS region as the compute environment.",
    ],
    [{ kubernetesNamespace: "default" }, "kubernetesNamespace cannot be the default Kubernetes namespace."],
    [{ kubernetesNamespace: "" }, "kubernetesNamespace must be a valid Kubernetes namespace."],
  ])("refuses %j", (members, text) => {
    expect(parseEksConfiguration({ ...EKS, ...members }, SCOPE)).toEqual(Refusal.wrapped(text));
  });
});

describe("an environment on EKS", () => {
  test("becomes VALID, says that nothing runs its jobs, and has EKS's images", () => {
    expect(ON_EKS).toMatchObject({
      status: "VALID",
      statusReason: "No Kubernetes back end is configured: jobs wait until there is one",
      eksConfiguration: EKS,
      computeResources: { ec2Configuration: [{ imageType: "EKS_AL2023" }] },
    });
  });

  test.each<[resources: ComputeResource, refusal: Refusal]>([
    [
      fargateRequest(),
      Refusal.wrapped("Supported compute types for EKS compute environments are [EC2, SPOT]."),
    ],
    [ec2Request(), Refusal.wrapped("allocationStrategy is required for EKS Compute Environments.")],
    [
      ec2Request({ allocationStrategy: "BEST_FIT" }),
      Refusal.bare("computeResources.allocationStrategy must not be BEST_FIT for EKS"),
    ],
    [{ ...RESOURCES, minvCpus: undefined }, Refusal.wrapped("Resource minvCpus is required.")],
    [
      { ...RESOURCES, ec2Configuration: [{ imageType: "ECS_AL2023" }] },
      Refusal.wrapped("Invalid imageType in ComputeResources.ec2Configuration"),
    ],
  ])("is refused with %j", (computeResources, refusal) => {
    expect(createEnvironment({ computeResources, eksConfiguration: EKS })).toEqual(refusal);
  });

  test("changes its access entry, and its resources but for the capacity that EKS decides", () => {
    const accessEntry = { desiredState: "ENABLED" } as const;
    expect(accepted(update({ eksConfiguration: { accessEntry } })).eksConfiguration).toEqual({
      ...EKS,
      accessEntry,
    });
    expect(accepted(update({ computeResources: { maxvCpus: 32 } }))).toMatchObject({
      eksConfiguration: EKS,
      computeResources: { maxvCpus: 32, ec2Configuration: [{ imageType: "EKS_AL2023" }] },
    });
    expect(update({ computeResources: { desiredvCpus: 4 } })).toEqual(
      Refusal.bare("computeResources.desiredvCpus must be absent for EKS compute environments"),
    );
  });

  test("makes a queue of type EKS, and goes with no other", () => {
    const ofEcs = validEnvironment({ computeEnvironmentName: "ecs" });
    const order = (...environments: (typeof ofEcs)[]) =>
      parseComputeEnvironmentOrder(
        environments.map(({ arn }, index) => ({ order: index, computeEnvironment: arn })),
        {
          findComputeEnvironment: (wanted) => environments.find(({ arn }) => arn === wanted),
          instanceCatalogue: EC2_CATALOGUE,
        },
        new Set(),
      );
    expect(order(ON_EKS)).toMatchObject({ jobQueueType: "EKS" });
    expect(order(ON_EKS, ofEcs)).toEqual(
      Refusal.wrapped("EKS and ECS compute environments can not be mixed."),
    );
  });
});
