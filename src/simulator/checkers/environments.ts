import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { isTerminal } from "../../batch/job.ts";
import type { Attempt } from "../../batch/attempt.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/** What an environment has, as far as what was committed tells. */
interface Held {
  readonly instances: Map<string, Instance>;
  vcpuMillis: number;
  /** Whose attempts are under way there, by task id. */
  readonly jobs: Map<string, KnownJob>;
}

/**
 * Environments and queues do what their state, status and settings say at the time (specification 5.2, 5.7, 5.8, 5.11, 6.2):
 *
 * - a job is placed in an environment that its queue has, that is ENABLED, and VALID or UPDATING;
 * - instances are launched for jobs there, and elsewhere up to `minvCpus` only; idle ones go, but never below it;
 * - what runs on an instance that is to leave is stopped when its time is up;
 * - an update is over when no instance of an earlier configuration is left, and an environment or queue is gone when it
 *   holds nothing any more.
 */
export function checkEnvironments({ fail, clock }: CheckerTools): Checker {
  const environments = new Map<string, ComputeEnvironment>();
  const queues = new Map<string, JobQueue>();
  const liveCounts = new Map<string, number>();
  const held = new Map<string, Held>();
  /** Instances that are to leave, by id. */
  const leaving = new Map<string, Instance>();
  let overstayed: ReadonlySet<string> = new Set();

  const heldBy = (arn: string): Held => {
    const known = held.get(arn) ?? { instances: new Map(), vcpuMillis: 0, jobs: new Map() };
    held.set(arn, known);
    return known;
  };

  const putEnvironment = (environment: ComputeEnvironment): void => {
    const { arn, status, configurationVersion } = environment;
    if (status === "VALID" && environments.get(arn)?.status === "UPDATING") {
      for (const instance of heldBy(arn).instances.values())
        if (instance.configurationVersion < configurationVersion)
          fail(`${arn} is ${status}, and ${instance.instanceId} is of an earlier configuration`);
    }
    const { minvCpus = 0, maxvCpus = 0, desiredvCpus = minvCpus } = environment.computeResources ?? {};
    if (desiredvCpus < minvCpus || desiredvCpus > maxvCpus)
      fail(`${arn} wants ${desiredvCpus} vCPUs, which is not between ${minvCpus} and ${maxvCpus}`);
    environments.set(arn, environment);
  };

  const removeEnvironment = (name: string): void => {
    for (const { arn } of environments.values()) {
      if (!arn.endsWith(`/${name}`)) continue;
      const { instances, jobs } = heldBy(arn);
      if (instances.size + jobs.size > 0)
        fail(`${arn} is gone, and has ${instances.size} instances and ${jobs.size} attempts`);
      environments.delete(arn);
    }
  };

  const removeQueue = (name: string): void => {
    for (const { arn } of queues.values()) {
      if (!arn.endsWith(`/${name}`)) continue;
      const liveCount = liveCounts.get(arn) ?? 0;
      if (liveCount > 0) fail(`${arn} is gone, and has ${liveCount} jobs`);
      queues.delete(arn);
    }
  };

  const putInstance = (instance: Instance): void => {
    const { instanceId, computeEnvironmentArn: arn } = instance;
    const all = heldBy(arn);
    const environment = environments.get(arn);
    const before = all.instances.get(instanceId);
    all.vcpuMillis -= before?.resources.vcpuMillis ?? 0;
    const problem = environment && !before ? refuseLaunch(environment, all.vcpuMillis) : undefined;
    if (problem !== undefined) fail(`${instanceId} is launched in ${arn}, which ${problem}`);
    if (instance.terminatedAtMs === undefined) {
      all.instances.set(instanceId, instance);
      all.vcpuMillis += instance.resources.vcpuMillis;
      if (instance.leaving !== undefined) leaving.set(instanceId, instance);
      return;
    }
    all.instances.delete(instanceId);
    leaving.delete(instanceId);
    if (instance.terminatedBecause === "idle" && all.vcpuMillis < minMillisOf(environment))
      fail(`${instanceId} was idle, and ${arn} has less than its minvCpus without it`);
  };

  /** What runs on instances whose time is up, and nobody has said that it is to stop. */
  const overstaying = (nowMs: number): ReadonlySet<string> => {
    const taskIds = new Set<string>();
    for (const { instanceId, computeEnvironmentArn, leaving: notice } of leaving.values()) {
      if ((notice?.atMs ?? Infinity) > nowMs) continue;
      for (const [taskId, { attempt }] of heldBy(computeEnvironmentArn).jobs)
        if (attempt?.instance?.instanceId === instanceId && attempt.stopping === undefined)
          taskIds.add(taskId);
    }
    return taskIds;
  };

  const place = ({ jobId, job: { jobQueueArn } }: KnownJob, arn: string): void => {
    const environment = environments.get(arn);
    const queue = queues.get(jobQueueArn);
    if (environment === undefined || !isOpen(environment))
      fail(`${jobId} is placed in ${arn}, which is ${environment?.state} and ${environment?.status}`);
    const order = queue?.computeEnvironmentOrder ?? [];
    if (!order.some(({ computeEnvironment }) => computeEnvironment === arn))
      fail(`${jobId} is placed in ${arn}, which ${jobQueueArn} does not have`);
    if (queue?.status === "DELETING") fail(`${jobId} is placed, and ${jobQueueArn} is being deleted`);
  };

  return {
    changed(change) {
      if (change.kind === "compute-environment-put") putEnvironment(change.computeEnvironment);
      if (change.kind === "compute-environment-removed") removeEnvironment(change.name);
      if (change.kind === "job-queue-put") queues.set(change.jobQueue.arn, change.jobQueue);
      if (change.kind === "job-queue-removed") removeQueue(change.name);
      if (change.kind === "instance-put") putInstance(change.instance);
    },
    appeared({ job: { jobQueueArn }, parent, status }) {
      if (parent === undefined && !isTerminal(status)) add(liveCounts, jobQueueArn, 1);
    },
    moved({ job: { jobQueueArn }, parent, status }, before) {
      if (parent === undefined && isTerminal(status) && !isTerminal(before)) add(liveCounts, jobQueueArn, -1);
    },
    attemptPut(job, { taskId, computeEnvironmentArn: arn, outcome }: Attempt, before) {
      const { jobs } = heldBy(arn);
      if (before?.taskId !== taskId) place(job, arn);
      if (outcome === undefined) jobs.set(taskId, job);
      else jobs.delete(taskId);
    },
    ticked() {
      if (leaving.size + overstayed.size === 0) return;
      // A time that came, or a clock that was set, after the tick had begun is for the next.
      const found = overstaying(clock.nowMs());
      for (const taskId of found)
        if (overstayed.has(taskId)) fail(`the attempt ${taskId} runs on where its instance is to be gone`);
      overstayed = found;
    },
  };
}

function add(counts: Map<string, number>, key: string, change: number): void {
  counts.set(key, (counts.get(key) ?? 0) + change);
}

/** Whether jobs are placed there. */
function isOpen({ state, status }: ComputeEnvironment): boolean {
  return state === "ENABLED" && (status === "VALID" || status === "UPDATING");
}

/** Why an environment gets no instance besides those that it has. */
function refuseLaunch(environment: ComputeEnvironment, othersVcpuMillis: number): string | undefined {
  if (isOpen(environment)) return undefined;
  const { state, status } = environment;
  const isKept = status === "VALID" || status === "UPDATING";
  if (isKept && othersVcpuMillis < minMillisOf(environment)) return undefined;
  return `is ${state} and ${status}`;
}

function minMillisOf(environment: ComputeEnvironment | undefined): number {
  if (environment === undefined || environment.status === "INVALID" || environment.status === "DELETING")
    return 0;
  return 1000 * (environment.computeResources?.minvCpus ?? 0);
}
