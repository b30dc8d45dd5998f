import { expect, test } from "vitest";
import {
  aComputeEnvironment,
  aConsumable,
  aJob,
  aJobQueue,
  aState,
  SCOPE,
} from "../../test/support/builders.ts";
import { runCycle } from "../../test/support/cycle.ts";
import { consumableResourceArn } from "../batch/arn.ts";
import { finish } from "../engine/finish-attempt.ts";
import type { LiveState } from "../store/live-state.ts";

const LICENCE = consumableResourceArn(SCOPE, "licence");
const RETRYING = { attempts: 2, evaluateOnExit: [] };

function needing(jobId: string, quantity: number, at: number, names: readonly string[] = ["licence"]) {
  const needs = names.map((name) => ({ consumableResource: consumableResourceArn(SCOPE, name), quantity }));
  return aJob(jobId).at(at).retrying(RETRYING).consuming(needs);
}

function cycle(state: LiveState) {
  const { placed, blocked } = runCycle(state);
  return { placed: placed.map((text) => text.replace(/ on .*/, "")), blocked };
}

function end(state: LiveState, jobId: string, exitCode: number): void {
  const job = state.jobs.find(SCOPE, jobId);
  if (job === undefined) throw new Error(`${jobId} is not live`);
  finish({ job, state, apply: (change) => state.apply(change) }, { kind: "exited", exitCode }, 2_000);
}

const CE = [aComputeEnvironment("ce"), aJobQueue("q", ["ce"])];

test("52: a job waits at the head of its queue until what it needs is given back", () => {
  const state = aState(
    ...CE,
    aConsumable("licence", 1),
    needing("a", 1, 1),
    needing("b", 1, 2),
    aJob("c").at(3),
  );
  expect(cycle(state)).toEqual({ placed: ["a"], blocked: ["b: consumables-unavailable"] });
  expect(state.consumables.heldOf(LICENCE)).toBe(1);
  end(state, "a", 0);
  expect(state.consumables.heldOf(LICENCE)).toBe(0);
  expect(cycle(state)).toEqual({ placed: ["b", "c"], blocked: [] });
});

test("52: what is not replenished shrinks with each attempt, retries included", () => {
  const state = aState(...CE, aConsumable("licence", 3, "NON_REPLENISHABLE"), needing("a", 2, 1));
  const total = () => state.plainResources.find("consumable-resource", LICENCE)?.totalQuantity;
  expect(cycle(state).placed).toEqual(["a"]);
  expect(total()).toBe(3);
  end(state, "a", 1);
  expect(total()).toBe(1);
  expect(cycle(state)).toEqual({ placed: [], blocked: ["a: exceeds-consumables"] });
});

test("each child of an array takes what the array needs", () => {
  const state = aState(...CE, aConsumable("licence", 2), needing("a", 1, 1).submitted().array(3));
  const patch = { status: "PENDING", unspawned: { status: "RUNNABLE" } } as const;
  state.apply({ kind: "job-changed", scope: SCOPE, jobId: "a", patch, atMs: 1 });
  expect(cycle(state)).toEqual({ placed: ["a", "a"], blocked: ["a: consumables-unavailable"] });
  expect(state.consumables.heldOf(LICENCE)).toBe(2);
  end(state, "a:0", 0);
  expect(cycle(state)).toEqual({ placed: ["a"], blocked: [] });
});

test("all that a job needs is taken, or nothing", () => {
  const state = aState(...CE, aConsumable("licence", 5), needing("a", 1, 1, ["licence", "missing"]));
  expect(cycle(state)).toEqual({ placed: [], blocked: ["a: exceeds-consumables"] });
  expect(state.consumables.heldOf(LICENCE)).toBe(0);
  for (const change of aConsumable("missing", 1).changes()) state.apply(change);
  expect(cycle(state).placed).toEqual(["a"]);
});

test("a total below what is held leaves attempts alone and keeps others waiting", () => {
  const state = aState(...CE, aConsumable("licence", 2), needing("a", 2, 1), needing("b", 1, 2));
  cycle(state);
  for (const change of aConsumable("licence", 0).changes()) state.apply(change);
  expect(state.consumables.heldOf(LICENCE)).toBe(2);
  end(state, "a", 0);
  expect(cycle(state)).toEqual({ placed: [], blocked: ["b: exceeds-consumables"] });
});
