import type { JobDependency } from "../../batch/job.ts";
import type { Scope } from "../../batch/scope.ts";
import type { LiveState } from "../../store/live-state.ts";
import type { AskedJob } from "./asked-job.ts";

/**
 * The job, child or node of the id as it can be asked about; undefined if it has ended, or never was.
 *
 * @param dependsOn those of its document.
 */
export function findAskedJob(
  { jobs, consumables }: LiveState,
  scope: Scope,
  jobId: string,
  dependsOn: readonly JobDependency[],
): AskedJob | undefined {
  const consumableResources = consumables.neededBy(jobId);
  const job = jobs.find(scope, jobId);
  if (job !== undefined) return { jobId, job, dependsOn, consumableResources };
  const child = jobs.findArrayChild(scope, jobId);
  if (child === undefined || child.array.endOf(child.index) !== undefined) return undefined;
  return { jobId, job: child.parent, childIndex: child.index, dependsOn, consumableResources };
}
