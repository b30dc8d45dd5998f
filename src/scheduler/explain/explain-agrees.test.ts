import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SCOPE } from "../../../test/support/builders.ts";
import { fairsharePolicy, happening } from "../../../test/support/happening.ts";
import { PlanHistory } from "../../../test/support/plan-history.ts";
import type { HistoryFacts } from "../../../test/support/plan-history.ts";
import { submittedJobId } from "../../batch/child-job.ts";
import { NO_RESOURCES } from "../../batch/resources.ts";
import { assert } from "../../lib/assert.ts";
import { planOf } from "../../simulator/oracle/plain-scheduler.ts";
import type { Plan } from "../../simulator/oracle/plain-scheduler.ts";
import { snapshotOf } from "../../simulator/oracle/snapshot.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import { findAskedJob } from "./find-asked-job.ts";
import { headOfShare } from "./place-in-line.ts";

/** Much of the host, so that Spot capacity often waits for it. */
const KEPT = { vcpuMillis: 16_000, memoryMiB: 40_000, gpuCount: 0 };

/** The head of a share of a queue: what the next cycle makes of it, and what is told of it. */
interface Head {
  /** The reason that the cycle has for it; `placed` if it places it. */
  readonly planned: string;
  readonly told: Explanation;
}

function planNext({ state, capacity: { host, supply }, nowMs, keptForOnDemand }: HistoryFacts): Plan {
  return planOf(snapshotOf(state, host, nowMs), { limit: 1000, supply, keptForOnDemand });
}

function tell(facts: HistoryFacts, jobId: string): Explanation {
  const asked = findAskedJob(facts.state, SCOPE, jobId, []);
  assert(asked !== undefined, `${jobId} is gone`);
  return explain(asked, facts);
}

/** Of every share of every queue that dispatches. */
function headsOf(facts: HistoryFacts, { placements, blocked }: Plan): readonly Head[] {
  const { state } = facts;
  const dispatching = [...state.jobQueues.values()].filter(({ status }) => status !== "DELETING");
  const shares = dispatching.flatMap(({ arn }) => [...(state.jobs.readyQueue(arn)?.ready ?? [])]);
  return shares.flatMap((share) => {
    const head = headOfShare(share, state);
    if (head === undefined) return [];
    const isPlaced = placements.some(({ jobId }) => jobId === head.jobId);
    const because = blocked.find(({ jobId }) => jobId === head.job.jobId)?.because;
    return [{ planned: isPlaced ? "placed" : (because ?? "unknown"), told: tell(facts, head.jobId) }];
  });
}

/** What an explanation may say where a cycle does this. */
function agrees({ planned, told }: Head, { placements, launches }: Plan): boolean {
  const { because, environments, line, isImpossible } = told;
  const kinds = environments.map(({ verdict }) => verdict.kind);
  if (isImpossible && planned === "placed") return false;
  if (because === "placeable") {
    // The cycle has launched the instance, and it boots.
    return planned === "placed" || (planned === "instances-starting" && kinds.includes("launches"));
  }
  if (because === "behind-others") {
    const isPlaced = placements.some(({ jobId }) => jobId === line?.before?.jobId);
    return line?.before?.because === undefined && (isPlaced || launches.length > 0);
  }
  // Who is placed before may have had an instance launched that has room for it, too.
  if (planned === "placed") return isOnLaunched(told, { placements, launches });
  // That an environment can never take it is said before that it is full.
  if (because === planned || because.startsWith("exceeds-")) return true;
  // Others are placed before: those that it is told of; or any, also behind heads, of what a queue's active shares and those
  // who need a consumable resource have together.
  const ofAll = ["shares-reserved", "consumables-unavailable"];
  const areOthersBefore = line?.before !== undefined || ofAll.includes(planned);
  return areOthersBefore && placements.length + launches.length > 0;
}

function isOnLaunched({ jobId }: Explanation, { placements, launches }: Omit<Plan, "blocked">): boolean {
  const instanceIds = placements.find((placement) => placement.jobId === jobId)?.instanceIds ?? [];
  return launches.some(({ instanceId }) => instanceIds.includes(instanceId));
}

/** Whether who is told to go before does, in a cycle that places nobody. */
function isInOrder({ told }: Head, { blocked }: Plan): boolean {
  const placeOf = (id: string): number =>
    blocked.findIndex(({ jobId }) => jobId === id || jobId === submittedJobId(id));
  const before = told.line?.before?.jobId;
  return before === undefined || placeOf(before) < placeOf(told.jobId);
}

/** What becomes of the explanation if an environment has another `maxvCpus`. */
function explainWith(facts: HistoryFacts, jobId: string, name: string, maxvCpus: number): Explanation {
  const { state } = facts;
  const before = [...state.computeEnvironments.values()].find((environment) => environment.name === name);
  assert(before?.computeResources !== undefined, `${name} is gone`);
  const computeResources = { ...before.computeResources, maxvCpus };
  state.apply({ kind: "compute-environment-put", computeEnvironment: { ...before, computeResources } });
  const told = tell(facts, jobId);
  state.apply({ kind: "compute-environment-put", computeEnvironment: before });
  return told;
}

/** Of what an environment is to have: whether that is enough, and a vCPU less is not. */
function checkRaises(facts: HistoryFacts, { jobId, remedies, isImpossible }: Explanation): number {
  const raises = remedies.filter((remedy) => remedy.kind === "raise-max-vcpus");
  for (const { computeEnvironment: name, toVcpus } of raises) {
    const isEnough = ({ atHead, environments }: Explanation): boolean =>
      isImpossible
        ? environments.some((one) => one.computeEnvironment === name && one.isEverPossible)
        : atHead === undefined;
    const [enough, tooLittle] = [toVcpus, toVcpus - 1].map((vcpus) =>
      isEnough(explainWith(facts, jobId, name, vcpus)),
    );
    expect({ jobId, name, toVcpus, enough, less: tooLittle }).toMatchObject({ enough: true, less: false });
  }
  return raises.length;
}

