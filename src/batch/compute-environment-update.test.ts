import { describe, expect, test } from "vitest";
import { accepted } from "../../test/support/batch-values.ts";
import { ec2Request, fargateRequest, validEnvironment } from "../../test/support/environment-values.ts";
import type { UpdateComputeEnvironmentRequest } from "../model/batch.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import type { QueueNeighbours } from "./compute-environment-order.ts";
import { updateComputeEnvironment } from "./compute-environment-update.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";
import { serviceLinkedRole } from "./service-role.ts";

const CAUSE = { principal: "arn:aws:iam::111122223333:user/other", requestId: "request-2" };
const EC2 = validEnvironment({
  computeResources: ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
  tags: { team: "a" },
});
const BEST_FIT = validEnvironment();
const OWN_ROLE = validEnvironment({
  computeResources: ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
  serviceRole: "own",
});
const FARGATE = validEnvironment({ computeResources: fargateRequest() });
const UNMANAGED = validEnvironment({ type: "UNMANAGED", computeResources: undefined, serviceRole: "own" });

describe("updateComputeEnvironment", () => {
  test.each<[ComputeEnvironment, Update, Partial<ComputeEnvironment>]>([
    [EC2, { state: "DISABLED" }, { state: "DISABLED" }],
    [EC2, { context: "c" }, { context: "c" }],
    [
      EC2,
      { ecsSettings: { containerInsights: "ENABLED" } },
      { ecsSettings: { containerInsights: "ENABLED" } },
    ],
    [EC2, { ecsSettings: {} }, {}],
    [EC2, { serviceRole: serviceLinkedRole(EC2.scope) }, {}],
    [EC2, { serviceRole: "" }, {}],
    [OWN_ROLE, { serviceRole: "other" }, { serviceRole: "arn:aws:iam::111122223333:role/other" }],
    [UNMANAGED, { unmanagedvCpus: 4 }, { unmanagedvCpus: 4 }],
    [UNMANAGED, { updatePolicy: { terminateJobsOnUpdate: true } }, {}],
    [FARGATE, { updatePolicy: { terminateJobsOnUpdate: true } }, {}],
    [
      EC2,
      { updatePolicy: { jobExecutionTimeoutMinutes: 60 } },
      { updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 60 } },
    ],
    [
      BEST_FIT,
      { updatePolicy: { terminateJobsOnUpdate: true } },
      { updatePolicy: { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 30 } },
    ],
  ])("changes what is asked and nothing else (case %#)", (current, update, changed) => {
    expect(updateBy(current, update)).toEqual({
      ...current,
      ...changed,
      status: "UPDATING",
      cause: CAUSE,
    });
  });

  test("takes an updatePolicy as a whole: what it leaves out is as by default again", () => {
    const killing = accepted(
      updateBy(EC2, { updatePolicy: { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 60 } }),
    );
    const partial = { updatePolicy: { jobExecutionTimeoutMinutes: 90 } };
    expect(accepted(updateBy({ ...killing, status: "VALID" }, partial)).updatePolicy).toEqual({
      terminateJobsOnUpdate: false,
      jobExecutionTimeoutMinutes: 90,
    });
  });

  test.each([EC2, BEST_FIT, OWN_ROLE, FARGATE])("scales any environment (case %#)", (environment) => {
    expect(updateBy(environment, { computeResources: { maxvCpus: 64 } })).toEqual({
      ...environment,
      computeResources: { ...environment.computeResources, maxvCpus: 64 },
      status: "UPDATING",
      cause: CAUSE,
    });
  });

  test.each<[ComputeEnvironment, NonNullable<Update["computeResources"]>]>([
    [EC2, { instanceTypes: ["m5"], maxvCpus: 64 }],
    [{ ...EC2, configurationVersion: 7 }, { tags: { Name: "worker" } }],
  ])("an infrastructure update begins the next configuration (case %#)", (current, computeResources) => {
    expect(updateBy(current, { computeResources })).toEqual({
      ...current,
      computeResources: { ...current.computeResources, ...computeResources },
      configurationVersion: current.configurationVersion + 1,
      status: "UPDATING",
      cause: CAUSE,
    });
  });

  test("a wish for the latest image begins one, too, and is not kept", () => {
    const update = { computeResources: { updateToLatestImageVersion: true } };
    expect(updateBy(EC2, update)).toEqual({
      ...EC2,
      configurationVersion: 2,
      status: "UPDATING",
      cause: CAUSE,
    });
  });

  test.each<[Update]>([
    [{ state: "DISABLED" }],
    [{ computeResources: { minvCpus: 1, maxvCpus: 64, desiredvCpus: 8 } }],
    [{ computeResources: { scalingPolicy: { minScaleDownDelayMinutes: 60 } } }],
    [{ computeResources: { instanceTypes: ["c5"], type: "EC2", updateToLatestImageVersion: false } }],
    [{ updatePolicy: { terminateJobsOnUpdate: true } }],
  ])("a scaling update by %j keeps the configuration", (update) => {
    expect(accepted(updateBy(EC2, update)).configurationVersion).toBe(1);
  });

  test("refuses to replace instances without the service-linked role", () => {
    const update = { computeResources: { instanceTypes: ["m5"], tags: { a: "b" }, maxvCpus: 64 } };
    expect(updateBy(OWN_ROLE, update)).toEqual(
      Refusal.bare(
        "Following fields [instanceTypes, tags] can be updated only for Non-fargate Compute Environment having a Batch " +
          "Service Linked Role.",
      ),
    );
  });

  test.each<[string, Update]>([
    ["instanceTypes", { computeResources: { instanceTypes: ["m5"] } }],
    ["allocationStrategy", { computeResources: { allocationStrategy: "BEST_FIT_PROGRESSIVE" } }],
    ["updateToLatestImageVersion", { computeResources: { updateToLatestImageVersion: true } }],
  ])("refuses to replace the instances of BEST_FIT for %s", (member, update) => {
    expect(updateBy(BEST_FIT, update)).toEqual(
      Refusal.bare(
        `computeResources cannot change in [${member}] with the allocation strategy BEST_FIT, which does not support ` +
          "infrastructure updates",
      ),
    );
  });

  describe("in a queue with other environments", () => {
    const armed = validEnvironment({ computeResources: ec2Request({ instanceTypes: ["c6g"] }) });
    const local = validEnvironment({ computeResources: ec2Request({ instanceTypes: ["local.host"] }) });
    const toArm: Update = { computeResources: { instanceTypes: ["m6g"] } };

    test("keeps their architecture", () => {
      const queues = [
        { jobQueueName: "free", environments: [local, FARGATE] },
        { jobQueueName: "bound", environments: [local, BEST_FIT] },
      ];
      expect(updateBy(EC2, toArm, queues)).toEqual(
        Refusal.bare(
          "computeResources.instanceTypes must be of the architecture of the other compute environments of job queue " +
            "bound, got arm64 and x86_64",
        ),
      );
    });

    test.each([
      ["alone", []],
      ["beside this machine", [local]],
      ["beside others that have it", [armed]],
    ])("takes another %s", (_where, environments) => {
      const updated = accepted(updateBy(EC2, toArm, [{ jobQueueName: "q", environments }]));
      expect(updated.computeResources?.instanceTypes).toEqual(["m6g"]);
    });
  });

  test("takes an INVALID environment, to repair it", () => {
    const invalid = { ...EC2, status: "INVALID" as const };
    expect(accepted(updateBy(invalid, { state: "ENABLED" })).status).toBe("UPDATING");
  });

  test.each(["CREATING", "UPDATING", "DELETING"] as const)("refuses one in %s", (status) => {
    expect(updateBy({ ...EC2, status }, { state: "DISABLED" })).toEqual(
      Refusal.bare("Cannot update, resource is being modified"),
    );
  });

  test.each<[Refusal, ComputeEnvironment, Update]>([
    [
      Refusal.bare("One of [state | compute-resources | service-role | unmanaged-vcpus] is required."),
      EC2,
      {},
    ],
    [
      Refusal.bare("At least one compute-resources attribute must be specified"),
      EC2,
      { computeResources: {} },
    ],
    [
      Refusal.wrapped("unmanagedvCpus is not applicable for managed Compute Environments"),
      EC2,
      { unmanagedvCpus: 4 },
    ],
    [
      Refusal.bare("computeResources must be absent for type UNMANAGED"),
      UNMANAGED,
      { computeResources: { maxvCpus: 4 } },
    ],
    [
      Refusal.wrapped("Service Linked Role cannot be used with UNMANAGED Compute Environment"),
      UNMANAGED,
      { serviceRole: serviceLinkedRole(UNMANAGED.scope) },
    ],
    [
      Refusal.bare("eksConfiguration must be absent for a compute environment that was created without it"),
      EC2,
      { eksConfiguration: {} },
    ],
    [
      Refusal.bare(
        "serviceRole cannot change between the service-linked role and another, from " +
          `${serviceLinkedRole(EC2.scope)} to arn:aws:iam::111122223333:role/own`,
      ),
      EC2,
      { serviceRole: "own" },
    ],
    [
      Refusal.wrapped("desiredvCpus is not applicable for Fargate."),
      FARGATE,
      { computeResources: { desiredvCpus: 1 } },
    ],
  ])("refuses with %j", (refusal, current, update) => {
    expect(updateBy(current, update)).toEqual(refusal);
  });
});

type Update = Omit<UpdateComputeEnvironmentRequest, "computeEnvironment">;

function updateBy(
  current: ComputeEnvironment,
  update: Update,
  queues: readonly QueueNeighbours[] = [],
): ComputeEnvironment | Refusal {
  const request = { computeEnvironment: current.name, ...update };
  return updateComputeEnvironment(current, request, {
    cause: CAUSE,
    queues,
    instanceCatalogue: EC2_CATALOGUE,
  });
}
