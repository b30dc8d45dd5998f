import { parseChildJobId } from "../batch/child-job.ts";
import type { LiveJob } from "./live-job.ts";

/** What a job may do as far as the jobs decide that on which it depends. */
export type Standing = "ready" | "waiting" | "doomed";

/** One dependency of a job, and how what it names has ended; undefined while that has not. */
export interface LiveDependency {
  readonly jobId: string;
  readonly end: "SUCCEEDED" | "FAILED" | undefined;
}

/**
 * Which live jobs wait for which. Jobs that wait for nothing cost nothing here, and the end of a job costs as much as
 * there are jobs that wait for it.
 */
export class LiveDependencies {
  /** By the id of the job that waits. One that waits for nothing any more is `ready` and not in here. */
  readonly #waits = new Map<string, { unmetCount: number; isDoomed: boolean }>();
  /** Who waits, by the id of what is waited for. Jobs that ended meanwhile may still be among them. */
  readonly #dependents = new Map<string, LiveJob[]>();
  /** The children that are waited for, by the id of their array. */
  readonly #childrenByArray = new Map<string, Set<string>>();

  standingOf({ jobId }: LiveJob): Standing {
    const wait = this.#waits.get(jobId);
    if (wait === undefined) return "ready";
    return wait.isDoomed ? "doomed" : "waiting";
  }

  add(job: LiveJob, dependencies: readonly LiveDependency[]): void {
    const unmet = dependencies.filter(({ end }) => end === undefined);
    const isDoomed = dependencies.some(({ end }) => end === "FAILED");
    if (unmet.length === 0 && !isDoomed) return;
    this.#waits.set(job.jobId, { unmetCount: unmet.length, isDoomed });
    for (const { jobId } of unmet) this.#addDependent(jobId, job);
  }

  /** Notes the end of a job; returns those that are not `waiting` any more. */
  noteEnd(jobId: string, hasSucceeded: boolean): readonly LiveJob[] {
    const dependents = this.#dependents.get(jobId);
    if (dependents === undefined) return [];
    this.#forgetDependents(jobId);
    return dependents.filter((dependent) => {
      const wait = this.#waits.get(dependent.jobId);
      if (wait === undefined) return false;
      wait.unmetCount -= 1;
      wait.isDoomed ||= !hasSucceeded;
      if (wait.unmetCount === 0 && !wait.isDoomed) this.#waits.delete(dependent.jobId);
      return wait.unmetCount === 0 || wait.isDoomed;
    });
  }

  /** Those that wait for the job, each as often as it names it. Jobs that ended meanwhile may still be among them. */
  dependentsOf(jobId: string): readonly LiveJob[] {
    return this.#dependents.get(jobId) ?? [];
  }

  /** How many ends the job waits for yet. */
  unmetCountOf({ jobId }: LiveJob): number {
    return this.#waits.get(jobId)?.unmetCount ?? 0;
  }

  /** The children of the array that somebody waits for. */
  awaitedChildrenOf(arrayJobId: string): readonly string[] {
    return [...(this.#childrenByArray.get(arrayJobId) ?? [])];
  }

  /** A job that waits no more, whatever the reason. */
  forget({ jobId }: LiveJob): void {
    this.#waits.delete(jobId);
  }

  #addDependent(jobId: string, job: LiveJob): void {
    const dependents = this.#dependents.get(jobId);
    if (dependents !== undefined) {
      dependents.push(job);
      return;
    }
    this.#dependents.set(jobId, [job]);
    const child = parseChildJobId(jobId);
    if (child === undefined) return;
    const awaited = this.#childrenByArray.get(child.parentJobId) ?? new Set();
    this.#childrenByArray.set(child.parentJobId, awaited.add(jobId));
  }

  #forgetDependents(jobId: string): void {
    this.#dependents.delete(jobId);
    const child = parseChildJobId(jobId);
    if (child === undefined) return;
    const awaited = this.#childrenByArray.get(child.parentJobId);
    awaited?.delete(jobId);
    if (awaited?.size === 0) this.#childrenByArray.delete(child.parentJobId);
  }
}
