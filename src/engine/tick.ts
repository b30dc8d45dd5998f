import type { Attempt } from "../batch/attempt.ts";
import { fitsIn, NO_RESOURCES } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import { assert } from "../lib/assert.ts";
import type { ProviderNews } from "../providers/provider.ts";
import { launchForDemand } from "../scheduler/scaling/demand.ts";
import { lacksRoomOnDemand, roomOnItsWay } from "../scheduler/scaling/reclaim.ts";
import type { Launch } from "../scheduler/scaling/scale-out.ts";
import { placeNothing, schedule } from "../scheduler/schedule.ts";
import type { CycleReport, Placement } from "../scheduler/schedule.ts";
import { ATTEMPT_TIMED_OUT } from "../batch/status-reason.ts";
import type { Change } from "../store/change.ts";
import { wishToStop } from "../store/end-jobs.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import { admit } from "./admit.ts";
import type { Engine } from "./engine.ts";
import { exchangeKept } from "./exchange-kept.ts";
import { finish } from "./finish-attempt.ts";
import type { FinishDecision } from "./finish-attempt.ts";
import type { Instant } from "./instant.ts";
import { launchAttempts, mayRun } from "./launch-attempts.ts";
import { failedStart, runAttempt } from "./run-attempt.ts";
import { launchInstance } from "./instances.ts";
import { reclaimForRoom } from "./reclaim-spot.ts";
import { changeDueMs, changeInstances, keepSizes, showDesiredVcpus, wishesOf } from "./scale.ts";
import type { ScalingFacts } from "./scale.ts";
import { settle } from "./settle.ts";
import { startAttempt } from "./start-attempt.ts";

/** At most this many attempts are placed in one tick, so that it holds the API up for a few milliseconds at most. */
export const PLACEMENTS_PER_TICK_MAX = 250;

/**
 * One pass of the engine: observe, decide, commit, act.
 *
 * 1. What providers have to tell becomes attempts started and attempts ended.
 * 2. Time limits that are over become wishes to stop; instances, environments and queues take their next step.
 * 3. Submitted jobs, and those whose dependencies have ended, become RUNNABLE or end themselves.
 * 4. Environments get the instances that they keep; the scheduler gives RUNNABLE jobs their places and launches what they
 *    lack. Spot capacity goes where jobs on demand need the host, and whatever was idle for too long; what is idle and kept
 *    makes way for what a head needs.
 * 5. Heads of queues that have no place for long are told of, or cancelled.
 * 6. All of it is one commit.
 * 7. Only then is anything done outside, and everything there is by task id and safe to do twice.
 *
 * A tick whose commit fails has changed nothing: news that were not acknowledged come again.
 *
 * @returns milliseconds until the next tick is due; undefined if nothing but news or a request can give it work.
 */
export async function tick(engine: Engine, now: Instant): Promise<number | undefined> {
  const news = engine.provider.observe();
  const decided = await engine.sequencer.transact((state, apply) =>
    decide(engine, { state, apply, news, now }),
  );
  return act(engine, news, decided, now);
}

const NOTHING_PLACED: CycleReport = { blocked: [], isCutShort: false };

interface Facts {
  readonly state: LiveState;
  readonly apply: (change: Change) => void;
  readonly news: readonly ProviderNews[];
  readonly now: Instant;
}

/** The attempt that came up; its job may be at another by the time it is told. */
interface StartedAttempt {
  readonly job: LiveJob;
  readonly attempt: Attempt;
  readonly atMs: number;
}

/** What a tick decided, durable by the time anybody reads it. */
interface Decided {
  /** Task ids. */
  readonly placed: readonly string[];
  readonly started: readonly StartedAttempt[];
  readonly finished: readonly FinishDecision[];
  readonly timedOut: readonly string[];
  readonly stopping: readonly LiveJob[];
  readonly cycle: CycleReport;
  /** Milliseconds until there is something to do about an instance, a blocked queue or shares. */
  readonly dueMs: number | undefined;
  /** Something was left for another tick, due at once. */
  readonly isCutShort: boolean;
}