type Promised = Extract<Explanation["remedies"][number], { readonly kind: "jobs-end" | "instances-leave" }>;

/** What comes true of a remedy. */
function keep(remedy: Promised, history: PlanHistory): void {
  if (remedy.kind === "instances-leave") return history.endInstances(remedy.instanceIds, remedy.atMs ?? 0);
  history.endJobs(remedy.jobs.flatMap(({ jobId }) => jobId ?? []));
  if (remedy.isAfterIdle === true) history.endIdle(remedy.computeEnvironment ?? "");
}

/** Whether a head is placed once that is over which is told to be in its way. Nothing goes on behind this. */
function checkPromise(history: PlanHistory, which: number, seen: Set<string>): void {
  const { facts } = history;
  const promises = headsOf(facts, planNext(facts)).flatMap(({ told }) =>
    told.remedies
      .filter((remedy) => remedy.kind === "jobs-end" || remedy.kind === "instances-leave")
      .map((remedy) => ({ told, remedy })),
  );
  const rare = promises.filter(({ remedy }) => remedy.kind === "instances-leave");
  const tried = rare.length > 0 ? rare : promises;
  const promise = tried[which % tried.length];
  if (promise === undefined) return;
  const { told, remedy } = promise;
  keep(remedy, history);
  const plan = planNext({ ...history.facts, keptForOnDemand: facts.keptForOnDemand });
  const isPlaced = plan.placements.some(({ jobId }) => jobId === told.jobId);
  // An instance is launched for it, or one with room boots already.
  const isStarting = plan.blocked.some(
    ({ jobId, because }) => jobId === told.jobId && because === "instances-starting",
  );
  const isLaunchedFor = remedy.bootMs !== undefined && (plan.launches.length > 0 || isStarting);
  expect(isPlaced || isLaunchedFor ? told.jobId : { told, remedy, plan }).toBe(told.jobId);
  note(told, remedy, seen);
}

function note(told: Explanation, remedy: Promised, seen: Set<string>): void {
  if (remedy.kind === "instances-leave") seen.add(`${told.because}, an instance leaves`);
  else seen.add(`${told.because}, the end of ${remedy.jobs.length === 1 ? "a job" : "jobs"}`);
  if (remedy.kind === "jobs-end" && remedy.isAfterIdle === true) seen.add("instances are idle before");
  if (told.nodeCount !== undefined) seen.add("multi-node, the end of jobs");
  if (told.line?.comingBefore !== undefined) seen.add("some may come before");
}

function lookAt(facts: HistoryFacts, seen: Set<string>): void {
  const plan = planNext(facts);
  const isQuiet = plan.placements.length + plan.launches.length === 0;
  for (const head of headsOf(facts, plan)) {
    const { planned, told } = head;
    seen.add(planned);
    if (told.line?.before !== undefined) seen.add(`${told.because}, others before`);
    const isKept = told.environments.some(
      ({ verdict }) => verdict.kind === "host-full" && verdict.keptForOnDemand !== undefined,
    );
    if (isKept) seen.add("room is kept");
    const isTrue = agrees(head, plan) && (!isQuiet || isInOrder(head, plan));
    expect(isTrue ? told.jobId : { planned, told, plan }).toBe(told.jobId);
    if (checkRaises(facts, told) > 0) seen.add(`${told.because}, maxvCpus`);
  }
}

test("says of the head of each share and queue what the next cycle does, and what would place it, whatever happened before", () => {
  const seen = new Set<string>();
  const world = fc.record({
    bootMs: fc.constantFrom(0, 60_000),
    policy: fairsharePolicy,
    kept: fc.constantFrom(NO_RESOURCES, KEPT),
    /** Of the promises at the end the one that is tried. */
    which: fc.nat(),
  });
  const happenings = fc.array(happening, { maxLength: 40, size: "max" });
  fc.assert(
    fc.property(world, happenings, ({ bootMs, policy, kept, which }, all) => {
      const history = new PlanHistory(bootMs, new Set(), (facts) => lookAt(facts, seen), kept);
      history.step({ kind: "change policy", policy });
      for (const one of all) history.step(one);
      history.endLeaving();
      for (let count = 0; count < 2; count += 1) history.step({ kind: "cycle", limit: 100 });
      checkPromise(history, which, seen);
    }),
    { numRuns: 1000 },
  );
  const reasons = ["placed", "environments-full", "host-full", "instances-starting", "shares-reserved"];
  const raised = ["environments-full", "exceeds-environments", "shares-reserved"];
  const before = ["behind-others", "environments-full", "host-full", "consumables-unavailable"];
  const ended = ["environments-full", "shares-reserved", "consumables-unavailable"];
  const expected = [
    ...reasons,
    ...raised.map((reason) => `${reason}, maxvCpus`),
    ...before.map((reason) => `${reason}, others before`),
    ...ended.map((reason) => `${reason}, the end of a job`),
    "environments-full, the end of jobs",
    "shares-reserved, the end of jobs",
    "environments-full, an instance leaves",
    "instances are idle before",
    "some may come before",
    "multi-node, the end of jobs",
    "room is kept",
  ];
  expect(expected.filter((one) => !seen.has(one))).toEqual([]);
}, 60_000);
