import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { isSpotCapacity } from "../placement.ts";
import { jobsRoomIsMadeFor } from "../scaling/reclaim.ts";
import type { ExplainFacts } from "./asked-job.ts";
import { isEnding } from "./emptying.ts";
import { holdersOfInstance } from "./ending-jobs.ts";
import { isOvertaken, isTriedAgainBefore } from "./overtaken.ts";

/** Instances that leave for the sake of a job, and when the last of them is gone. */
interface Leaving {
  readonly instanceIds: readonly string[];
  readonly atMs: number;
}

/**
 * The Spot capacity that is taken back so that the host has room for a job on demand, and by when that has gone; undefined
 * where none is, or where the room is for others: for jobs before it, or for one that goes first when what holds it ends.
 */
export function roomComing(job: LiveJob, facts: ExplainFacts): Leaving | undefined {
  const { state, capacity, nowMs, keptForOnDemand = NO_RESOURCES } = facts;
  if (fitsIn(keptForOnDemand, NO_RESOURCES)) return undefined;
  const served = jobsRoomIsMadeFor({ state, capacity, nowMs });
  const place = served.findIndex(({ jobId }) => jobId === job.jobId);
  if (place === -1) return undefined;
  const wanted = served
    .slice(0, place + 1)
    .reduce((sum, { resources }) => addResources(sum, resources), NO_RESOURCES);
  let free = subtractResources(capacity.host, state.jobs.hostUsage);
  const leaving: LiveInstance[] = [];
  for (const { live, atMs } of leavingInstances(state)) {
    leaving.push(live);
    free = addResources(free, subtractResources(live.instance.resources, live.free));
    if (!fitsIn(wanted, free)) continue;
    if (isForOthers(leaving, job, facts)) return undefined;
    return { instanceIds: leaving.map(({ instance }) => instance.instanceId), atMs };
  }
  return undefined;
}

/** Those that go at a known instant with what runs on them, the first to go before others. */
function leavingInstances({ instances }: LiveState) {
  return [...instances.environments.values()]
    .flatMap(({ leaving }) => [...leaving])
    .flatMap((live) => {
      const atMs = live.instance.leaving?.atMs;
      return atMs === undefined ? [] : [{ atMs, live }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}

function isForOthers(leaving: readonly LiveInstance[], job: LiveJob, facts: ExplainFacts): boolean {
  const { state } = facts;
  if (!leaving.every((live) => isEnding(live, state))) return true;
  const holders = leaving.flatMap((live) => holdersOfInstance(live, state));
  // The room is kept from those that can go on Spot capacity only.
  const onDemand = holders.filter((holder) => mayGoOnDemand(holder.job.jobQueueArn, state));
  return isTriedAgainBefore(onDemand, job, state) || isOvertaken(holders, job, facts);
}

function mayGoOnDemand(jobQueueArn: string, { jobQueues, computeEnvironments }: LiveState): boolean {
  const { computeEnvironmentOrder = [] } = jobQueues.get(jobQueueArn) ?? {};
  return computeEnvironmentOrder.some(({ computeEnvironment }) => {
    const environment = computeEnvironments.get(computeEnvironment);
    return environment !== undefined && !isSpotCapacity(environment);
  });
}
