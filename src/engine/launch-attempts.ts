import { logGroupArn, resourceName } from "../batch/arn.ts";
import type { Attempt } from "../batch/attempt.ts";
import { submittedJobId } from "../batch/child-job.ts";
import { attemptEnvironment } from "../batch/environment-variables.ts";
import { hostWorkload } from "../batch/host-workload.ts";
import type { Job } from "../batch/job.ts";
import { findLogStartFailure, logTarget } from "../batch/log-configuration.ts";
import { containerStreamId } from "../batch/log-stream.ts";
import { scopeKey } from "../batch/scope.ts";
import { STOP_TIMEOUT_SECONDS, taskContainers, taskModes } from "../batch/task-containers.ts";
import type { TaskContainer } from "../batch/task-containers.ts";
import { assert } from "../lib/assert.ts";
import { rememberLatest } from "../lib/remember-latest.ts";
import type { AttemptSpec } from "../providers/provider.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { StoredJob } from "../store/store.ts";
import type { Engine, LaunchedTask } from "./engine.ts";
import { finish } from "./finish-attempt.ts";

/**
 * Hands attempts that are durable in STARTING to the provider. Their documents are read now: the state in memory does
 * not hold them. Should that fail, the next tick tries again.
 *
 * One whose log has nowhere to go ends without the provider's hearing of it.
 *
 * @returns whether any ended so: there may be something to place again.
 */
export async function launchAttempts(engine: Engine, nowMs: number): Promise<boolean> {
  const refused: RefusedAttempt[] = [];
  const { active } = engine.sequencer.state.jobs;
  const placed = [...engine.unlaunched].flatMap((taskId) => active.get(taskId) ?? []);
  for (const { job, attempt } of await readActiveAttempts(engine, placed)) {
    const reason = logStartFailure(engine, job);
    if (reason === undefined) engine.provider.start(await attemptSpec(engine, job, attempt));
    else refused.push({ taskId: attempt.taskId, reason });
  }
  if (refused.length > 0) await finishRefused(engine, refused, nowMs);
  engine.unlaunched.clear();
  return refused.length > 0;
}

interface RefusedAttempt {
  readonly taskId: string;
  readonly reason: string;
}

function logStartFailure({ sequencer }: Engine, job: Job): string | undefined {
  const { logGroups } = sequencer.state;
  for (const { properties } of taskContainers(hostWorkload(job))) {
    const failure = findLogStartFailure(properties, (name) => logGroups.has(logGroupArn(job.scope, name)));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function finishRefused(
  { sequencer, observer }: Engine,
  refused: readonly RefusedAttempt[],
  nowMs: number,
): Promise<void> {
  const decisions = await sequencer.transact((state, apply) =>
    refused.flatMap(({ taskId, reason }) => {
      const job = state.jobs.active.get(taskId);
      if (job === undefined) return []; // ended meanwhile
      return finish({ job, state, apply }, { kind: "start-failed", reason }, nowMs);
    }),
  );
  for (const because of decisions) observer.attemptFinished(because);
}

/** Whether a placed job is to run now: a node does once the main node of its job has come up. */
export function mayRun(jobs: LiveState["jobs"], { parent }: LiveJob): boolean {
  if (parent === undefined || jobs.nodesOf(parent) === undefined) return true;
  return parent.activeAttempt?.startedAtMs !== undefined && parent.activeAttempt.outcome === undefined;
}

/** What the provider is to run, and a note of what the engine has to know of it. */
export async function attemptSpec(
  { launched, surroundings, sequencer }: Engine,
  job: Job,
  attempt: Attempt,
): Promise<AttemptSpec> {
  const { taskId } = attempt;
  const task = hostWorkload(job);
  const containers = taskContainers(task);
  const surrounded = await surroundings.prepare(job, attempt, containers);
  const mainNodeAddress = addressOfMainNode(sequencer.state.jobs, job);
  launched.set(taskId, launchedTask(job, taskId, containers));
  return {
    taskId,
    taskArn: attempt.taskArn,
    jobId: job.jobId,
    jobDefinitionArn: job.jobDefinitionArn,
    containers: containers.map((container, index) => {
      const around = surrounded[index];
      const { environment } = container.properties;
      return {
        ...container,
        environment: [
          ...(around?.defaults ?? []),
          ...attemptEnvironment(job, attempt, { environment, mainNodeAddress }),
          ...(around?.environment ?? []),
        ],
        ...(around !== undefined && { secrets: around.secrets }),
        ...(around?.registryCredentials && { registryCredentials: around.registryCredentials }),
        logStreamId: containerStreamId(taskId, index),
      };
    }),
    resources: task.resources,
    isVcpuLimited: attempt.instance === undefined,
    ...taskModes(task),
    ...(job.nodes !== undefined && { network: { groupId: groupIdOf(job, attempt) } }),
  };
}

// Attempts that follow each other are mostly of the same definition.
const jobDefinitionName = rememberLatest(resourceName);

function launchedTask(job: Job, taskId: string, containers: readonly TaskContainer[]): LaunchedTask {
  const definitionName = jobDefinitionName(job.jobDefinitionArn);
  const stopSeconds = containers.map(({ stopTimeoutSeconds = STOP_TIMEOUT_SECONDS }) => stopTimeoutSeconds);
  return {
    logs: containers.map(({ name: containerName, properties }, index) => ({
      ...logTarget(properties, definitionName, taskId, containerName),
      containerName,
      streamId: containerStreamId(taskId, index),
    })),
    stopGraceMs: Math.max(...stopSeconds) * 1000,
  };
}

/** The nodes of one attempt of a job are a group: those of the next attempt are another. */
function groupIdOf(job: Job, { number }: Attempt): string {
  return `${submittedJobId(job.jobId)}-${number}`;
}

function addressOfMainNode(jobs: LiveState["jobs"], { scope, jobId, nodes }: Job): string | undefined {
  if (nodes === undefined) return undefined;
  return jobs.find(scope, jobId)?.parent?.activeAttempt?.address;
}

/** The documents of jobs under way with their current attempt; those that have ended meanwhile are left out. */
export async function readActiveAttempts(
  { store }: Engine,
  jobs: readonly LiveJob[],
): Promise<{ readonly job: Job; readonly attempt: Attempt }[]> {
  const found: { job: Job; attempt: Attempt }[] = [];
  for (const [scope, ofScope] of Map.groupBy(jobs, (job) => scopeKey(job.scope))) {
    const first = ofScope[0];
    assert(first !== undefined, `no job in ${scope}`);
    const documents = await store.readJobs(
      first.scope,
      ofScope.map(({ jobId }) => jobId),
    );
    const byId = new Map(documents.map((stored): [string, StoredJob] => [stored.job.jobId, stored]));
    for (const { jobId, activeAttempt } of ofScope) {
      const stored = byId.get(jobId);
      assert(stored !== undefined, `job ${jobId} is live but not in the store`);
      if (activeAttempt !== undefined) found.push({ job: stored.job, attempt: activeAttempt });
    }
  }
  return found;
}
