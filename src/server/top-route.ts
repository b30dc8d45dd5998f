import type { PlainRoute } from "../api/handle.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { isBlocking } from "../batch/blocked-head.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { isFargateEnvironment } from "../batch/compute-resources.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import { isSameScope } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { chooseInTurns } from "../lib/choose-in-turns.ts";
import type { ExplainFacts } from "../scheduler/explain/asked-job.ts";
import { waitClause } from "../scheduler/explain/sentences/explain-sentence.ts";
import { isForgettable } from "../scheduler/ordering/active-shares.ts";
import { compareQueues } from "../scheduler/ordering/compare-queues.ts";
import { ShareClaims } from "../scheduler/ordering/fair-share.ts";
import type { LiveInstance } from "../store/live-instances.ts";
import type { LiveShare } from "../store/live-share.ts";
import type { LiveState } from "../store/live-state.ts";
import type { JobSituations } from "./job-situations.ts";
import { json } from "./json-answers.ts";

interface TopRouteParts {
  readonly authenticate: Authenticate;
  readonly situations: Pick<JobSituations, "waitingHead">;
  readonly explainFacts: () => ExplainFacts;
}

/** Of more instances, and of more shares, those are shown that somebody should look at first. */
const SHOWN_MAX = 100;

/** In the order in which they are shown where not all are. */
const INSTANCE_STATUSES = ["leaving", "starting", "busy", "idle"] as const;
const SHARE_STATUSES = ["waiting", "busy", "idle"] as const;

type InstanceStatus = (typeof INSTANCE_STATUSES)[number];
type ShareStatus = (typeof SHARE_STATUSES)[number];

/** `GET /batchyard/top`: what queues, environments, instances and shares of the caller's account and region are at. */
export function createTopRoute({ authenticate, situations, explainFacts }: TopRouteParts): PlainRoute {
  return (request) => {
    const { scope } = authenticate(request, "batch");
    const { state, capacity, nowMs, outage } = explainFacts();
    // The order in which they dispatch.
    const jobQueues = inScope(state.jobQueues.values(), scope).sort(compareQueues);
    const environments = inScope(state.computeEnvironments.values(), scope);
    const shares = jobQueues.map((jobQueue) => tellShares(jobQueue, state, nowMs));
    return json(200, {
      atMs: nowMs,
      ...(outage !== undefined && { outage }),
      host: { ...(outage === undefined && { capacity: capacity.host }), inUse: state.jobs.hostUsage },
      jobQueues: jobQueues.map((jobQueue, index) => ({
        ...tellQueue(jobQueue, state, situations),
        ...countShares(shares[index] ?? []),
      })),
      computeEnvironments: environments.map((environment) => tellEnvironment(environment, state)),
      instances: shownInstances(environments, state),
      shares: shownShares(shares.flat()),
    });
  };
}

/** By name. */
function inScope<Resource extends { readonly scope: Scope; readonly name: string }>(
  resources: Iterable<Resource>,
  scope: Scope,
): Resource[] {
  return [...resources]
    .filter((resource) => isSameScope(resource.scope, scope))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
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
  const { arn, name, type, state, status, statusReason, computeResources } = environment;
  const { all, booting, leaving, idle, vcpuMillis } = instances.ofEnvironment(arn);
  const { minvCpus, desiredvCpus, maxvCpus } = computeResources ?? {};
  const hasInstances = !isFargateEnvironment(environment);
  return {
    computeEnvironmentName: name,
    type: computeResources?.type ?? type,
    state,
    status,
    ...(status === "INVALID" && { statusReason }),
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

/** Environments take turns, so that a large one hides no other. */
function shownInstances(
  environments: readonly ComputeEnvironment[],
  { instances }: LiveState,
): readonly object[] {
  const candidates = environments.flatMap(({ arn, name }) =>
    firstOfEachStatus(instances.ofEnvironment(arn).all.values()).map((live) => tellInstance(live, name)),
  );
  const choice = {
    rankOf: ({ status }: { readonly status: InstanceStatus }) => INSTANCE_STATUSES.indexOf(status),
    groupOf: ({ computeEnvironmentName }: { readonly computeEnvironmentName: string }) =>
      computeEnvironmentName,
  };
  return chooseInTurns(candidates, choice, SHOWN_MAX);
}

function firstOfEachStatus(all: Iterable<LiveInstance>): readonly LiveInstance[] {
  const counts = new Map<InstanceStatus, number>();
  const first: LiveInstance[] = [];
  for (const live of all) {
    const status = statusOf(live);
    const count = counts.get(status) ?? 0;
    if (count >= SHOWN_MAX) continue;
    counts.set(status, count + 1);
    first.push(live);
  }
  return first;
}

function tellInstance(live: LiveInstance, computeEnvironmentName: string) {
  const { instance, free, tasks } = live;
  const { instanceId, instanceType, isSpot, resources, leaving, launchedAtMs } = instance;
  return {
    instanceId,
    instanceType,
    computeEnvironmentName,
    isSpot,
    status: statusOf(live),
    resources,
    free,
    attemptCount: tasks.size,
    launchedAtMs,
    ...(leaving !== undefined && { leaving }),
  };
}

function statusOf({ instance, tasks }: LiveInstance): InstanceStatus {
  if (instance.leaving !== undefined) return "leaving";
  if (instance.registeredAtMs === undefined) return "starting";
  return tasks.size === 0 ? "idle" : "busy";
}

interface ToldShare {
  readonly jobQueueName: string;
  readonly shareIdentifier: string;
  readonly status: ShareStatus;
  readonly liveCount: number;
  readonly vcpuMillis: number;
  readonly claimVcpus: number;
  readonly weight: number;
}

/** Those of a queue with fair share: who has had least for its weight first. */
function tellShares({ arn, name }: JobQueue, { jobs }: LiveState, nowMs: number): readonly ToldShare[] {
  const queue = jobs.readyQueue(arn);
  const fairShare = queue?.fairShare;
  if (queue === undefined || fairShare === undefined) return [];
  const claims = new ShareClaims(queue, fairShare, nowMs);
  const known = [...queue.shares.values()].filter((share) => !isForgettable(share, nowMs));
  const shares = known.map((share): ToldShare => {
    const { identifier: shareIdentifier, vcpuMillis, liveCount } = share;
    const status = shareStatusOf(share);
    return {
      jobQueueName: name,
      shareIdentifier,
      status,
      liveCount,
      vcpuMillis,
      ...claims.partsOf(share),
    };
  });
  return shares.sort((a, b) => a.claimVcpus * a.weight - b.claimVcpus * b.weight);
}

function shareStatusOf({ runnable, liveCount }: LiveShare): ShareStatus {
  if (runnable.size > 0) return "waiting";
  return liveCount > 0 ? "busy" : "idle";
}

/** Of how many each status is, also where not all are shown. */
function countShares(shares: readonly ToldShare[]): object {
  if (shares.length === 0) return {};
  const counts = SHARE_STATUSES.map((status) => [
    status,
    shares.filter((share) => share.status === status).length,
  ]);
  return { shares: Object.fromEntries(counts) };
}

/** Queues take turns, so that one with many shares hides no other's. */
function shownShares(shares: readonly ToldShare[]): readonly ToldShare[] {
  const choice = {
    rankOf: ({ status }: ToldShare) => SHARE_STATUSES.indexOf(status),
    groupOf: ({ jobQueueName }: ToldShare) => jobQueueName,
  };
  return chooseInTurns(shares, choice, SHOWN_MAX);
}