function decide(engine: Engine, facts: Facts): Decided {
  const { state, apply, now } = facts;
  const scaling = scalingOf(engine, facts);
  const wishes = wishesOf(state);
  const { host, settings, nowMs } = scaling;
  if (host !== undefined) {
    // Before the instances that leave are gone: the room on its way is told by them.
    engine.wantedOnDemand ??= roomOnItsWay({ state, capacity: { host, supply: settings.supply }, nowMs });
  }
  const { started, finished } = takeNews(engine, facts);
  const timedOut = engine.deadlines.due(now.monotonicMs);
  for (const taskId of timedOut) timeOut(state, apply, taskId, now.nowMs);
  const priceDueMs = engine.spotPrices.look(scaling);
  changeInstances(scaling);
  finished.push(...endUnlaunched(engine, facts));
  const isMoreToSettle = settle(state, apply, {
    nowMs: now.nowMs,
    instanceCatalogue: engine.instanceCatalogue,
  });
  const isMoreToAdmit = admit(state, apply, now.nowMs);

  const isMoreToKeep = keepSizes(scaling, wishes);
  const placed: string[] = [];
  const { cycle, isMoreLeft } = runCycle(engine, facts, placed);
  const { idleInstances, wantedOnDemand: keptForOnDemand = NO_RESOURCES } = engine;
  const idleDueMs = idleInstances.end(scaling, wishes);
  const exchangeDueMs = exchangeKept(cycle, { ...scaling, wishes, keptForOnDemand, idleInstances });
  showDesiredVcpus(state, apply, wishes);
  const outage = engine.provider.outage();
  const blockedDueMs = engine.isDraining
    ? undefined
    : engine.blockedQueues.look(cycle, { state, apply, now, outage });
  const stopping = [...state.jobs.stopping.values()];
  const isCutShort = isMoreToSettle || isMoreToAdmit || isMoreToKeep || isMoreLeft || cycle.isCutShort;
  const keepDueMs = engine.shareKeeping.keep(state, apply, now);
  const dueMs = earliest(changeDueMs(scaling), priceDueMs, idleDueMs, exchangeDueMs, blockedDueMs, keepDueMs);
  return { placed, started, finished, timedOut, stopping, cycle, dueMs, isCutShort };
}

interface Cycle {
  readonly cycle: CycleReport;
  /** Another cycle is due at once. */
  readonly isMoreLeft: boolean;
}

/** @param placed takes the task ids of what is to be launched. */
function runCycle(engine: Engine, { state, apply, now }: Facts, placed: string[]): Cycle {
  const { isDraining, provider, capacity: settings, ids } = engine;
  const { nowMs } = now;
  if (isDraining) return { cycle: NOTHING_PLACED, isMoreLeft: false };
  if (provider.outage() !== undefined) {
    return { cycle: placeNothing({ state, nowMs }, "provider-unavailable"), isMoreLeft: false };
  }
  const host = provider.capacity();
  const capacity = { host, supply: settings.supply };
  const keptForOnDemand = engine.wantedOnDemand ?? NO_RESOURCES;
  const placements: Placement[] = [];
  const launch = (one: Launch): void =>
    apply(launchInstance(one, ids, { nowMs, bootMs: settings.supply.bootMs }));
  const wanted: Resources[] = [];
  const cycle = schedule(
    { state, capacity, nowMs, keptForOnDemand, limit: PLACEMENTS_PER_TICK_MAX },
    {
      place: (placement) => void placements.push(placement),
      launch,
      wantRoom(job) {
        const jobQueue = state.jobQueues.get(job.jobQueueArn);
        const isLacking =
          jobQueue !== undefined && lacksRoomOnDemand(job, jobQueue, { state, capacity, nowMs });
        if (isLacking) wanted.push(job.resources);
      },
    },
  );
  for (const placement of placements) {
    const { changes, firstTaskId } = startAttempt(placement, state, ids, nowMs);
    for (const change of changes) apply(change);
    placed.push(firstTaskId);
  }
  const coming = reclaimForRoom(wanted, { state, apply, host, noticeMs: settings.spotNoticeMs, nowMs });
  // What is not kept for jobs on demand any more may be had by others at once.
  const isMoreToPlace = !fitsIn(keptForOnDemand, coming);
  engine.wantedOnDemand = coming;
  const isMoreToLaunch = launchForDemand(cycle.blocked, { state, capacity, nowMs }, launch);
  return { cycle, isMoreLeft: isMoreToPlace || isMoreToLaunch };
}

function scalingOf(
  { provider, capacity: settings, ids }: Engine,
  { state, apply, now }: Facts,
): ScalingFacts {
  const host = provider.outage() === undefined ? provider.capacity() : undefined;
  return { state, apply, settings, ids, host, nowMs: now.nowMs };
}

