import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState, SCOPE } from "../../../test/support/builders.ts";
import type { Buildable } from "../../../test/support/builders.ts";
import { runCycle } from "../../../test/support/cycle.ts";
import { ask, CYCLE_MS, Q, tellOf } from "../../../test/support/explained.ts";
import { computeEnvironmentArn, jobQueueArn } from "../../batch/arn.ts";
import type { Scope } from "../../batch/scope.ts";
import type { LiveState } from "../../store/live-state.ts";

const OTHER: Scope = { accountId: "999999999999", region: "us-east-1" };
const HOST = { vcpuMillis: 2000, memoryMiB: 24_000, gpuCount: 0 };

/** A thing of theirs: a job of the queue `secret`, that queue, or its environment. */
function theirs(thing: Buildable): Buildable {
  const text = JSON.stringify(thing.changes()).replaceAll(SCOPE.accountId, OTHER.accountId);
  return { changes: () => JSON.parse(text) as ReturnType<Buildable["changes"]> };
}

/** Theirs has the host, and goes before ours. */
function onTheirHost(...things: readonly Buildable[]): LiveState {
  const state = aState(
    theirs(aComputeEnvironment("hidden")),
    theirs(aJobQueue("secret", ["hidden"], { priority: 9 })),
    aComputeEnvironment("ce"),
    Q,
    theirs(aJob("their-job").at(1).inQueue("secret").needing({ vcpuMillis: 2000 })),
    aJob("ours").at(2),
  );
  runCycle(state, { nowMs: CYCLE_MS, host: HOST });
  for (const thing of things) for (const change of thing.changes()) state.apply(change);
  return state;
}

describe("of another account", () => {
  test("the things are what the test takes them for", () => {
    const state = onTheirHost();
    expect([...state.jobQueues.keys()]).toEqual([jobQueueArn(OTHER, "secret"), jobQueueArn(SCOPE, "q")]);
    expect(state.jobs.environmentUsage(computeEnvironmentArn(OTHER, "hidden")).vcpuMillis).toBe(2000);
  });

  test("nobody is told the id of a job that has the host's room", () => {
    const state = onTheirHost();
    expect(ask(state, "ours", { host: HOST })).toMatchObject({
      because: "host-full",
      remedies: [{ kind: "jobs-end", jobs: [{ sinceMs: CYCLE_MS }] }],
    });
    expect(tellOf(state, "ours", { host: HOST }).remedies).toEqual([
      "The end of a job of another account or region (for 5 min).",
    ]);
    expect(JSON.stringify(ask(state, "ours", { host: HOST }))).not.toMatch(/their|secret|hidden|9{12}/);
  });

  test("nobody is told the id and the queue of a job that goes before", () => {
    const state = onTheirHost(theirs(aJob("their-next").at(3).inQueue("secret")));
    const told = ask(state, "ours", { host: HOST });
    expect(told.line).toEqual({ aheadCount: 0, isExact: true, before: { because: "environments-full" } });
    expect(tellOf(state, "ours", { host: HOST }).sentence).toMatch(
      /^It is at the head of the queue q and needs 1 vCPU and 100 MiB\. Before it goes a job of another account or region, which /,
    );
    expect(JSON.stringify(told)).not.toMatch(/their|secret|hidden|9{12}/);
  });

  test("nobody is told the id of a job that may come before", () => {
    const waiting = aJob("their-next")
      .at(3)
      .inQueue("secret")
      .submitted()
      .dependingOn({ jobId: "their-job" });
    const state = onTheirHost(theirs(waiting));
    const told = ask(state, "ours", { host: HOST });
    expect(told.line).toEqual({ aheadCount: 0, isExact: true, comingBefore: {} });
    expect(JSON.stringify(told)).not.toMatch(/their|secret|hidden|9{12}/);
  });
});
