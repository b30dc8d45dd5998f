import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import { aJobQueue } from "../../test/support/store-examples.ts";
import type { CreateQuotaShareRequest, UpdateQuotaShareRequest } from "../model/batch.ts";
import { checkQuotaShareDeletion, createQuotaShare, updateQuotaShare } from "./quota-share.ts";
import type { NewQuotaShareFacts } from "./quota-share.ts";
import { Refusal } from "./refusal.ts";

const QUEUE = { ...aJobQueue("q", SCOPE), jobQueueType: "SAGEMAKER_TRAINING" } as const;
const ARN = `${QUEUE.arn}/quota-share/s`;
const REQUEST: CreateQuotaShareRequest = {
  quotaShareName: "s",
  jobQueue: "q",
  capacityLimits: [{ maxCapacity: 4, capacityUnit: "ml.m5.large" }],
  resourceSharingConfiguration: { strategy: "RESERVE" },
  preemptionConfiguration: { inSharePreemption: "ENABLED" },
};

describe("createQuotaShare", () => {
  test("makes an ENABLED share of its queue", () => {
    expect(create({})).toEqual({
      resourceType: "quota-share",
      scope: SCOPE,
      name: "q/s",
      arn: ARN,
      quotaShareName: "s",
      jobQueueArn: QUEUE.arn,
      state: "ENABLED",
      capacityLimits: REQUEST.capacityLimits,
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "ENABLED" },
      tags: {},
      cause: CAUSE,
    });
  });

  test("borrows without limit unless told otherwise", () => {
    const borrowing = { resourceSharingConfiguration: { strategy: "LEND_AND_BORROW" } } as const;
    expect(create(borrowing)).toMatchObject({
      resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: -1 },
    });
  });

  test.each<[Refusal, Partial<CreateQuotaShareRequest>, Partial<NewQuotaShareFacts>]>([
    [Refusal.wrapped("Quota share name should match a valid pattern."), { quotaShareName: "a/b" }, {}],
    [Refusal.wrapped("Object already exists"), {}, { shareNames: new Set(["s"]) }],
    [
      Refusal.bare("a job queue can have at most 20 quota shares"),
      {},
      { shareNames: new Set(Array.from({ length: 20 }, (_, index) => `s${index}`)) },
    ],
    [
      Refusal.bare(`jobQueue must have a scheduling policy with a quotaSharePolicy, ${QUEUE.arn} has none`),
      {},
      { isQuotaManaged: false },
    ],
    [
      Refusal.bare(`JobQueue ${QUEUE.arn} must be in VALID status, got CREATING`),
      {},
      { jobQueue: { ...QUEUE, status: "CREATING" } },
    ],
    [
      Refusal.bare("resourceSharingConfiguration.borrowLimit must be absent for strategy LEND, got 5"),
      { resourceSharingConfiguration: { strategy: "LEND", borrowLimit: 5 } },
      {},
    ],
    [
      Refusal.bare("resourceSharingConfiguration.borrowLimit must be at least -1, got -2"),
      { resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: -2 } },
      {},
    ],
    [
      Refusal.bare("capacityLimits of a quota share must be of instance types, got NUM_INSTANCES"),
      { capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }] },
      {},
    ],
  ])("refuses with %j", (refusal, members, facts) => {
    expect(create(members, facts)).toEqual(refusal);
  });
});

test.each<Omit<UpdateQuotaShareRequest, "quotaShareArn">>([
  { state: "DISABLED" },
  { capacityLimits: [{ maxCapacity: 1, capacityUnit: "ml.g5.xlarge" }] },
  { resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: 50 } },
  { preemptionConfiguration: { inSharePreemption: "DISABLED" } },
])("updateQuotaShare changes %j and nothing else", (changes) => {
  const current = accepted(create({}));
  expect(updateQuotaShare(current, { quotaShareArn: ARN, ...changes }, CAUSE)).toEqual({
    ...current,
    ...changes,
  });
});

test("58: an ENABLED share cannot be deleted", () => {
  const enabled = accepted(create({}));
  expect(checkQuotaShareDeletion(enabled)).toEqual(
    Refusal.bare(`${ARN} must be in DISABLED state to be deleted, got ENABLED`),
  );
  expect(checkQuotaShareDeletion({ ...enabled, state: "DISABLED" })).toBeUndefined();
});

function create(members: Partial<CreateQuotaShareRequest>, facts: Partial<NewQuotaShareFacts> = {}) {
  return createQuotaShare(
    { ...REQUEST, ...members },
    { jobQueue: QUEUE, isQuotaManaged: true, shareNames: new Set(), cause: CAUSE, ...facts },
  );
}
