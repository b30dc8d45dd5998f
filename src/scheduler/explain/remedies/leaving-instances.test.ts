import { describe, expect, test } from "vitest";
import {
  aComputeEnvironment,
  aJob,
  aJobQueue,
  aState,
  HOST,
  SCOPE,
} from "../../../../test/support/builders.ts";
import type { Buildable, JobBuilder } from "../../../../test/support/builders.ts";
import { runCycle } from "../../../../test/support/cycle.ts";
import {
  ask,
  CYCLE_MS,
  inShare,
  NOW_MS,
  Q,
  sharedQueue,
  tellOf,
} from "../../../../test/support/explained.ts";
import type { AskOptions } from "../../../../test/support/explained.ts";
import { computeEnvironmentArn } from "../../../batch/arn.ts";
import type { InstanceLeave } from "../../../batch/instance.ts";
import type { LiveState } from "../../../store/live-state.ts";

const LEAVES_MS = NOW_MS + 10_000;
const BOOT = { bootMs: 3000 };
const SPOT = aComputeEnvironment("ce", { type: "SPOT", instanceTypes: ["c5.xlarge"], maxvCpus: 4 });

function large(jobId: string, at: number): JobBuilder {
  return aJob(jobId).at(at).needing({ vcpuMillis: 4000 });
}

function apply(state: LiveState, ...things: readonly Buildable[]): void {
  for (const thing of things) for (const change of thing.changes()) state.apply(change);
}

/** Every instance takes nothing more. */
function leave(state: LiveState, leaving: InstanceLeave): readonly string[] {
  const instances = [...state.instances.environments.values()].flatMap(({ all }) => [...all.values()]);
  for (const { instance } of instances)
    state.apply({ kind: "instance-put", instance: { ...instance, leaving } });
  return instances.map(({ instance }) => instance.instanceId);
}

/** `ce` has two larger types since its instances were launched, each of 2 vCPU and with a job. */
function running(count: number, maxvCpus: number): LiveState {
  const jobs = Array.from({ length: count }, (_, at) =>
    aJob(`a-${at + 1}`)
      .at(at + 1)
      .needing({ vcpuMillis: 2000 }),
  );
  const before = aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus });
  const state = aState(before, Q, ...jobs);
  runCycle(state, { nowMs: CYCLE_MS });
  apply(state, aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge", "c5.4xlarge"], maxvCpus }));
  return state;
}

function succeed(state: LiveState, ...jobIds: readonly string[]): void {
  for (const jobId of jobIds) {
    const attempt = state.jobs.find(SCOPE, jobId)?.activeAttempt;
    if (attempt === undefined) throw new Error(`${jobId} is not under way`);
    const outcome = { kind: "exited", exitCode: 0 } as const;
    state.apply({ kind: "attempt-put", attempt: { ...attempt, stoppedAtMs: CYCLE_MS, outcome } });
    const patch = { status: "SUCCEEDED", stoppedAtMs: CYCLE_MS } as const;
    state.apply({ kind: "job-changed", scope: SCOPE, jobId, patch, atMs: CYCLE_MS });
  }
}

function keep(state: LiveState, sizes: { readonly minvCpus: number; readonly desiredvCpus?: number }): void {
  const [environment] = state.computeEnvironments.values();
  if (environment?.computeResources === undefined) throw new Error("ce is gone");
  const computeResources = { ...environment.computeResources, ...sizes };
  state.apply({ kind: "compute-environment-put", computeEnvironment: { ...environment, computeResources } });
}

/** The instance that was launched last has not come up yet. */
function bootLast(state: LiveState): void {
  const live = state.instances.find(idsOf(state).at(-1) ?? "");
  if (live === undefined) throw new Error("there is no instance");
  const { registeredAtMs: _booted, ...instance } = live.instance;
  state.apply({ kind: "instance-put", instance });
}

function idsOf(state: LiveState): readonly string[] {
  return [...state.instances.environments.values()].flatMap(({ all }) => [...all.keys()]);
}

function kindsFor(state: LiveState, jobId: string): readonly string[] {
  const { because, remedies } = ask(state, jobId);
  expect(because).toBe("environments-full");
  return remedies.map(({ kind }) => kind);
}

