import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import type { CapacityLimit, CreateServiceEnvironmentRequest } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";
import {
  checkServiceEnvironmentDeletion,
  createServiceEnvironment,
  updateServiceEnvironment,
} from "./service-environment.ts";

const ARN = "arn:aws:batch:us-east-1:111122223333:service-environment/training";

describe("createServiceEnvironment", () => {
  test("makes an ENABLED environment", () => {
    expect(create({ tags: { a: "b" } })).toEqual({
      resourceType: "service-environment",
      scope: SCOPE,
      name: "training",
      arn: ARN,
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      state: "ENABLED",
      capacityLimits: [limit("NUM_INSTANCES")],
      tags: { a: "b" },
      cause: CAUSE,
    });
  });

  test("takes up to five limits, each of another instance type", () => {
    const capacityLimits = ["m5.large", "m5.xlarge", "g5.xlarge", "p4d.24xlarge", "c5n.18xlarge"].map(
      (type) => limit(`ml.${type}`),
    );
    expect(create({ capacityLimits })).toMatchObject({ capacityLimits });
  });

  test.each<[text: string, members: Partial<CreateServiceEnvironmentRequest>]>([
    ["Service environment name should match a valid pattern.", { serviceEnvironmentName: "a.b" }],
    ["Capacitylimits are required.", { capacityLimits: [] }],
    [
      "Number of capacity limits exceeds 5.",
      { capacityLimits: ["a", "b", "c", "d", "e", "f"].map((letter) => limit(`ml.${letter}5.large`)) },
    ],
    [
      "Max capacity must be more than 0.",
      { capacityLimits: [{ ...limit("NUM_INSTANCES"), maxCapacity: 0 }] },
    ],
    ["Max capacity must be more than 0.", { capacityLimits: [{ capacityUnit: "NUM_INSTANCES" }] }],
    ["m5.large is unknown capacity unit", { capacityLimits: [limit("m5.large")] }],
    [
      "Capacity units must specify either number of instances OR instance type",
      { capacityLimits: [limit("NUM_INSTANCES"), limit("ml.m5.large")] },
    ],
  ])("refuses with %j", (text, members) => {
    expect(create(members)).toEqual(Refusal.wrapped(text));
  });
});

test("createServiceEnvironment wants each instance type once", () => {
  expect(create({ capacityLimits: [limit("ml.m5.large"), limit("ml.m5.large")] })).toEqual(
    Refusal.bare("capacityLimits must hold each capacityUnit once, got ml.m5.large, ml.m5.large"),
  );
});

test("updateServiceEnvironment changes what it is given and leaves the rest", () => {
  const current = accepted(create({}));
  const request = { serviceEnvironment: "training" };
  expect(updateServiceEnvironment(current, { ...request, state: "DISABLED" }, CAUSE)).toEqual({
    ...current,
    state: "DISABLED",
  });
  const capacityLimits = [limit("ml.m5.large")];
  expect(updateServiceEnvironment(current, { ...request, capacityLimits }, CAUSE)).toEqual({
    ...current,
    capacityLimits,
  });
  expect(updateServiceEnvironment(current, { ...request, capacityLimits: [] }, CAUSE)).toEqual(
    Refusal.wrapped("Capacitylimits are required."),
  );
});

test("checkServiceEnvironmentDeletion wants it DISABLED and in no queue", () => {
  const enabled = accepted(create({}));
  const disabled = { ...enabled, state: "DISABLED" } as const;
  expect(checkServiceEnvironmentDeletion(disabled, false)).toBeUndefined();
  expect(checkServiceEnvironmentDeletion(disabled, true)).toEqual(
    Refusal.bare("Cannot delete, found existing JobQueue relationship"),
  );
  expect(checkServiceEnvironmentDeletion(enabled, false)).toEqual(
    Refusal.bare(`${ARN} must be in DISABLED state to be deleted, got ENABLED`),
  );
});

function limit(capacityUnit: string): CapacityLimit & { readonly maxCapacity: number } {
  return { maxCapacity: 4, capacityUnit };
}

function create(members: Partial<CreateServiceEnvironmentRequest>) {
  const request = {
    serviceEnvironmentName: "training",
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    capacityLimits: [limit("NUM_INSTANCES")],
    ...members,
  } as const;
  return createServiceEnvironment(request, { scope: SCOPE, cause: CAUSE, isNameTaken: false });
}
