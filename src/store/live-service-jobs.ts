import { isSameScope } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { compareServiceJobs, hasServiceJobEnded } from "../batch/service-job.ts";
import type { ServiceJob } from "../batch/service-job.ts";

/** Service jobs that have not ended, as decisions see them. */
export interface ServiceJobs {
  find(scope: Scope, jobId: string): ServiceJob | undefined;
  /** In the order in which they would be dispatched. */
  ofQueue(jobQueueArn: string): readonly ServiceJob[];
}

/** For use by the live state only, which hands it out as `ServiceJobs`. */
export class LiveServiceJobs implements ServiceJobs {
  readonly #jobs = new Map<string, ServiceJob>();

  find(scope: Scope, jobId: string): ServiceJob | undefined {
    const job = this.#jobs.get(jobId);
    return job !== undefined && isSameScope(job.scope, scope) ? job : undefined;
  }

  ofQueue(jobQueueArn: string): readonly ServiceJob[] {
    return [...this.#jobs.values()].filter((job) => job.jobQueueArn === jobQueueArn).sort(compareServiceJobs);
  }

  put(job: ServiceJob): void {
    if (hasServiceJobEnded(job)) this.#jobs.delete(job.jobId);
    else this.#jobs.set(job.jobId, job);
  }
}
