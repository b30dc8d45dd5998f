import { parseChildJobId } from "../batch/child-job.ts";
import type { UnspawnedChildren } from "../batch/job.ts";
import { assert } from "../lib/assert.ts";
import type { LinkedTable } from "../lib/linked-table.ts";
import type { LiveArray } from "./live-array.ts";
import type { LiveJob, MutableLiveJob } from "./live-job.ts";
import type { MutableQueue } from "./live-queues.ts";
import type { LiveRelations } from "./live-relations.ts";

type LiveJobTable = Pick<LinkedTable<MutableLiveJob>, "get">;

/**
 * Where jobs stand by their present state: in their queue, and among those that are to be taken a step further. What
 * becomes of one job may be what others wait for, and so change where those stand.
 */
export class LiveStandings {
  readonly toAdmit = new Set<LiveJob>();
  readonly toSpawn = new Set<LiveJob>();
  readonly endedArrays = new Set<LiveJob>();
  /** The highest place that any job has had, and the lowest. */
  lastPosition = 0;
  frontPosition = 0;
  readonly #jobs: LiveJobTable;
  readonly #relations: LiveRelations;

  constructor(jobs: LiveJobTable, relations: LiveRelations) {
    this.#jobs = jobs;
    this.#relations = relations;
  }

  /** Puts a job into every index that it belongs to by its present state. */
  enter(job: MutableLiveJob): void {
    const { queue } = job.share;
    queue.counts[job.status] += 1;
    this.lastPosition = Math.max(this.lastPosition, job.queuePosition);
    this.frontPosition = Math.min(this.frontPosition, job.queuePosition);
    if (job.status === "RUNNABLE") {
      if (job.isReserved) return;
      queue.addRunnable(job);
      queue.addDemand(job.terms, 1);
      return;
    }
    if (job.status !== "SUBMITTED" && job.status !== "PENDING") return;
    queue.waiting.add(job);
    const array = this.#relations.arrays.get(job.jobId);
    if (array !== undefined) this.#enterArray(job, array, queue);
    const isWaiting = job.status === "PENDING" && this.#relations.dependencies.standingOf(job) === "waiting";
    if (!isWaiting && array?.unspawned === undefined) this.toAdmit.add(job);
  }

  #enterArray(job: MutableLiveJob, array: LiveArray, queue: MutableQueue): void {
    queue.counts[array.unspawned?.status ?? job.status] += array.unspawnedCount;
    if (array.hasRunnable) {
      queue.addRunnable(job);
      queue.addDemand(job.terms, array.unspawnedCount);
    }
    if (array.isReconsidered) this.toSpawn.add(job);
    if (array.isOver) this.endedArrays.add(job);
  }

  /** Takes a job out of every index; the counterpart of `enter`. */
  leave(job: MutableLiveJob): void {
    const { queue } = job.share;
    queue.counts[job.status] -= 1;
    if (job.status === "RUNNABLE") {
      if (job.isReserved) job.isReserved = false;
      else {
        queue.removeRunnable(job);
        queue.addDemand(job.terms, -1);
      }
      return;
    }
    if (job.status !== "SUBMITTED" && job.status !== "PENDING") return;
    queue.waiting.delete(job);
    this.toAdmit.delete(job);
    const array = this.#relations.arrays.get(job.jobId);
    if (array !== undefined) this.#leaveArray(job, array, queue);
  }

  #leaveArray(job: MutableLiveJob, array: LiveArray, queue: MutableQueue): void {
    queue.counts[array.unspawned?.status ?? job.status] -= array.unspawnedCount;
    if (array.hasRunnable) {
      queue.removeRunnable(job);
      queue.addDemand(job.terms, -array.unspawnedCount);
    }
    this.toSpawn.delete(job);
    this.endedArrays.delete(job);
  }

  /** Changes something about a job on which its place in the indexes depends. One that has ended is in none. */
  reenter({ jobId }: LiveJob, change?: () => void): void {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    this.leave(job);
    change?.();
    this.enter(job);
  }

  /** Notes the end of a child, or of a node, for its parent and for those that waited for it. */
  noteChildEnd(parent: MutableLiveJob, index: number, child: Pick<LiveJob, "jobId" | "status">): void {
    this.#relations.nodes.get(parent.jobId)?.active.delete(index);
    const array = this.#relations.arrays.get(parent.jobId);
    if (array === undefined) return;
    this.reenter(parent, () => array.noteEnd(index, child.status));
    for (const paired of this.#relations.pairedWith(parent.jobId)) {
      this.reenter(paired, () => this.#relations.arrays.get(paired.jobId)?.reconsider(index));
    }
    this.tellDependents(child);
  }

  /** Those that waited for the job, which has ended, wait for it no more. */
  tellDependents({ jobId, status }: Pick<LiveJob, "jobId" | "status">): void {
    for (const dependent of this.#relations.dependencies.noteEnd(jobId, status === "SUCCEEDED"))
      this.reenter(dependent);
  }

  /** Notes what the children of an array are that have not been spawned. */
  changeUnspawned({ jobId }: LiveJob, unspawned: UnspawnedChildren): void {
    const array = this.#relations.arrays.get(jobId);
    assert(array !== undefined, `job ${jobId} is no array`);
    array.unspawned = unspawned;
    array.reconsiderAll();
    if (unspawned.status !== "FAILED") return;
    for (const paired of this.#relations.pairedWith(jobId)) this.reconsiderAll(paired);
    for (const childId of this.#relations.dependencies.awaitedChildrenOf(jobId)) {
      const index = parseChildJobId(childId)?.index;
      if (index === undefined || array.isSpawned(index)) continue;
      this.tellDependents({ jobId: childId, status: "FAILED" });
    }
  }

  /** The children of the array may all have stopped waiting for others. */
  reconsiderAll(job: LiveJob): void {
    this.reenter(job, () => this.#relations.arrays.get(job.jobId)?.reconsiderAll());
  }
}
