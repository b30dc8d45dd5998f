import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import {
  createEnvironment,
  ec2Request,
  fargateRequest,
  UUID,
  validEnvironment,
} from "../../test/support/environment-values.ts";
import type { CEStatus, CreateComputeEnvironmentRequest } from "../model/batch.ts";
import { invalidReasonOf } from "./compute-environment-health.ts";
import {
  deleteComputeEnvironment,
  reviewComputeEnvironment,
  settleComputeEnvironment,
} from "./compute-environment.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { EC2_CATALOGUE, InstanceCatalogue } from "./instance-catalogue.ts";
import type { InstanceType } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

const SERVICE_LINKED_ROLE =
  "arn:aws:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch";
const OTHER_CAUSE = { principal: "arn:aws:iam::111122223333:user/other", requestId: "request-2" };

describe("createComputeEnvironment", () => {
  test("makes a Fargate environment in CREATING with AWS's defaults", () => {
    expect(createEnvironment({ computeResources: fargateRequest() })).toEqual({
      scope: SCOPE,
      name: "ce",
      arn: "arn:aws:batch:us-east-1:111122223333:compute-environment/ce",
      uuid: UUID,
      type: "MANAGED",
      state: "ENABLED",
      status: "CREATING",
      statusReason: "ComputeEnvironment Healthy",
      computeResources: fargateRequest(),
      serviceRole: SERVICE_LINKED_ROLE,
      ecsClusterArn: `arn:aws:ecs:us-east-1:111122223333:cluster/AWSBatch-ce-${UUID}`,
      configurationVersion: 1,
      ecsSettings: { containerInsights: "DISABLED" },
      tags: {},
      cause: CAUSE,
    });
  });

  test("makes an UNMANAGED environment without compute resources", () => {
    const made = accepted(
      createEnvironment({
        type: "UNMANAGED",
        computeResources: undefined,
        unmanagedvCpus: 8,
        serviceRole: "batch",
        context: "reserved",
        tags: { team: "a" },
        ecsSettings: { containerInsights: "ENHANCED" },
      }),
    );
    expect(made).toMatchObject({
      type: "UNMANAGED",
      unmanagedvCpus: 8,
      serviceRole: "arn:aws:iam::111122223333:role/batch",
      context: "reserved",
      tags: { team: "a" },
      ecsSettings: { containerInsights: "ENHANCED" },
    });
    expect(made).not.toHaveProperty("computeResources");
    expect(made).not.toHaveProperty("updatePolicy");
  });

  test("shows no update policy until one is set", () => {
    const computeResources = ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" });
    expect(accepted(createEnvironment({ computeResources }))).not.toHaveProperty("updatePolicy");
  });

  test.each<[text: string, Partial<CreateComputeEnvironmentRequest>]>([
    ["Compute Environment name should match a valid pattern.", { computeEnvironmentName: "a.b" }],
    ["Compute Environment name should match a valid pattern.", { computeEnvironmentName: "" }],
    ["Compute Environment name should match a valid pattern.", { computeEnvironmentName: "n".repeat(129) }],
    ["Compute Environment must be created in ENABLED state.", { state: "DISABLED" }],
    ["computeResources must be provided for a MANAGED compute environment", { computeResources: undefined }],
    ["unmanagedvCpus is not applicable for managed Compute Environments", { unmanagedvCpus: 8 }],
    ["ServiceRole is required.", { type: "UNMANAGED", computeResources: undefined }],
    [
      "Service Linked Role cannot be used with UNMANAGED Compute Environment",
      { type: "UNMANAGED", computeResources: undefined, serviceRole: SERVICE_LINKED_ROLE },
    ],
    ["Instance role is required.", { computeResources: { type: "EC2", maxvCpus: 1 } }],
  ])("refuses with %j", (text, members) => {
    expect(createEnvironment(members)).toEqual(Refusal.wrapped(text));
  });

  test.each<[text: string, Partial<CreateComputeEnvironmentRequest>]>([
    ["computeResources must be absent for type UNMANAGED", { type: "UNMANAGED", serviceRole: "batch" }],
    [
      "unmanagedvCpus must be at least 0, got -1",
      { type: "UNMANAGED", serviceRole: "batch", computeResources: undefined, unmanagedvCpus: -1 },
    ],
    [
      "eksConfiguration must be absent for type UNMANAGED",
      {
        type: "UNMANAGED",
        serviceRole: "batch",
        computeResources: undefined,
        eksConfiguration: {
          eksClusterArn: "arn:aws:eks:us-east-1:111122223333:cluster/c",
          kubernetesNamespace: "n",
        },
      },
    ],
    ["tags: a key must not begin with aws:, which is reserved, got aws:a", { tags: { "aws:a": "b" } }],
  ])("refuses in our own words with %j", (text, members) => {
    expect(createEnvironment(members)).toEqual(Refusal.bare(text));
  });

  test("refuses a name that is taken", () => {
    expect(createEnvironment({}, true)).toEqual(Refusal.wrapped("Object already exists"));
  });
});

