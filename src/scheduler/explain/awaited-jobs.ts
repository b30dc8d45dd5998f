import { parseChildJobId } from "../../batch/child-job.ts";
import type { LiveState } from "../../store/live-state.ts";
import type { AskedJob } from "./asked-job.ts";
import type { AwaitedJob } from "./explanation.ts";

/** The jobs that a job still waits for; of a child of an array those of the children's own order. */
export function awaitedJobs({ jobId, job, dependsOn }: AskedJob, { jobs }: LiveState): readonly AwaitedJob[] {
  const child = parseChildJobId(jobId);
  const ids = dependsOn.flatMap((dependency) => {
    if (dependency.type === "SEQUENTIAL" || dependency.jobId === undefined) {
      return child === undefined || child.index === 0 ? [] : [`${child.parentJobId}:${child.index - 1}`];
    }
    const isEachForItself = dependency.type === "N_TO_N" && child?.kind === "array-child";
    return isEachForItself ? [`${dependency.jobId}:${child.index}`] : [dependency.jobId];
  });
  return ids.flatMap((id) => {
    const live = jobs.find(job.scope, id);
    if (live !== undefined) return [{ jobId: id, status: live.status }];
    const unspawned = jobs.findArrayChild(job.scope, id);
    if (unspawned === undefined || unspawned.array.endOf(unspawned.index) !== undefined) return [];
    return [{ jobId: id, status: unspawned.array.unspawned?.status ?? unspawned.parent.status }];
  });
}
