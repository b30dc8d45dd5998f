import { describe, expect, test } from "vitest";
import { accepted, CAUSE, NOW_MS, SCOPE } from "../../test/support/batch-values.ts";
import type {
  ConsumableResourceProperties,
  CreateConsumableResourceRequest,
  UpdateConsumableResourceRequest,
} from "../model/batch.ts";
import {
  createConsumableResource,
  parseConsumableResources,
  updateConsumableResource,
} from "./consumable-resource.ts";
import { Refusal } from "./refusal.ts";

const ARN = "arn:aws:batch:us-east-1:111122223333:consumable-resource/licence";

describe("createConsumableResource", () => {
  test("makes a resource, REPLENISHABLE and without quantity unless told otherwise", () => {
    expect(create({})).toEqual({
      resourceType: "consumable-resource",
      scope: SCOPE,
      name: "licence",
      arn: ARN,
      kind: "REPLENISHABLE",
      totalQuantity: 0,
      createdAtMs: NOW_MS,
      tags: {},
      cause: CAUSE,
    });
    expect(create({ resourceType: "NON_REPLENISHABLE", totalQuantity: 5 })).toMatchObject({
      kind: "NON_REPLENISHABLE",
      totalQuantity: 5,
    });
  });

  test.each<[Refusal, Partial<CreateConsumableResourceRequest>]>([
    [
      Refusal.wrapped("ConsumableResource name should match a valid pattern."),
      { consumableResourceName: "a b" },
    ],
    [Refusal.wrapped("totalQuantity cannot be a negative number."), { totalQuantity: -1 }],
    [
      Refusal.bare("resourceType must be one of REPLENISHABLE, NON_REPLENISHABLE, got LICENCE"),
      { resourceType: "LICENCE" },
    ],
  ])("refuses with %j", (refusal, members) => {
    expect(create(members)).toEqual(refusal);
  });
});

describe("updateConsumableResource", () => {
  const current = accepted(create({ totalQuantity: 5 }));

  test.each<[operation: string, quantity: number, total: number]>([
    ["SET", 2, 2],
    ["SET", 0, 0],
    ["ADD", 2, 7],
    ["REMOVE", 2, 3],
    ["REMOVE", 5, 0],
  ])("%s %i makes 5 to %i", (operation, quantity, totalQuantity) => {
    expect(update({ operation, quantity })).toEqual({ ...current, totalQuantity });
  });

  test.each<[text: string, Partial<UpdateConsumableResourceRequest>]>([
    ["quantity is required", { operation: "SET" }],
    ["quantity must be at least 0, got -1", { operation: "ADD", quantity: -1 }],
    ["quantity must be at most totalQuantity, which is 5, got 6", { operation: "REMOVE", quantity: 6 }],
    ["operation must be one of SET, ADD, REMOVE, got set", { operation: "set", quantity: 1 }],
    ["operation must be one of SET, ADD, REMOVE, got none", { quantity: 1 }],
  ])("refuses with %j", (text, members) => {
    expect(update(members)).toEqual(Refusal.bare(text));
  });

  function update(members: Partial<UpdateConsumableResourceRequest>) {
    return updateConsumableResource(current, { consumableResource: "licence", ...members }, CAUSE);
  }
});

describe("parseConsumableResources", () => {
  test("makes names into ARNs", () => {
    const other = ARN.replace("licence", "other");
    expect(
      parse([
        { consumableResource: "licence", quantity: 1 },
        { consumableResource: other, quantity: 3 },
      ]),
    ).toEqual([
      { consumableResource: ARN, quantity: 1 },
      { consumableResource: other, quantity: 3 },
    ]);
    expect(parseConsumableResources(SCOPE, undefined, "path")).toEqual([]);
  });

  test.each<[Refusal, ConsumableResourceProperties["consumableResourceList"] & object]>([
    [
      Refusal.wrapped("Each ConsumableResourceProperty can have at most 5 consumableResources"),
      ["a", "b", "c", "d", "e", "f"].map((consumableResource) => ({ consumableResource, quantity: 1 })),
    ],
    [
      Refusal.wrapped("Cannot have duplicate consumableResource in consumableResourceProperties"),
      [
        { consumableResource: "licence", quantity: 1 },
        { consumableResource: ARN, quantity: 2 },
      ],
    ],
    [
      Refusal.bare("path.consumableResourceList[0].quantity must be at least 1, got 0"),
      [{ consumableResource: "licence", quantity: 0 }],
    ],
    [
      Refusal.bare("path.consumableResourceList[0].consumableResource must be a name or an ARN, got a b"),
      [{ consumableResource: "a b", quantity: 1 }],
    ],
  ])("refuses with %j", (refusal, list) => {
    expect(parse(list)).toEqual(refusal);
  });
});

function create(members: Partial<CreateConsumableResourceRequest>) {
  const facts = { scope: SCOPE, cause: CAUSE, isNameTaken: false, nowMs: NOW_MS };
  return createConsumableResource({ consumableResourceName: "licence", ...members }, facts);
}

function parse(consumableResourceList: ConsumableResourceProperties["consumableResourceList"]) {
  return parseConsumableResources(SCOPE, { consumableResourceList }, "path");
}