describe("a full environment whose instance leaves", () => {
  test("launches another for the job when that is gone, or what runs on it has ended", () => {
    const state = aState(SPOT, Q, large("a", 1));
    runCycle(state, { nowMs: CYCLE_MS });
    const [instanceId = ""] = leave(state, { because: "reclaimed", atMs: LEAVES_MS });
    apply(state, large("k", 2));
    expect(ask(state, "k", BOOT)).toMatchObject({
      because: "environments-full",
      remedies: [
        {
          kind: "instances-leave",
          computeEnvironment: "ce",
          instanceIds: [instanceId],
          atMs: LEAVES_MS,
          bootMs: 3000,
        },
        { kind: "jobs-end", jobs: [{ jobId: "a" }], bootMs: 3000 },
        { kind: "raise-max-vcpus", toVcpus: 5 },
      ],
      expectedStart: { byMs: LEAVES_MS + 3000, basis: "instances-leave" },
    });
    expect(tellOf(state, "k", BOOT)).toEqual({
      because: "environments-full",
      isImpossible: false,
      sentence:
        "It is next in the queue q and needs 4 vCPU and 100 MiB. 1 instance of ce leaves. ce may launch no more for it: its " +
        "instances have 4 of 4 vCPU (maxvCpus). What leaves makes room for it: it starts in 13 s at the latest.",
      remedies: [
        `The end of ${instanceId}, which leaves ce, in 10 s, and 3 s for an instance to start.`,
        "The end of job a (for 5 min), and 3 s for an instance to start.",
        "Raise maxvCpus of ce to 5 or more.",
      ],
    });
  });

  test.each<[string, JobBuilder, readonly Buildable[]]>([
    ["is tried again before the job", large("a", 1).retrying({ attempts: 2, evaluateOnExit: [] }), []],
    [
      "is what another before the job waits for",
      large("a", 1),
      [large("dep", 2).submitted().dependingOn({ jobId: "a" })],
    ],
  ])("is no promise where what runs on it %s", (_name, a, things) => {
    const state = aState(SPOT, Q, a);
    runCycle(state, { nowMs: CYCLE_MS });
    leave(state, { because: "reclaimed", atMs: LEAVES_MS });
    apply(state, ...things, large("k", 3));
    const { remedies, expectedStart } = ask(state, "k", BOOT);
    expect([remedies.filter(({ kind }) => kind === "instances-leave"), expectedStart]).toEqual([
      [],
      undefined,
    ]);
  });

  test("is one of several, and the job starts when enough of them are gone", () => {
    const environment = aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 8 });
    const state = aState(
      environment,
      Q,
      ...[1, 2, 3, 4].map((at) => aJob(`a-${at}`).at(at).needing({ vcpuMillis: 2000 })),
    );
    runCycle(state, { nowMs: CYCLE_MS });
    const instances = [...state.instances.environments.values()].flatMap(({ all }) => [...all.values()]);
    for (const [index, { instance }] of instances.entries()) {
      const leaving = { because: "replaced", atMs: LEAVES_MS + index * 1000 } as const;
      state.apply({ kind: "instance-put", instance: { ...instance, leaving } });
    }
    apply(state, aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"], maxvCpus: 8 }), large("k", 9));
    expect(ask(state, "k").remedies).toMatchObject([
      {
        kind: "instances-leave",
        instanceIds: instances.slice(0, 2).map(({ instance }) => instance.instanceId),
        atMs: LEAVES_MS + 1000,
      },
      { kind: "jobs-end", jobs: [{ jobId: "a-1" }, { jobId: "a-2" }] },
      { kind: "raise-max-vcpus" },
    ]);
  });

  test("gives back what the nodes of one job have on several of them only once", () => {
    const host = { ...HOST, vcpuMillis: 5000 };
    const state = aState(
      aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 4 }),
      Q,
      aComputeEnvironment("other"),
      aJobQueue("other", ["other"], { priority: 0 }),
      aJob("m").nodes(2).at(1),
      aJob("o").inQueue("other").needing({ vcpuMillis: 2000 }).at(2),
    );
    runCycle(state, { nowMs: CYCLE_MS, host });
    const { all } = state.instances.ofEnvironment(computeEnvironmentArn(SCOPE, "ce"));
    for (const { instance } of all.values()) {
      const leaving = { because: "replaced", atMs: LEAVES_MS } as const;
      state.apply({ kind: "instance-put", instance: { ...instance, leaving } });
    }
    apply(state, aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"], maxvCpus: 4 }), large("k", 9));
    // With the 2 vCPU of the other job there are 3 of 5 left without the nodes.
    const leaves = (options: AskOptions): boolean =>
      ask(state, "k", options).remedies.some(({ kind }) => kind === "instances-leave");
    expect([leaves({ host }), leaves({ host: { ...host, vcpuMillis: 6000 } })]).toEqual([false, true]);
  });

  test("is said to be UPDATING where it is the host itself from now on", () => {
    const state = aState(aComputeEnvironment("ce", { instanceTypes: ["c5.large"] }), Q, aJob("r").at(1));
    runCycle(state, { nowMs: CYCLE_MS });
    const [instanceId = ""] = leave(state, { because: "replaced", atMs: LEAVES_MS });
    apply(state, aComputeEnvironment("ce", { status: "UPDATING" }), aJob("n").at(2));
    expect(tellOf(state, "n")).toEqual({
      because: "environments-full",
      isImpossible: false,
      sentence:
        "It is next in the queue q and needs 1 vCPU and 100 MiB. ce is UPDATING: 1 instance from before leaves. ce has no " +
        "other instance that takes jobs. What leaves makes room for it: it starts in 10 s at the latest.",
      remedies: [`The end of ${instanceId}, which leaves ce, in 10 s.`, "The end of job r (for 5 min)."],
    });
  });

  test("names nobody's instant where it stays for as long as something runs on it", () => {
    const state = aState(SPOT, Q, large("a", 1));
    runCycle(state, { nowMs: CYCLE_MS });
    leave(state, { because: "lost" });
    apply(state, large("k", 2));
    expect(tellOf(state, "k").remedies).toEqual([
      "The end of job a (for 5 min).",
      "Raise maxvCpus of ce to 5 or more.",
    ]);
  });
});

