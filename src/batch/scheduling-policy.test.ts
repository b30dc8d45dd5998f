import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import type { CreateSchedulingPolicyRequest, FairsharePolicy } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";
import { checkPolicyIsUnused, createSchedulingPolicy, updateSchedulingPolicy } from "./scheduling-policy.ts";

const ARN = "arn:aws:batch:us-east-1:111122223333:scheduling-policy/p";
const QUOTA_SHARE = { idleResourceAssignmentStrategy: "FIFO" } as const;

describe("createSchedulingPolicy", () => {
  test.each<[Omit<CreateSchedulingPolicyRequest, "name">, object]>([
    [{}, { fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 0, shareDistribution: [] } }],
    [
      { fairsharePolicy: { shareDecaySeconds: 604_800, computeReservation: 99 } },
      { fairsharePolicy: { shareDecaySeconds: 604_800, computeReservation: 99, shareDistribution: [] } },
    ],
    [{ quotaSharePolicy: QUOTA_SHARE }, { quotaSharePolicy: QUOTA_SHARE }],
  ])("makes of %j a policy with %j", (members, body) => {
    expect(create({ tags: { a: "b" }, ...members })).toEqual({
      resourceType: "scheduling-policy",
      scope: SCOPE,
      name: "p",
      arn: ARN,
      body,
      tags: { a: "b" },
      cause: CAUSE,
    });
  });

  test.each<[FairsharePolicy["shareDistribution"]]>([
    [[{ shareIdentifier: "a", weightFactor: 0.0001 }]],
    [[{ shareIdentifier: "User_A-1", weightFactor: 999.9999 }, { shareIdentifier: "UserA*" }]],
    [
      [
        { shareIdentifier: "a*" },
        { shareIdentifier: "b*" },
        { shareIdentifier: "ba".padEnd(255, "x").slice(2) },
      ],
    ],
  ])("takes the shares %j", (shareDistribution) => {
    expect(create({ fairsharePolicy: { shareDistribution } })).not.toBeInstanceOf(Refusal);
  });

  test.each<[text: string, members: Partial<CreateSchedulingPolicyRequest>]>([
    ["Scheduling policy name should match a valid pattern.", { name: "a.b" }],
    [
      "A scheduling policy can have either fairsharePolicy or quotaSharePolicy",
      { fairsharePolicy: {}, quotaSharePolicy: QUOTA_SHARE },
    ],
    ["ShareIdentifier name should match a valid pattern.", shares("a b")],
    ["ShareIdentifier name should match a valid pattern.", shares("*")],
    ["ShareIdentifier name should match a valid pattern.", shares("a*b")],
    ["ShareIdentifier name should match a valid pattern.", shares("x".repeat(256))],
    ["Cannot have two or more identical shareIdentifiers.", shares("a", "a")],
    ["Share identifier UserA-1 matches another share identifier UserA*", shares("UserA*", "UserA-1")],
    ["Share identifier UserA* matches another share identifier User*", shares("UserA*", "User*")],
    [
      "Weight factor should be between 0.0001 and 999.9999.",
      { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "a", weightFactor: 0 }] } },
    ],
    [
      "Weight factor should be between 0.0001 and 999.9999.",
      { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "a", weightFactor: 1000 }] } },
    ],
    [
      "ShareDistribution size cannot be greater than 500.",
      shares(...Array.from({ length: 501 }, (_, index) => `s${index}`)),
    ],
  ])("refuses with %j", (text, members) => {
    expect(create(members)).toEqual(Refusal.wrapped(text));
  });

  test.each<[text: string, fairsharePolicy: FairsharePolicy]>([
    [
      "fairsharePolicy.shareDecaySeconds must be between 0 and 604800, got 604801",
      { shareDecaySeconds: 604_801 },
    ],
    ["fairsharePolicy.computeReservation must be between 0 and 99, got 100", { computeReservation: 100 }],
  ])("refuses in our own words with %j", (text, fairsharePolicy) => {
    expect(create({ fairsharePolicy })).toEqual(Refusal.bare(text));
  });

  test("refuses a name that is taken", () => {
    const facts = { scope: SCOPE, cause: CAUSE, isNameTaken: true };
    expect(createSchedulingPolicy({ name: "p" }, facts)).toEqual(Refusal.wrapped("Object already exists"));
  });
});

describe("updateSchedulingPolicy", () => {
  const fair = accepted(create({ fairsharePolicy: { shareDecaySeconds: 60 } }));

  test("replaces the body as a whole", () => {
    expect(
      updateSchedulingPolicy(fair, { arn: ARN, fairsharePolicy: { computeReservation: 5 } }, CAUSE),
    ).toEqual({
      ...fair,
      body: { fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 5, shareDistribution: [] } },
    });
    expect(updateSchedulingPolicy(fair, { arn: ARN }, CAUSE)).toEqual(fair);
  });

  test("does not turn one kind into the other", () => {
    expect(updateSchedulingPolicy(fair, { arn: ARN, quotaSharePolicy: QUOTA_SHARE }, CAUSE)).toEqual(
      Refusal.bare(`${ARN} is a fair-share policy and cannot become a quota-share policy`),
    );
  });
});

test("checkPolicyIsUnused refuses a policy that a queue uses", () => {
  const fair = accepted(create({}));
  const queue = "arn:aws:batch:us-east-1:111122223333:job-queue/q";
  expect(checkPolicyIsUnused(fair, [{ arn: queue }])).toBeUndefined();
  expect(checkPolicyIsUnused(fair, [{ arn: queue, schedulingPolicyArn: ARN }])).toEqual(
    Refusal.bare(`Cannot delete ${ARN}, it is used by the job queue ${queue}`),
  );
});

function create(members: Partial<CreateSchedulingPolicyRequest>) {
  return createSchedulingPolicy(
    { name: "p", ...members },
    { scope: SCOPE, cause: CAUSE, isNameTaken: false },
  );
}

function shares(...identifiers: readonly string[]): Partial<CreateSchedulingPolicyRequest> {
  const shareDistribution = identifiers.map((shareIdentifier) => ({ shareIdentifier }));
  return { fairsharePolicy: { shareDistribution } };
}
