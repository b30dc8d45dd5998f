import { submittedJobId } from "../batch/child-job.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Provider } from "../providers/provider.ts";
import { blockedReason } from "../scheduler/blocked-reason.ts";
import type { BlockedQueue, CycleReport } from "../scheduler/schedule.ts";

/**
 * Why jobs that have not come up have not: what the latest cycle and the provider know and the store does not keep.
 * Sentences are made when somebody asks.
 */
export class JobSituations {
  readonly #provider: Pick<Provider, "stageOf" | "outage">;
  /** By the id of the head. */
  #blocked: ReadonlyMap<string, BlockedQueue> = new Map();
  #blockedQueues: ReadonlyMap<string, BlockedQueue> = new Map();

  constructor(provider: Pick<Provider, "stageOf" | "outage">) {
    this.#provider = provider;
  }

  cycleEnded({ blocked }: CycleReport): void {
    this.#blocked = new Map(blocked.map((queue) => [queue.jobId, queue]));
    this.#blockedQueues = new Map(blocked.map((queue) => [queue.jobQueueArn, queue]));
  }

  /** Who waits at the head of the queue and for what, as of the latest cycle; undefined where nobody does. */
  waitingHead(jobQueueArn: string): BlockedQueue | undefined {
    return this.#blockedQueues.get(jobQueueArn);
  }

  /** What the job waits for in RUNNABLE or is about in STARTING; undefined where there is nothing to tell. */
  sentenceFor(jobId: string, status: JobStatus, taskId: string | undefined): string | undefined {
    if (status === "STARTING") return taskId === undefined ? undefined : this.#provider.stageOf(taskId);
    if (status !== "RUNNABLE") return undefined;
    const blocked = this.#blocked.get(submittedJobId(jobId)) ?? this.#blocked.get(jobId);
    return blocked && blockedReason(blocked.because, this.#provider.outage(), blocked.wanted);
  }
}
