import type { JobStatus } from "../../model/batch.ts";
import type { KnownJob } from "../job-book.ts";

/** Which queues, or shares, have RUNNABLE jobs: counted, by what was committed. */
export class RunnableJobs {
  readonly #keyOf: (job: KnownJob) => string;
  readonly #counts = new Map<string, number>();
  /** Arrays whose children wait for capacity without being spawned. */
  readonly #arrays = new Set<KnownJob>();

  /** @param keyOf what jobs are counted by: their queue, or their share. */
  constructor(keyOf: (job: KnownJob) => string) {
    this.#keyOf = keyOf;
  }

  /** How many each has that has any. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  appeared(job: KnownJob): void {
    if (isCounted(job, job.status)) this.#add(job, 1);
    if (job.parent !== undefined) this.#look(job.parent);
  }

  moved(job: KnownJob, before: JobStatus): void {
    const change = (isCounted(job, job.status) ? 1 : 0) - (isCounted(job, before) ? 1 : 0);
    if (change !== 0) this.#add(job, change);
    this.#look(job);
  }

  #look(job: KnownJob): void {
    if (job.job.arraySize === undefined || job.parent !== undefined) return;
    const hasUnspawned = job.unspawned?.status === "RUNNABLE" && job.children.size < job.job.arraySize;
    if (hasUnspawned === this.#arrays.has(job)) return;
    this.#add(job, hasUnspawned ? 1 : -1);
    if (hasUnspawned) this.#arrays.add(job);
    else this.#arrays.delete(job);
  }

  #add(job: KnownJob, change: number): void {
    const key = this.#keyOf(job);
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}

/** Nodes are placed with their job. */
function isCounted({ job, parent }: KnownJob, status: JobStatus): boolean {
  return status === "RUNNABLE" && (parent === undefined || job.nodes === undefined);
}
