import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { LiveInstance } from "../../store/live-instances.ts";
import type { LiveState } from "../../store/live-state.ts";

/**
 * The Spot instances to be taken back so that the host has room for a job on demand: those launched last first, no more
 * than are needed, and none if what leaves already is enough or all of them are not.
 */
export function spotToReclaim(
  { instances, jobs }: LiveState,
  wanted: Resources,
  host: Resources,
): readonly LiveInstance[] {
  const all = [...instances.environments.values()].flatMap((environment) => [...environment.all.values()]);
  let free = subtractResources(host, jobs.hostUsage);
  for (const instance of all)
    if (instance.instance.leaving !== undefined) free = addResources(free, used(instance));
  if (fitsIn(wanted, free)) return [];
  const spot = all.filter(
    ({ instance, tasks }) => instance.isSpot && instance.leaving === undefined && tasks.size > 0,
  );
  const reclaimed: LiveInstance[] = [];
  for (const instance of spot.sort((a, b) => b.instance.launchedAtMs - a.instance.launchedAtMs)) {
    reclaimed.push(instance);
    free = addResources(free, used(instance));
    if (fitsIn(wanted, free)) return reclaimed;
  }
  return [];
}

function used({ instance, free }: LiveInstance): Resources {
  return instance.registeredAtMs === undefined ? NO_RESOURCES : subtractResources(instance.resources, free);
}
