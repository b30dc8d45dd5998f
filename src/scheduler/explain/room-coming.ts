import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { jobsRoomIsMadeFor } from "../scaling/reclaim.ts";
import type { ExplainFacts } from "./asked-job.ts";

/** Instances that leave for the sake of a job, and when the last of them is gone. */
interface Leaving {
  readonly instanceIds: readonly string[];
  readonly atMs: number;
}

/**
 * The Spot capacity that is taken back so that the host has room for a job on demand, and by when that has gone; undefined
 * where none is, or where the room is for jobs before it, or where nobody can tell when it is there.
 */
export function roomComing(
  job: LiveJob,
  { state, capacity, nowMs, keptForOnDemand = NO_RESOURCES }: ExplainFacts,
): Leaving | undefined {
  if (fitsIn(keptForOnDemand, NO_RESOURCES)) return undefined;
  const served = jobsRoomIsMadeFor({ state, capacity, nowMs });
  const place = served.findIndex(({ jobId }) => jobId === job.jobId);
  if (place === -1) return undefined;
  const wanted = served
    .slice(0, place + 1)
    .reduce((sum, { resources }) => addResources(sum, resources), NO_RESOURCES);
  let free = subtractResources(capacity.host, state.jobs.hostUsage);
  const instanceIds: string[] = [];
  for (const { atMs, instanceId, held } of leavingInstances(state)) {
    instanceIds.push(instanceId);
    free = addResources(free, held);
    if (fitsIn(wanted, free)) return { instanceIds, atMs };
  }
  return undefined;
}

/** Those that go at a known instant with what runs on them, the first to go before others. */
function leavingInstances({ instances }: ExplainFacts["state"]) {
  return [...instances.environments.values()]
    .flatMap(({ leaving }) => [...leaving])
    .flatMap(({ instance: { instanceId, leaving, resources }, free }) => {
      const atMs = leaving?.atMs;
      return atMs === undefined ? [] : [{ atMs, instanceId, held: subtractResources(resources, free) }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}
