import { beforeEach, describe, expect, test } from "vitest";
import { CONTEXT, openBatchServices } from "../../../../../test/support/batch-services.ts";
import { NOW_MS } from "../../../../../test/support/batch-values.ts";
import { ApiError } from "../../../errors.ts";
import type { BatchServices } from "../batch-services.ts";
import { createConsumableResource } from "./create-consumable-resource.ts";
import { describeConsumableResource } from "./describe-consumable-resource.ts";
import { listConsumableResources } from "./list-consumable-resources.ts";
import { updateConsumableResource } from "./update-consumable-resource.ts";

const EIGHT_HOURS_MS = 8 * 60 * 60 * 1000;

let nowMs = NOW_MS;
let services: BatchServices;
beforeEach(async () => {
  nowMs = NOW_MS;
  const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
  services = { ...(await openBatchServices()), clock };
});

describe("UpdateConsumableResource with a clientToken", () => {
  beforeEach(() => create("licence"));

  test("55: is applied once in eight hours", async () => {
    expect(await add("token")).toBe(1);
    nowMs += EIGHT_HOURS_MS - 1;
    expect(await add("token")).toBe(1);
    expect(await total()).toBe(1);
    nowMs += 1;
    expect(await add("token")).toBe(2);
    expect(await add("token")).toBe(2);
    expect(await total()).toBe(2);
  });

  test("is applied with each other token, and without one", async () => {
    await add("token");
    await add("Token");
    await add(undefined);
    await add(undefined);
    expect(await total()).toBe(4);
  });

  test("forgets tokens that have expired", async () => {
    for (const token of ["a", "b", "c"]) await add(token);
    nowMs += EIGHT_HOURS_MS;
    await add("d");
    const { plainResources } = await services.store.load();
    const tokens = plainResources.filter(({ resourceType }) => resourceType === "client-token");
    expect(tokens.map(({ name }) => name)).toEqual(["UpdateConsumableResource/d"]);
  });

  test("refuses the token with another request", async () => {
    await add("token");
    const other = { consumableResource: "licence", operation: "SET", quantity: 1, clientToken: "token" };
    await expect(updateConsumableResource(services)(other, CONTEXT)).rejects.toEqual(
      new ApiError("ClientException", "clientToken token was used with another request before"),
    );
  });
});

test("resources are listed by name, page by page, those of other scopes left out", async () => {
  for (const name of ["b", "a", "C"]) await create(name);
  const elsewhere = { ...CONTEXT, scope: { accountId: "999988887777", region: "us-east-1" } };
  await createConsumableResource(services)({ consumableResourceName: "d" }, elsewhere);
  const list = listConsumableResources(services);
  const first = await list({ maxResults: 2 }, CONTEXT);
  const { nextToken } = first;
  const last = await list({ maxResults: 2, nextToken }, CONTEXT);
  const names = [...first.consumableResources, ...last.consumableResources];
  expect(names.map(({ consumableResourceName }) => consumableResourceName)).toEqual(["C", "a", "b"]);
  expect(last).not.toHaveProperty("nextToken");
  const filters = [{ name: "CONSUMABLE_RESOURCE_NAME", values: ["*"] }];
  const matching = await list({ filters }, CONTEXT);
  expect(matching.consumableResources).toHaveLength(3);
});

function create(consumableResourceName: string) {
  return createConsumableResource(services)({ consumableResourceName }, CONTEXT);
}

async function add(clientToken: string | undefined): Promise<number | undefined> {
  const request = { consumableResource: "licence", operation: "ADD", quantity: 1, clientToken };
  return (await updateConsumableResource(services)(request, CONTEXT)).totalQuantity;
}

async function total(): Promise<number | undefined> {
  const shown = await describeConsumableResource(services)({ consumableResource: "licence" }, CONTEXT);
  return shown.totalQuantity;
}
