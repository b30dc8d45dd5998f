import type { PlainRoute } from "../api/handle.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { isBlocking } from "../batch/blocked-head.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { isFargateEnvironment } from "../batch/compute-resources.ts";
import { claimOf } from "../batch/fair-share.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import { isSameScope } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { firstOf } from "../lib/first-of.ts";
import type { ExplainFacts } from "../scheduler/explain/asked-job.ts";
import { waitClause } from "../scheduler/explain/explain-sentence.ts";
import { weigher } from "../scheduler/ordering/fair-share.ts";
import type { LiveInstance } from "../store/live-instances.ts";
import { averageAt } from "../store/live-share.ts";
import type { LiveState } from "../store/live-state.ts";
import type { JobSituations } from "./job-situations.ts";
import { json } from "./json-answers.ts";

interface TopRouteParts {
  readonly authenticate: Authenticate;
  readonly situations: Pick<JobSituations, "waitingHead">;
  readonly explainFacts: () => ExplainFacts;
}

/** Of more instances, and of more shares, the first are shown. */
const SHOWN_MAX = 100;

/** `GET /batchyard/top`: what queues, environments, instances and shares of the caller's account and region are at. */
export function createTopRoute({ authenticate, situations, explainFacts }: TopRouteParts): PlainRoute {
  return (request) => {
    const { scope } = authenticate(request, "batch");
    const { state, capacity, nowMs, outage } = explainFacts();
    const jobQueues = inScope(state.jobQueues.values(), scope).sort((a, b) => b.priority - a.priority);
    const environments = inScope(state.computeEnvironments.values(), scope);
    const names = new Map(environments.map(({ arn, name }) => [arn, name]));
    const instances = environments.flatMap(({ arn }) =>
      firstOf(state.instances.ofEnvironment(arn).all.values(), SHOWN_MAX),
    );
    return json(200, {
      atMs: nowMs,
      ...(outage !== undefined && { outage }),
      host: { ...(outage === undefined && { capacity: capacity.host }), inUse: state.jobs.hostUsage },
      jobQueues: jobQueues.map((jobQueue) => tellQueue(jobQueue, state, situations)),
      computeEnvironments: environments.map((environment) => tellEnvironment(environment, state)),
      instances: instances
        .slice(0, SHOWN_MAX)
        .map((live) => tellInstance(live, names.get(live.instance.computeEnvironmentArn))),
      shares: jobQueues.flatMap((jobQueue) => tellShares(jobQueue, state, nowMs)).slice(0, SHOWN_MAX),
    });
  };
}

function inScope<Resource extends { readonly scope: Scope }>(
  resources: Iterable<Resource>,
  scope: Scope,
): Resource[] {
  return [...resources].filter((resource) => isSameScope(resource.scope, scope));
}

function tellQueue(
  { arn, name, state: queueState, status, priority, blockedHead }: JobQueue,
  { jobs }: LiveState,
  situations: TopRouteParts["situations"],
): object {
  const head = situations.waitingHead(arn);
  const isBlocked = blockedHead !== undefined && isBlocking(blockedHead);
  return {
    jobQueueName: name,
    state: queueState,
    status,
    priority,
    counts: jobs.countsOf(arn),
    vcpuMillis: jobs.readyQueue(arn)?.vcpuMillis ?? 0,
    ...(head !== undefined && {
      head: { jobId: head.jobId, because: head.because, sentence: `It ${waitClause(head.because)}.` },
    }),
    ...(isBlocked && { blocked: { jobId: blockedHead.jobId, ...blockedHead.standing } }),
  };
}

function tellEnvironment(environment: ComputeEnvironment, { jobs, instances }: LiveState): object {
  const { arn, name, type, state, status, computeResources } = environment;
  const { all, booting, leaving, idle, vcpuMillis } = instances.ofEnvironment(arn);
  const { minvCpus, desiredvCpus, maxvCpus } = computeResources ?? {};
  const hasInstances = !isFargateEnvironment(environment);
  return {
    computeEnvironmentName: name,
    type: computeResources?.type ?? type,
    state,
    status,
    vcpuMillisInUse: jobs.environmentUsage(arn).vcpuMillis,
    ...(hasInstances && { vcpuMillisLaunched: vcpuMillis }),
    minvCpus,
    desiredvCpus,
    maxvCpus,
    ...(hasInstances && {
      instances: {
        starting: booting.size,
        busy: all.size - booting.size - leaving.size - idle.size,
        idle: idle.size,
        leaving: leaving.size,
      },
    }),
  };
}

function tellInstance({ instance, free, tasks }: LiveInstance, computeEnvironmentName = ""): object {
  const { instanceId, instanceType, isSpot, resources, registeredAtMs, leaving, launchedAtMs } = instance;
  return {
    instanceId,
    instanceType,
    computeEnvironmentName,
    isSpot,
    status: statusOf(registeredAtMs !== undefined, leaving !== undefined, tasks.size),
    resources,
    free,
    attemptCount: tasks.size,
    launchedAtMs,
    ...(leaving !== undefined && { leaving }),
  };
}

function statusOf(isRegistered: boolean, isLeaving: boolean, attemptCount: number): string {
  if (isLeaving) return "leaving";
  if (!isRegistered) return "starting";
  return attemptCount === 0 ? "idle" : "busy";
}

/** Those of a queue with fair share: who has had least for its weight first. */
function tellShares({ arn, name }: JobQueue, { jobs }: LiveState, nowMs: number): readonly object[] {
  const queue = jobs.readyQueue(arn);
  const fairShare = queue?.fairShare;
  if (queue === undefined || fairShare === undefined) return [];
  const weigh = weigher(queue, fairShare, nowMs);
  const shares = [...queue.shares.values()].map((share) => {
    const { identifier: shareIdentifier, vcpuMillis, liveCount } = share;
    const claimVcpus = claimOf(averageAt(share, nowMs), vcpuMillis) / 1000;
    const weight = weigh(share);
    return { jobQueueName: name, shareIdentifier, liveCount, vcpuMillis, claimVcpus, weight };
  });
  return shares
    .filter(({ liveCount, claimVcpus }) => liveCount > 0 || claimVcpus >= 0.001)
    .sort((a, b) => a.claimVcpus * a.weight - b.claimVcpus * b.weight)
    .slice(0, SHOWN_MAX);
}
