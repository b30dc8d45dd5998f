import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../../batch/resources.ts";
import type { LiveInstance } from "../../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../../store/live-state.ts";
import { isSpotCapacity } from "../../placement.ts";
import { jobsRoomIsMadeFor } from "../../scaling/reclaim.ts";
import type { ExplainFacts } from "../asked-job.ts";
import { isEnding } from "./emptying.ts";
import { holdersOfInstance } from "./ending-jobs.ts";
import { firstToLeave, idsOf } from "./leaving-instances.ts";
import type { Leaving } from "./leaving-instances.ts";
import { isOvertaken, isTriedAgainBefore } from "./overtaken.ts";

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
  for (const { live, atMs } of firstToLeave(leavingOfAll(state))) {
    leaving.push(live);
    free = addResources(free, subtractResources(live.instance.resources, live.free));
    if (!fitsIn(wanted, free)) continue;
    if (isForOthers(leaving, job, facts)) return undefined;
    return { instanceIds: idsOf(leaving), atMs };
  }
  return undefined;
}

function* leavingOfAll({ instances }: LiveState): Generator<LiveInstance, undefined, undefined> {
  for (const { leaving } of instances.environments.values()) yield* leaving;
  return undefined;
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
