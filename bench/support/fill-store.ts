import { randomBytes, randomUUID } from "node:crypto";
import { computeEnvironmentArn, ecsClusterArn, jobQueueArn, taskArn } from "../../src/batch/arn.ts";
import type { Job, JobProgress } from "../../src/batch/job.ts";
import { Refusal } from "../../src/batch/refusal.ts";
import { createJob } from "../../src/batch/submission.ts";
import type { SubmitJobRequest } from "../../src/model/batch.ts";
import type { Change } from "../../src/store/change.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { submission } from "./batch-request.ts";
import { DEFINITION, QUEUE, SCOPE } from "./waiting-server.ts";

const JOBS_PER_COMMIT = 10_000;

export interface Filling {
  readonly waiting: number;
  readonly ended: number;
  /** What submits a job of the name; absent: a request as the benchmarks send it. */
  readonly requestOf?: (jobName: string) => SubmitJobRequest;
}

function usualRequest(jobName: string): SubmitJobRequest {
  // The model's type has more that may be left out than the literal's.
  return submission(jobName, QUEUE, DEFINITION) as SubmitJobRequest;
}

/**
 * Puts jobs into a store that no server has open, after `makeWaitingQueue`: as they are when half an hour of submissions
 * waits in RUNNABLE, or has ended. Returns their ids.
 */
export async function fillStore(
  path: string,
  { requestOf = usualRequest, ...counts }: Filling,
): Promise<string[]> {
  await using store = SqliteStore.open(path);
  const definition = await store.readJobDefinition(SCOPE, DEFINITION, 1);
  if (definition === undefined) throw new Error("the store has no definition for the jobs");
  const jobIds: string[] = [];
  const total = counts.waiting + counts.ended;
  const firstAtMs = Date.now() - 30 * 60_000;
  for (let first = 0; first < total; first += JOBS_PER_COMMIT) {
    const changes: Change[] = [];
    for (let index = first; index < Math.min(total, first + JOBS_PER_COMMIT); index += 1) {
      // Waiting and ended ones alternate as long as there are both.
      const isEnded = index % 2 === 1 ? index < 2 * counts.ended : index >= 2 * counts.waiting;
      const job = createJob(requestOf(`report-${index}`), definition, {
        findDependency: () => undefined,
        scope: SCOPE,
        jobId: randomUUID(),
        jobQueueArn: jobQueueArn(SCOPE, QUEUE),
        nowMs: firstAtMs + index,
        cause: { principal: "arn:aws:iam::000000000000:user/bench", requestId: randomUUID() },
      });
      if (job instanceof Refusal) throw new Error(job.text);
      jobIds.push(job.jobId);
      changes.push(...(isEnded ? endedJob(job, index) : waitingJob(job, index)));
    }
    await store.commit(changes);
  }
  return jobIds;
}

const NOT_STARTED = { attemptCount: 0, isCancelled: false, isTerminated: false } as const;

function waitingJob(job: Job, queuePosition: number): Change[] {
  return [{ kind: "job-submitted", job, progress: { ...NOT_STARTED, status: "RUNNABLE", queuePosition } }];
}

/** A job that ran for a minute and went well. */
function endedJob(job: Job, queuePosition: number): Change[] {
  const { scope, jobId, createdAtMs } = job;
  const [placedAtMs, startedAtMs, stoppedAtMs] = [createdAtMs + 20, createdAtMs + 25, createdAtMs + 60_025];
  const statusReason = "Essential container in task exited";
  const progress: JobProgress = {
    ...NOT_STARTED,
    status: "SUCCEEDED",
    statusReason,
    queuePosition,
    attemptCount: 1,
    scheduledAtMs: placedAtMs,
    startedAtMs,
    stoppedAtMs,
  };
  const taskId = randomBytes(16).toString("hex");
  const clusterArn = ecsClusterArn(scope, "reports", "0f3c5e8a-0000-4000-8000-000000000000");
  const attempt = {
    scope,
    jobId,
    number: 1,
    taskId,
    taskArn: taskArn(clusterArn, taskId),
    computeEnvironmentArn: computeEnvironmentArn(scope, "reports"),
    logGroupName: "/aws/batch/job",
    logStreamName: `report/default/${taskId}`,
    placedAtMs,
    startedAtMs,
    stoppedAtMs,
    outcome: { kind: "exited", exitCode: 0, peakMemoryBytes: 104_857_600, cpuTimeMs: 58_000 },
    statusReason,
  } as const;
  return [
    { kind: "job-submitted", job, progress },
    { kind: "attempt-put", attempt },
  ];
}