describe("a full environment whose instances are too small for the job", () => {
  test("launches one for it when those are idle, and gone", () => {
    const state = running(2, 4);
    apply(state, large("k", 9));
    expect(ask(state, "k", BOOT)).toMatchObject({
      because: "environments-full",
      remedies: [
        { kind: "jobs-end", jobs: [{ jobId: "a-1" }, { jobId: "a-2" }], isAfterIdle: true, bootMs: 3000 },
        { kind: "raise-max-vcpus", toVcpus: 8 },
      ],
    });
    expect(tellOf(state, "k", BOOT).remedies[0]).toBe(
      "The end of job a-1 (for 5 min) and job a-2 (for 5 min), and of their instances, which are too small for it, once " +
        "idle for a while, and 3 s for an instance to start.",
    );
  });

  test("launches one for it when those that are idle are gone", () => {
    const state = running(2, 4);
    apply(state, large("k", 9));
    const instances = idsOf(state);
    succeed(state, "a-1");
    expect(ask(state, "k").remedies[0]).toMatchObject({ jobs: [{ jobId: "a-2" }], isAfterIdle: true });
    succeed(state, "a-2");
    expect(tellOf(state, "k", BOOT).remedies).toEqual([
      `The end of ${instances.join(" and ")}, which are too small for it, once idle for a while, and 3 s for an instance to start.`,
      "Raise maxvCpus of ce to 8 or more.",
    ]);
    expect(ask(state, "k").expectedStart).toBeUndefined();
  });

  test("launches none that anybody can tell of where more than a few would have to end", () => {
    const state = running(8, 16);
    apply(state, aJob("k").at(99).needing({ vcpuMillis: 16_000 }));
    expect(kindsFor(state, "k")).toEqual(["raise-max-vcpus"]);
  });

  test("exchanges those that it keeps for minvCpus once they have been idle for a while", () => {
    const state = running(2, 4);
    keep(state, { minvCpus: 4, desiredvCpus: 4 });
    apply(state, large("k", 9));
    expect(tellOf(state, "k", BOOT).remedies).toEqual([
      "The end of job a-1 (for 5 min) and job a-2 (for 5 min), and of their instances, which are too small for it, once " +
        "idle for a while, and 3 s for an instance to start.",
      "Raise maxvCpus of ce to 8 or more.",
    ]);
    succeed(state, "a-1", "a-2");
    const [first, second] = idsOf(state);
    expect(tellOf(state, "k", BOOT)).toMatchObject({
      because: "environments-full",
      remedies: [
        `The end of ${first} and ${second}, which are too small for it, once idle for a while, and 3 s for an instance to start.`,
        "Raise maxvCpus of ce to 8 or more.",
      ],
    });
    expect(ask(state, "k").expectedStart).toBeUndefined();
  });

  test.each<[string, (state: LiveState) => void]>([
    ["somebody's wish for more vCPUs waits", (state) => keep(state, { minvCpus: 6, desiredvCpus: 8 })],
    ["another boots", bootLast],
    [
      "they leave anyway, and are replaced",
      (state) => leave(state, { because: "reclaimed", atMs: LEAVES_MS }),
    ],
  ])("exchanges none that it keeps where %s", (_name, change) => {
    const state = running(3, 6);
    succeed(state, "a-1", "a-2", "a-3");
    keep(state, { minvCpus: 6, desiredvCpus: 6 });
    apply(state, large("k", 9));
    expect(kindsFor(state, "k")).toEqual(["instances-leave", "raise-max-vcpus"]);
    change(state);
    expect(kindsFor(state, "k")).toEqual(["raise-max-vcpus"]);
  });
});

test("a job that lacks both room and what is reserved is told the few ends that give back enough of both", () => {
  const state = aState(
    aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"], maxvCpus: 4 }),
    ...sharedQueue(50),
    inShare("v", "a", 1),
    inShare("t", "b", 2),
  );
  runCycle(state, { nowMs: CYCLE_MS });
  const { job, progress } = aJob("k").at(3).needing({ vcpuMillis: 3000 });
  apply(state, {
    changes: () => [{ kind: "job-submitted", job: { ...job, shareIdentifier: "b" }, progress }],
  });
  expect(tellOf(state, "k")).toMatchObject({
    because: "shares-reserved",
    remedies: ["The end of job v (for 5 min) and job t (for 5 min)."],
  });
});
