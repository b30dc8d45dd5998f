import type { JobDependency as GivenDependency, JobStatus } from "../model/batch.ts";
import { parseChildJobId } from "./child-job.ts";
import type { JobDependency } from "./job.ts";
import { Refusal } from "./refusal.ts";

/** Dependencies of one job (specification 13). */
const DEPENDENCIES_MAX = 20;

/** What a dependency names, as far as is known of it. */
export interface DependencyTarget {
  readonly status: JobStatus;
  /** Set where it is an array. */
  readonly arraySize?: number;
}

export type FindDependency = (jobId: string) => DependencyTarget | undefined;

/**
 * Reads the `dependsOn` of a submission (specification 2.1, 3.4, 3.5): at most 20, each of a job that exists. Only the
 * children of arrays can wait for one another: `SEQUENTIAL` for those of the same array, and `N_TO_N` for those of an
 * array of the same size.
 *
 * @param arraySize of the job that is submitted; absent if it is no array.
 */
export function parseDependencies(
  given: readonly GivenDependency[],
  arraySize: number | undefined,
  find: FindDependency,
): readonly JobDependency[] | Refusal {
  if (given.length > DEPENDENCIES_MAX) {
    return Refusal.bare(`dependsOn must have at most ${DEPENDENCIES_MAX} entries, got ${given.length}`);
  }
  for (const [index, dependency] of given.entries()) {
    const refusal = checkDependency(dependency, `dependsOn[${index}]`, { arraySize, find });
    if (refusal !== undefined) return refusal;
  }
  return given.map(({ jobId, type }) => ({
    ...(jobId !== undefined && { jobId }),
    ...(type !== undefined && { type }),
  }));
}

/** Whether a job can never run, since something that it depends on has failed already. */
export function isDoomed(dependsOn: readonly JobDependency[], find: FindDependency): boolean {
  return dependsOn.some(({ jobId }) => jobId !== undefined && find(jobId)?.status === "FAILED");
}

function checkDependency(
  { jobId, type }: GivenDependency,
  path: string,
  { arraySize, find }: { readonly arraySize: number | undefined; readonly find: FindDependency },
): Refusal | undefined {
  if (type !== undefined && arraySize === undefined) {
    return Refusal.bare(`${path}.type ${type} is for array jobs only`);
  }
  if (jobId === undefined) {
    return type === "SEQUENTIAL" ? undefined : Refusal.bare(`${path}.jobId is required`);
  }
  const target = parseChildJobId(jobId)?.kind === "node" ? undefined : find(jobId);
  if (target === undefined) return Refusal.bare(`${path}.jobId: job ${jobId} not found.`);
  if (type !== "N_TO_N" || target.arraySize === arraySize) return undefined;
  return Refusal.bare(
    `${path}: N_TO_N needs an array of the same size, ${arraySize}; ${jobId} ` +
      (target.arraySize === undefined ? "is no array" : `has ${target.arraySize} children`),
  );
}