describe("deleteComputeEnvironment", () => {
  const disabled = { ...validEnvironment(), state: "DISABLED" as const };

  test("puts a DISABLED environment that no queue has into DELETING", () => {
    expect(deleteComputeEnvironment(disabled, false, OTHER_CAUSE)).toEqual({
      ...disabled,
      status: "DELETING",
      cause: OTHER_CAUSE,
    });
    expect(deleteComputeEnvironment({ ...disabled, status: "INVALID" }, false, CAUSE)).toMatchObject({
      status: "DELETING",
    });
  });

  test("39: refuses one that a queue has, in whatever state it is", () => {
    const refusal = Refusal.bare("Cannot delete, found existing JobQueue relationship");
    expect(deleteComputeEnvironment(disabled, true, CAUSE)).toEqual(refusal);
    expect(deleteComputeEnvironment(validEnvironment(), true, CAUSE)).toEqual(refusal);
  });

  test("refuses an ENABLED one", () => {
    expect(deleteComputeEnvironment(validEnvironment(), false, CAUSE)).toEqual(
      Refusal.bare(`${disabled.arn} must be in DISABLED state to be deleted, got ENABLED`),
    );
  });

  test.each(["CREATING", "UPDATING", "DELETING"] as const)("refuses one in %s", (status) => {
    expect(deleteComputeEnvironment({ ...disabled, status }, false, CAUSE)).toEqual(
      Refusal.bare("Cannot delete, resource is being modified"),
    );
  });
});

describe("settleComputeEnvironment", () => {
  test.each<[CEStatus, CEStatus | "gone"]>([
    ["CREATING", "VALID"],
    ["UPDATING", "VALID"],
    ["VALID", "VALID"],
    ["INVALID", "INVALID"],
    ["DELETING", "gone"],
    ["DELETED", "gone"],
  ])("takes %s to %s", (status, next) => {
    const environment = { ...validEnvironment(), status };
    const settled = next === "gone" ? next : { ...environment, status: next };
    expect(settleComputeEnvironment(environment)).toEqual(settled);
  });

  test("says that an environment is healthy once it has become VALID", () => {
    const broken = { ...validEnvironment(), status: "UPDATING" as const, statusReason: "CLIENT_ERROR - x" };
    expect(settleComputeEnvironment(broken)).toMatchObject({ statusReason: "ComputeEnvironment Healthy" });
  });

  test("keeps an environment UPDATING while it has instances of an earlier configuration", () => {
    const updating = { ...validEnvironment(), status: "UPDATING" as const };
    const facts = { hasOlderInstances: true, hasActiveJobs: true, instanceCatalogue: EC2_CATALOGUE };
    expect(settleComputeEnvironment(updating, facts)).toBe(updating);
    expect(settleComputeEnvironment(updating, { ...facts, hasOlderInstances: false })).toMatchObject({
      status: "VALID",
    });
  });

  test.each(["CREATING", "UPDATING"] as const)("makes one in %s that cannot work INVALID", (status) => {
    const serviceRole = "arn:aws:iam::111122223333:user/batch";
    const environment = { ...validEnvironment(), status, serviceRole };
    expect(settleComputeEnvironment(environment)).toEqual({
      ...environment,
      status: "INVALID",
      statusReason: invalidReasonOf(environment, EC2_CATALOGUE),
    });
    const repaired = { ...environment, status: "UPDATING" as const, serviceRole: SERVICE_LINKED_ROLE };
    expect(settleComputeEnvironment(repaired)).toMatchObject({ status: "VALID" });
  });

  test("keeps a deleted environment while jobs run on it; on Fargate it becomes INVALID", () => {
    const facts = { hasOlderInstances: false, hasActiveJobs: true, instanceCatalogue: EC2_CATALOGUE };
    const onEc2 = { ...validEnvironment(), status: "DELETING" as const };
    expect(settleComputeEnvironment(onEc2, facts)).toBe(onEc2);
    const onFargate = { ...onEc2, computeResources: fargateRequest() };
    expect(settleComputeEnvironment(onFargate, facts)).toEqual({
      ...onFargate,
      status: "INVALID",
      statusReason: "CLIENT_ERROR - Jobs run on this compute environment: end them, then delete it again",
    });
  });
});

describe("reviewComputeEnvironment", () => {
  const own: InstanceType = {
    name: "my.large",
    family: "my",
    architecture: "x86_64",
    resources: { vcpuMillis: 8000, memoryMiB: 30_720, gpuCount: 0 },
    usable: { vcpuMillis: 8000, memoryMiB: 30_720, gpuCount: 0 },
  };
  const withOwn = new InstanceCatalogue([own]);
  const environment: ComputeEnvironment = {
    ...validEnvironment(),
    computeResources: ec2Request({ instanceTypes: ["my.large"] }),
  };

  test("finds out at a start that its instance types are gone, and at another that they are back", () => {
    expect(reviewComputeEnvironment(environment, withOwn)).toBe(environment);
    const invalid = reviewComputeEnvironment(environment, EC2_CATALOGUE);
    expect(invalid).toEqual({
      ...environment,
      status: "INVALID",
      statusReason: "CLIENT_ERROR - None of the instance types [my.large] is known",
    });
    expect(reviewComputeEnvironment(invalid, EC2_CATALOGUE)).toBe(invalid);
    expect(reviewComputeEnvironment(invalid, withOwn)).toEqual(environment);
  });

  test.each<[Partial<ComputeEnvironment>]>([
    [{ status: "CREATING" }],
    [{ status: "UPDATING" }],
    [{ status: "DELETING" }],
    [{ status: "INVALID", computeResources: fargateRequest() }],
  ])("leaves alone what is under way, and what has no instances: %j", (changes) => {
    const other = { ...environment, ...changes };
    expect(reviewComputeEnvironment(other, EC2_CATALOGUE)).toBe(other);
  });
});
