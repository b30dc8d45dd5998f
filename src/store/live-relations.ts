import { parseChildJobId } from "../batch/child-job.ts";
import type { JobDependency } from "../batch/job.ts";
import { LiveArray } from "./live-array.ts";
import { LiveDependencies } from "./live-dependencies.ts";
import type { LiveDependency } from "./live-dependencies.ts";
import type { LiveJob } from "./live-job.ts";
import type { StoredDependency } from "./store.ts";

/** The nodes of a multi-node job. Its main node is the job itself, which is charged for all of them. */
export interface LiveNodes {
  readonly count: number;
  readonly main: number;
  /** Those other than the main one that are placed and have not ended, by index. */
  readonly active: ReadonlyMap<number, LiveJob>;
}

/** What a job is to others when it comes into being. */
interface Relations {
  readonly arraySize: number | undefined;
  readonly dependsOn: readonly StoredDependency[] | undefined;
}

/** Who waits for the ends of whom. */
export interface WaitingFor {
  readonly dependencies: Pick<LiveDependencies, "dependentsOf" | "unmetCountOf">;
  /** The arrays whose children wait for those of the array. */
  pairedWith(arrayJobId: string): readonly LiveJob[];
}

/** What jobs are to one another: which wait for which, which are arrays, which have nodes. */
export class LiveRelations implements WaitingFor {
  /** By job id, as are the nodes. */
  readonly arrays = new Map<string, LiveArray>();
  readonly nodes = new Map<string, LiveNodes & { readonly active: Map<number, LiveJob> }>();
  readonly dependencies = new LiveDependencies();
  /** The arrays whose children wait for those of the array of the id. */
  readonly #pairedWith = new Map<string, LiveJob[]>();
  readonly #isLive: (jobId: string) => boolean;

  constructor(isLive: (jobId: string) => boolean) {
    this.#isLive = isLive;
  }

  pairedWith(arrayJobId: string): readonly LiveJob[] {
    return this.#pairedWith.get(arrayJobId) ?? [];
  }

  /** Notes what a job waits for, and makes an array of one that is to have children. */
  relate(job: LiveJob, { arraySize, dependsOn = [] }: Relations, endedArrays?: Map<string, LiveArray>): void {
    if (arraySize === undefined && dependsOn.length === 0) return;
    const ofChildren = arraySize === undefined ? [] : dependsOn.filter(isBetweenChildren);
    const ofJob = dependsOn.filter((dependency) => !ofChildren.includes(dependency));
    this.dependencies.add(
      job,
      ofJob.flatMap((dependency) => this.#resolve(dependency)),
    );
    if (arraySize === undefined) return;
    const pairs = ofChildren.flatMap((dependency) => this.#pair(job, dependency, arraySize, endedArrays));
    const isSequential = dependsOn.some(({ type }) => type === "SEQUENTIAL");
    const order = isSequential || ofChildren.length > 0 ? { isSequential, pairs } : undefined;
    this.arrays.set(job.jobId, new LiveArray(arraySize, order));
  }

  /** Forgets all of a job that has ended. */
  remove(job: LiveJob): void {
    this.dependencies.forget(job);
    this.arrays.delete(job.jobId);
    this.nodes.delete(job.jobId);
    this.#pairedWith.delete(job.jobId);
  }

  /**
   * How a dependency has ended. What the store says of it stands: the children are not there yet while jobs are taken up.
   * One of which it says nothing, and that is not live, has succeeded.
   */
  #resolve({ jobId, status }: StoredDependency): readonly LiveDependency[] {
    if (jobId === undefined) return [];
    if (status === "SUCCEEDED" || status === "FAILED") return [{ jobId, end: status }];
    if (status !== undefined || this.#isLive(jobId)) return [{ jobId, end: undefined }];
    const child = parseChildJobId(jobId);
    const array = child === undefined ? undefined : this.arrays.get(child.parentJobId);
    const end = array === undefined || child === undefined ? "SUCCEEDED" : array.endOf(child.index);
    return [{ jobId, end }];
  }

  /** The array whose children those of the job wait for; none if it ended, and well, before the job was submitted. */
  #pair(
    job: LiveJob,
    { jobId, status }: StoredDependency,
    size: number,
    endedArrays?: Map<string, LiveArray>,
  ): readonly LiveArray[] {
    if (jobId === undefined) return [];
    const live = this.arrays.get(jobId);
    if (live !== undefined) {
      this.#pairedWith.set(jobId, [...this.pairedWith(jobId), job]);
      return [live];
    }
    if (status === undefined || endedArrays === undefined) return [];
    const ended = endedArrays.get(jobId) ?? new LiveArray(size);
    if (status === "FAILED") ended.unspawned = { status };
    endedArrays.set(jobId, ended);
    return [ended];
  }
}

/** Whether the dependency of an array is one of each child for itself. */
function isBetweenChildren({ jobId, type }: JobDependency): boolean {
  return jobId === undefined || type === "N_TO_N";
}