function takeNews(
  { launched }: Engine,
  { state, apply, news }: Facts,
): { readonly started: readonly StartedAttempt[]; readonly finished: FinishDecision[] } {
  const started: StartedAttempt[] = [];
  const finished: FinishDecision[] = [];
  for (const item of news) {
    const job = state.jobs.active.get(item.taskId);
    if (job === undefined) continue; // ended and durable already: acknowledged below
    const startedAtMs = item.kind === "started" ? item.atMs : item.startedAtMs;
    const attempt = job.activeAttempt;
    const task = launched.get(item.taskId);
    if (startedAtMs !== undefined && attempt !== undefined && attempt.startedAtMs === undefined) {
      assert(task !== undefined, `attempt ${item.taskId} runs without having been launched`);
      const address = item.kind === "started" ? item.address : undefined;
      for (const change of runAttempt(attempt, task.logs, state, { atMs: startedAtMs, address }))
        apply(change);
      started.push({ job, attempt, atMs: startedAtMs });
    }
    if (item.kind !== "ended") continue;
    for (const change of failedStart(job.activeAttempt, task, state, item.outcome)) apply(change);
    finished.push(...finish({ job, state, apply }, item.outcome, item.atMs));
  }
  return { started, finished };
}

function timeOut(state: LiveState, apply: (change: Change) => void, taskId: string, nowMs: number): void {
  const job = state.jobs.active.get(taskId);
  if (job === undefined) return;
  const stop = {
    because: "timed-out",
    statusReason: ATTEMPT_TIMED_OUT,
    requestedAtMs: nowMs,
  } as const;
  for (const change of wishToStop(state.jobs, job, stop)) apply(change);
}

/** Ends what is to end and was given to no provider, as nodes are not before their main node has come up. */
function endUnlaunched({ launched }: Engine, { state, apply, now }: Facts): readonly FinishDecision[] {
  const unlaunched = [...state.jobs.stopping].filter(([taskId]) => !launched.has(taskId));
  return unlaunched.flatMap(([, job]) => finish({ job, state, apply }, { kind: "start-failed" }, now.nowMs));
}

async function act(
  engine: Engine,
  news: readonly ProviderNews[],
  decided: Decided,
  now: Instant,
): Promise<number | undefined> {
  const { provider, deadlines, stops, launched, observer, unlaunched } = engine;
  for (const taskId of decided.timedOut) deadlines.forget(taskId);
  for (const { taskId, kind } of news) {
    provider.acknowledge(taskId, kind);
    if (kind !== "ended") continue;
    deadlines.forget(taskId);
    stops.forget(taskId);
    launched.delete(taskId);
  }
  for (const { job, attempt, atMs } of decided.started) {
    const hasEnded = job.activeAttempt?.taskId !== attempt.taskId;
    if (!hasEnded) deadlines.watch(attempt.taskId, job, atMs, now);
    for (const taskId of nodesToLaunch(engine, job)) unlaunched.add(taskId);
    observer.attemptStarted(atMs - attempt.placedAtMs);
  }
  for (const because of decided.finished) observer.attemptFinished(because);
  observer.cycleEnded(decided.cycle, provider.capacity());
  for (const taskId of decided.placed) unlaunched.add(taskId);
  const isAnyRefused = unlaunched.size > 0 && (await launchAttempts(engine, now.nowMs));
  const stopDueMs = stops.carryOut(decided.stopping, engine, now.monotonicMs);
  if (decided.isCutShort || isAnyRefused) return 0;
  return earliest(decided.dueMs, stopDueMs, deadlines.nextMs(now.monotonicMs));
}

/** The other nodes of a job start when its main node has come up. */
function nodesToLaunch({ sequencer }: Engine, job: LiveJob): readonly string[] {
  const { jobs } = sequencer.state;
  const nodes = jobs.nodesOf(job);
  if (nodes === undefined) return [];
  return [...nodes.active.values()]
    .filter((node) => mayRun(jobs, node))
    .flatMap(({ activeAttempt }) => activeAttempt?.taskId ?? []);
}

function earliest(...all: readonly (number | undefined)[]): number | undefined {
  let nextMs = Infinity;
  for (const dueMs of all) nextMs = Math.min(nextMs, dueMs ?? Infinity);
  return nextMs === Infinity ? undefined : nextMs;
}
