import { parseChildJobId } from "../../../batch/child-job.ts";
import type { DependencyTarget, FindDependency } from "../../../batch/dependencies.ts";
import { isTerminal } from "../../../batch/job.ts";
import type { JobDependency } from "../../../model/batch.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { LiveState } from "../../../store/live-state.ts";
import type { Store } from "../../../store/store.ts";

/** The jobs that a submission names in `dependsOn`, as the store had them. */
export type StoredDependencies = ReadonlyMap<string, DependencyTarget>;

const NONE: StoredDependencies = new Map();

/** A promise only where there are any: most jobs wait for nothing. */
export function readDependencies(
  store: Store,
  scope: Scope,
  dependsOn: readonly JobDependency[],
): StoredDependencies | Promise<StoredDependencies> {
  return dependsOn.length === 0 ? NONE : readNamed(store, scope, dependsOn);
}

async function readNamed(
  store: Store,
  scope: Scope,
  dependsOn: readonly JobDependency[],
): Promise<StoredDependencies> {
  // Nobody can depend on a node.
  const jobIds = dependsOn.flatMap(({ jobId }) =>
    jobId === undefined || parseChildJobId(jobId)?.kind === "node" ? [] : [jobId],
  );
  if (jobIds.length === 0) return NONE;
  const stored = await store.readJobs(scope, jobIds);
  return new Map(
    stored.map(({ job: { jobId, arraySize, childIndex }, progress: { status } }) => [
      jobId,
      // A child of an array has its size, too, but is none.
      { status, ...(arraySize !== undefined && childIndex === undefined && { arraySize }) },
    ]),
  );
}

/** What a dependency stands for at the moment of a decision: what is live, else what the store had. */
export function findDependency(state: LiveState, scope: Scope, stored: StoredDependencies): FindDependency {
  return (jobId) => findLive(state, scope, jobId) ?? stored.get(jobId);
}

/** Whether one of them has ended since the store was read: what became of it is known when it is read again. */
export function isOutdated(state: LiveState, scope: Scope, stored: StoredDependencies): boolean {
  if (stored.size === 0) return false;
  return [...stored].some(
    ([jobId, { status }]) => !isTerminal(status) && findLive(state, scope, jobId) === undefined,
  );
}

function findLive({ jobs }: LiveState, scope: Scope, jobId: string): DependencyTarget | undefined {
  const job = jobs.find(scope, jobId);
  if (job !== undefined) {
    const arraySize = jobs.arrayOf(job)?.size;
    return { status: job.status, ...(arraySize !== undefined && { arraySize }) };
  }
  const child = jobs.findArrayChild(scope, jobId);
  return child && { status: child.array.endOf(child.index) ?? "PENDING" };
}
