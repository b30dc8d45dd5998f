import type { LiveInstance } from "../../../store/live-instances.ts";
import type { LiveState } from "../../../store/live-state.ts";
import { endingOf, holdersOfInstance, JOBS_NAMED_MAX } from "./ending-jobs.ts";
import type { Holder } from "./ending-jobs.ts";

/** Jobs, and the instances that are empty without them. */
export interface Emptying {
  readonly holders: readonly Holder[];
  readonly instances: readonly LiveInstance[];
}

export const NOTHING_EMPTIED: Emptying = { holders: [], instances: [] };

/** Of more instances not all are thought of as empty. */
const CANDIDATES_MAX = 20;

/** Those of the instances that are empty once a few jobs have ended, in the order of how few these are. */
export function emptyingsOf(instances: readonly LiveInstance[], state: LiveState): readonly Emptying[] {
  return instances
    .filter((live) => live.tasks.size > 0 && live.tasks.size <= JOBS_NAMED_MAX && isEnding(live, state))
    .sort((a, b) => a.tasks.size - b.tasks.size)
    .slice(0, CANDIDATES_MAX)
    .map((live) => withEmptied(NOTHING_EMPTIED, live, state));
}

/** What is found for one of these by itself; else for the first of them together, as long as that takes a few jobs only. */
export function findEnough<Found>(
  candidates: readonly Emptying[],
  find: (emptying: Emptying) => Found | undefined,
): Found | undefined {
  for (const candidate of candidates) {
    const found = find(candidate);
    if (found !== undefined) return found;
  }
  let several = NOTHING_EMPTIED;
  for (const candidate of candidates) {
    several = bothOf(several, candidate);
    if (several.holders.length > JOBS_NAMED_MAX) return undefined;
    const found = find(several);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether all that it is charged for is known to end: see `endingOf`. */
export function isEnding({ tasks }: LiveInstance, { jobs }: LiveState): boolean {
  return [...tasks].every((taskId) => {
    const job = jobs.active.get(taskId);
    return job !== undefined && endingOf(job) !== undefined;
  });
}

/** Together with one instance more, and those on it. */
export function withEmptied(before: Emptying, live: LiveInstance, state: LiveState): Emptying {
  return bothOf(before, { holders: holdersOfInstance(live, state), instances: [live] });
}

/** A multi-node job may have nodes on instances of both. */
function bothOf(a: Emptying, b: Emptying): Emptying {
  const known = new Set(a.holders.map(({ job }) => job));
  const others = b.holders.filter(({ job }) => !known.has(job));
  return { holders: [...a.holders, ...others], instances: [...a.instances, ...b.instances] };
}
