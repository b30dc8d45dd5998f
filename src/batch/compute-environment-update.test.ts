import { describe, expect, test } from "vitest";
import { accepted } from "../../test/support/batch-values.ts";
import { ec2Request, fargateRequest, validEnvironment } from "../../test/support/environment-values.ts";
import type { UpdateComputeEnvironmentRequest } from "../model/batch.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { updateComputeEnvironment } from "./compute-environment-update.ts";
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

  test("scales any environment, and replaces instances only where AWS could", () => {
    const scaling = { computeResources: { maxvCpus: 64 } };
    const infrastructure = { computeResources: { instanceTypes: ["m5"] } };
    for (const environment of [EC2, BEST_FIT, OWN_ROLE, FARGATE]) {
      expect(accepted(updateBy(environment, scaling)).computeResources?.maxvCpus).toBe(64);
    }
    expect(accepted(updateBy(EC2, infrastructure)).computeResources?.instanceTypes).toEqual(["m5"]);
    const refusal = Refusal.bare(
      "computeResources can only be changed in minvCpus, maxvCpus, desiredvCpus and scalingPolicy without the " +
        "service-linked role and an allocation strategy other than BEST_FIT",
    );
    expect(updateBy(BEST_FIT, infrastructure)).toEqual(refusal);
    expect(updateBy(OWN_ROLE, infrastructure)).toEqual(refusal);
    expect(updateBy(BEST_FIT, { computeResources: { allocationStrategy: "BEST_FIT_PROGRESSIVE" } })).toEqual(
      refusal,
    );
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

function updateBy(current: ComputeEnvironment, update: Update): ComputeEnvironment | Refusal {
  return updateComputeEnvironment(current, { computeEnvironment: current.name, ...update }, CAUSE);
}
