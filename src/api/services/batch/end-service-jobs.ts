import type { Cause } from "../../../batch/cause.ts";
import { terminateServiceJob } from "../../../batch/service-job.ts";
import type { ServiceJob } from "../../../batch/service-job.ts";
import type { Change } from "../../../store/change.ts";

/** Ends service jobs at once: nothing runs of them anywhere. */
export function endServiceJobs(
  jobs: readonly ServiceJob[],
  statusReason: string,
  facts: { readonly cause: Cause; readonly nowMs: number },
): readonly Change[] {
  return jobs.map((job) => ({
    kind: "service-job-put",
    serviceJob: terminateServiceJob(job, statusReason, facts),
  }));
}
