import { parseChildJobId } from "../../batch/child-job.ts";
import { isTerminal, isUnderWay } from "../../batch/job.ts";
import type { JobStatus } from "../../model/batch.ts";
import { isWaiting } from "../stored-child.ts";
import type { StoredDependency, StoredLiveChild, StoredLiveJob } from "../store.ts";
import { storedChild } from "./memory-job.ts";
import type { MemoryChild, MemoryJob } from "./memory-job.ts";

/** Finds a job of the scope of another one. */
type FindJob = (of: MemoryJob, jobId: string) => MemoryJob | undefined;

export function liveJob(found: MemoryJob, find: FindJob): StoredLiveJob {
  const { scope, jobId, jobQueueArn, resources, retryStrategy, attemptDurationSeconds } = found.job;
  const { arraySize, nodes, shareIdentifier, schedulingPriority = 0, workload } = found.job;
  const { status, queuePosition, attemptCount, unspawned } = found.progress;
  return {
    scope,
    jobId,
    jobQueueArn,
    status,
    queuePosition,
    attemptCount,
    resources,
    nodeResources: workload.kind === "multi-node" ? workload.nodes.map((node) => node.resources) : undefined,
    shareIdentifier,
    schedulingPriority: shareIdentifier === undefined ? 0 : schedulingPriority,
    retryStrategy,
    attemptDurationSeconds,
    activeAttempt: isUnderWay(status) ? found.attempts.at(-1) : undefined,
    ...(arraySize !== undefined && { array: { size: arraySize, unspawned } }),
    ...(nodes !== undefined && { nodes }),
    ...dependenciesOf(found, find),
    isStopRequested: found.progress.isCancelled || found.progress.isTerminated,
  };
}

/** Of the jobs, which are in the order of submission. */
export function liveChildren(jobs: readonly MemoryJob[], find: FindJob): StoredLiveChild[] {
  const live = jobs.filter(({ progress }) => !isTerminal(progress.status));
  const paired = new Set(live.flatMap((job) => pairedArrays(job, find)));
  return jobs
    .filter((job) => paired.has(job) || hasLiveChildren(job))
    .flatMap((parent) =>
      [...parent.children].sort(([a], [b]) => a - b).map(([index, child]) => liveChild(parent, index, child)),
    );
}

function liveChild(parent: MemoryJob, index: number, child: MemoryChild): StoredLiveChild {
  const { status, queuePosition, attemptCount } = child.progress;
  const hasAttempt = parent.job.nodes !== undefined || isUnderWay(status);
  return {
    parentJobId: parent.job.jobId,
    index,
    status,
    queuePosition,
    attemptCount,
    activeAttempt: hasAttempt ? child.attempts.at(-1) : undefined,
  };
}

function hasLiveChildren({ job, progress }: MemoryJob): boolean {
  return job.nodes === undefined ? !isTerminal(progress.status) : isUnderWay(progress.status);
}

/** The arrays whose children those of the job wait for. */
function pairedArrays(job: MemoryJob, find: FindJob): MemoryJob[] {
  const { dependsOn = [] } = dependenciesOf(job, find);
  return dependsOn
    .filter(({ type }) => type === "N_TO_N")
    .map(({ jobId = "" }) => find(job, jobId))
    .filter((found) => found !== undefined)
    .filter((found) => found.job.arraySize !== undefined);
}

function dependenciesOf(found: MemoryJob, find: FindJob): Pick<StoredLiveJob, "dependsOn"> {
  const { dependsOn } = found.job;
  if (dependsOn.length === 0 || !isWaiting(found.progress)) return {};
  return {
    dependsOn: dependsOn.map((dependency): StoredDependency => {
      const status = statusOf(found, dependency.jobId, find);
      return { ...dependency, ...(status !== undefined && { status }) };
    }),
  };
}

function statusOf(of: MemoryJob, jobId: string | undefined, find: FindJob): JobStatus | undefined {
  if (jobId === undefined) return undefined;
  const child = parseChildJobId(jobId);
  if (child === undefined) return find(of, jobId)?.progress.status;
  const parent = find(of, child.parentJobId);
  return parent === undefined ? undefined : storedChild(parent, child)?.progress.status;
}
