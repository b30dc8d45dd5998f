import { isFargate } from "../../batch/compute-resources.ts";
import { claimOf } from "../../batch/fair-share.ts";
import { LOCAL_HOST } from "../../batch/instance-type.ts";
import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { InstanceSupply } from "../../scheduler/scaling/instance-supply.ts";
import { isTooMuch, moreTelling } from "../../scheduler/wait-reason.ts";
import type { WaitReason } from "../../scheduler/wait-reason.ts";
import { launchFor } from "./plain-scale-out.ts";
import type {
  Snapshot,
  SnapshotEnvironment,
  SnapshotInstance,
  SnapshotJob,
  SnapshotQueue,
} from "./snapshot.ts";

/** What a cycle decides. */
export interface Plan {
  /** In the order in which they are decided. */
  readonly placements: readonly PlannedPlacement[];
  readonly launches: readonly PlannedLaunch[];
  /** The heads that no environment took: one of each queue, with fair share of each share that is held up. */
  readonly blocked: readonly PlannedBlock[];
}

export interface PlannedPlacement {
  readonly jobId: string;
  readonly computeEnvironmentArn: string;
  /** One for each node; none on Fargate. */
  readonly instanceIds: readonly string[];
}

export interface PlannedLaunch {
  /** Made up: `launch-1`, `launch-2` and so on. */
  readonly instanceId: string;
  readonly computeEnvironmentArn: string;
  readonly instanceType: string;
}

export interface PlannedBlock {
  readonly jobQueueArn: string;
  /** An array's, where its next child is the head. */
  readonly jobId: string;
  readonly because: WaitReason;
}

export interface PlanOptions {
  /** At most this many jobs are placed. */
  readonly limit: number;
  readonly supply: PlainSupply;
  /** What Spot capacity leaves free of the host: see `CycleFacts`. */
  readonly keptForOnDemand?: Resources;
}

/** What the rules ask of the source of instances. */
export type PlainSupply = Pick<InstanceSupply, "bootMs" | "choose">;

/**
 * The rules of a scheduling cycle, written to be read: every list is sorted and filtered anew at each step, and each
 * decision makes a new snapshot. What production's `scheduler/schedule.ts` decides with its indexes has to be the same.
 *
 * 1. Queues with RUNNABLE jobs go by descending priority, equal ones by ARN.
 * 2. In each the head goes next, as `headOf` says. One that cannot be placed holds up its queue for the rest of the
 *    cycle, with fair share only its share.
 * 3. The queue's environments are tried in their order, as `environmentsFor` says. It is for the first that has room for
 *    it, or that launches what it needs (`launchFor`): it is placed there, or waits while that boots.
 * 4. It has all of its consumable resources and leaves free what is reserved for other shares, or it is not placed. That an
 *    environment can never have what it asks for is told before what it lacks of these.
 * 5. Nothing is placed beyond the limit.
 */
export function planOf(snapshot: Snapshot, options: PlanOptions): Plan {
  let course: Course = { snapshot, plan: { placements: [], launches: [], blocked: [] } };
  for (const { arn } of queuesInOrder(snapshot)) course = dispatch(course, arn, options);
  return course.plan;
}

/** What was decided so far, and what is true then. */
export interface Course {
  readonly snapshot: Snapshot;
  readonly plan: Plan;
}

function queuesInOrder({ queues }: Snapshot): readonly SnapshotQueue[] {
  return queues
    .filter(({ isDeleting, jobs }) => !isDeleting && jobs.length > 0)
    .toSorted((a, b) => b.priority - a.priority || compare(a.arn, b.arn));
}

/** Step 2 for one queue, until nothing of it can be placed any more. */
function dispatch(start: Course, queueArn: string, options: PlanOptions): Course {
  let course = start;
  let heldUp: readonly string[] = [];
  while (course.plan.placements.length < options.limit) {
    const queue = course.snapshot.queues.find(({ arn }) => arn === queueArn);
    const job = queue && headOf(queue, heldUp);
    if (queue === undefined || job === undefined) break;
    const outcome = tryJob(course, queue, job, options);
    course = outcome.course;
    if (outcome.because === undefined) continue;
    heldUp = [...heldUp, job.shareIdentifier];
    const block = { jobQueueArn: queueArn, jobId: job.liveJobId, because: outcome.because };
    course = { ...course, plan: { ...course.plan, blocked: [...course.plan.blocked, block] } };
  }
  return course;
}

/**
 * The job that goes next. First come, first served: that of the lowest place, then of the lowest child index. Fair share:
 * of the share with the lowest claim times weight, between equal ones that whose head has the lower place; within a share
 * by descending scheduling priority, then as above.
 */
function headOf(queue: SnapshotQueue, heldUp: readonly string[]): SnapshotJob | undefined {
  const jobs = queue.jobs.filter(({ shareIdentifier }) => !heldUp.includes(shareIdentifier));
  if (queue.policy === undefined) return heldUp.length > 0 ? undefined : jobs.toSorted(comparePlaces)[0];
  const heads = [...Map.groupBy(jobs, ({ shareIdentifier }) => shareIdentifier).values()].flatMap(
    (ofShare) =>
      ofShare.toSorted((a, b) => b.schedulingPriority - a.schedulingPriority || comparePlaces(a, b))[0] ?? [],
  );
  const competing = heads.map((head) => ({ head, claim: weightedClaimOf(queue, head.shareIdentifier) }));
  return competing.toSorted((a, b) => a.claim - b.claim || a.head.queuePosition - b.head.queuePosition)[0]
    ?.head;
}

function comparePlaces(a: SnapshotJob, b: SnapshotJob): number {
  return a.queuePosition - b.queuePosition || a.childIndex - b.childIndex;
}

/** What a share has and had, times its weight. */
function weightedClaimOf({ policy, shares }: SnapshotQueue, identifier: string): number {
  const share = shares.find((candidate) => candidate.identifier === identifier);
  if (policy === undefined || share === undefined) return 0;
  const entry = (policy.shareDistribution ?? []).find(({ shareIdentifier }) =>
    speaksFor(shareIdentifier, identifier),
  );
  const factor = entry?.weightFactor ?? 1;
  const weight = entry?.shareIdentifier.endsWith("*")
    ? factor *
      shares.filter((other) => other.isActive && speaksFor(entry.shareIdentifier, other.identifier)).length
    : factor;
  return claimOf(share.averageVcpuMillis, share.vcpuMillis) * weight;
}

/** An entry of a policy speaks for the share that it names, or whose beginning it is, by an asterisk behind it. */
function speaksFor(entry: string, identifier: string): boolean {
  return entry.endsWith("*") ? identifier.startsWith(entry.slice(0, -1)) : identifier === entry;
}

/** What came of trying a job. */
interface Outcome {
  readonly course: Course;
  /** Absent: it was placed. */
  readonly because?: WaitReason;
}

/** Steps 3 and 4 for one job. */
function tryJob(start: Course, queue: SnapshotQueue, job: SnapshotJob, options: PlanOptions): Outcome {
  const lack = lackOf(start.snapshot, queue, job);
  let because: WaitReason = "environments-unavailable";
  for (const environmentArn of environmentsFor(start.snapshot, queue, job)) {
    const environment = environmentOf(start.snapshot, environmentArn);
    const refusal = refusalOf(start.snapshot, environment, job);
    if (environment === undefined || refusal !== undefined) {
      because = moreTelling(because, refusal ?? "environments-unavailable");
      continue;
    }
    const roomNow = findRoom(start.snapshot, environment, job);
    const launched =
      roomNow === undefined
        ? launchFor(start, { queue, environment, job, supply: options.supply })
        : { course: start };
    if (lack !== undefined) {
      const { because: refused = lack } = launched;
      because = moreTelling(because, isTooMuch(refused) ? refused : lack);
      continue;
    }
    const isHostAsked = roomNow !== undefined || launched.course !== start;
    if (isHostAsked && !hasHostRoom(start.snapshot, environment, job, options)) {
      because = moreTelling(because, "host-full");
      continue;
    }
    const instanceIds = findRoom(launched.course.snapshot, environment, job);
    if (instanceIds !== undefined) {
      return { course: place(launched.course, queue, job, { environment, instanceIds }) };
    }
    const { course, because: refused = "instances-starting" } = launched;
    // It is this environment's then: no other launches for it, too.
    if (refused === "instances-starting") return { course, because: refused };
    because = moreTelling(because, refused);
  }
  return { course: start, because };
}

/**
 * The environments that are tried for a job, by ARN. A multi-node job is for the first that takes such jobs: those behind it
 * are not asked, whether that one has what it needs or not.
 */
function environmentsFor(
  snapshot: Snapshot,
  { environments }: SnapshotQueue,
  job: SnapshotJob,
): readonly string[] {
  if (job.nodeResources === undefined) return environments;
  const takingNone = ["environments-unavailable", "kubernetes-unavailable", "multi-node-unsupported"];
  const first = environments.findIndex((arn) => {
    const refusal = refusalOf(snapshot, environmentOf(snapshot, arn), job);
    return refusal === undefined || !takingNone.includes(refusal);
  });
  return first === -1 ? environments : environments.slice(0, first + 1);
}

/**
 * Whether what is kept free for shares that are not active yet forbids the placement: (r / 100)^active of the maximum of
 * the queue's environments. A queue that has nothing may always begin one job.
 */
function isReserved({ environments }: Snapshot, queue: SnapshotQueue, { resources }: SnapshotJob): boolean {
  const reservation = queue.policy?.computeReservation ?? 0;
  const activeCount = queue.shares.filter(({ isActive }) => isActive).length;
  if (reservation === 0 || activeCount === 0 || queue.vcpuMillis === 0) return false;
  const maxima = queue.environments.map((environmentArn) => {
    const found = environments.find(({ computeEnvironment }) => computeEnvironment.arn === environmentArn);
    return found?.computeEnvironment.computeResources?.maxvCpus ?? found?.computeEnvironment.unmanagedvCpus;
  });
  if (maxima.includes(undefined)) return false;
  const maxVcpuMillis = 1000 * maxima.reduce<number>((sum, max) => sum + (max ?? 0), 0);
  const unreserved = maxVcpuMillis * (1 - (reservation / 100) ** activeCount);
  return queue.vcpuMillis + resources.vcpuMillis > unreserved;
}

/** What it lacks beside capacity. */
function lackOf(snapshot: Snapshot, queue: SnapshotQueue, job: SnapshotJob): WaitReason | undefined {
  const { consumables } = snapshot;
  const needs = job.consumables.map(({ consumableResource, quantity }) => {
    const { total = 0, held = 0 } = consumables.find(({ arn }) => arn === consumableResource) ?? {};
    return { quantity, total, left: total - held };
  });
  if (needs.some(({ quantity, total }) => quantity > total)) return "exceeds-consumables";
  if (isReserved(snapshot, queue, job)) return "shares-reserved";
  return needs.some(({ quantity, left }) => quantity > left) ? "consumables-unavailable" : undefined;
}

function environmentOf({ environments }: Snapshot, arn: string): SnapshotEnvironment | undefined {
  return environments.find(({ computeEnvironment }) => computeEnvironment.arn === arn);
}

/** Why the environment does not take the job, whatever instances it has. */
function refusalOf(
  { host }: Snapshot,
  environment: SnapshotEnvironment | undefined,
  { resources, nodeResources }: SnapshotJob,
): WaitReason | undefined {
  if (environment === undefined) return "environments-unavailable";
  const { state, status, eksConfiguration, computeResources } = environment.computeEnvironment;
  if (state !== "ENABLED" || (status !== "VALID" && status !== "UPDATING")) return "environments-unavailable";
  if (eksConfiguration !== undefined) return "kubernetes-unavailable";
  if (nodeResources !== undefined && computeResources?.type !== "EC2") return "multi-node-unsupported";
  const maxVcpuMillis = 1000 * (computeResources?.maxvCpus ?? Infinity);
  if (resources.vcpuMillis > maxVcpuMillis) return "exceeds-environments";
  if (!fitsIn(resources, host)) return "exceeds-host";
  const isFull = environment.vcpuMillis + resources.vcpuMillis > maxVcpuMillis;
  if (hasNoInstances(environment) && isFull) return "environments-full";
  return undefined;
}

/** Spot capacity leaves the room free that is made for jobs on demand. */
function hasHostRoom(
  { host, hostUsed }: Snapshot,
  { computeEnvironment: { computeResources } }: SnapshotEnvironment,
  { resources }: SnapshotJob,
  { keptForOnDemand = NO_RESOURCES }: PlanOptions,
): boolean {
  const isSpot = computeResources?.type === "SPOT" || computeResources?.type === "FARGATE_SPOT";
  const wanted = isSpot ? addResources(resources, keptForOnDemand) : resources;
  return fitsIn(wanted, subtractResources(host, hostUsed));
}

/** A Fargate environment has none: a task takes its size from the host. */
function hasNoInstances({ computeEnvironment: { computeResources } }: SnapshotEnvironment): boolean {
  return computeResources !== undefined && isFargate(computeResources.type);
}

/**
 * The instances for the job and its nodes, by id; undefined where there is no room. It is the first in the order of launch
 * that takes jobs and has room. Each node has an empty one of its own, but on the host itself, where they stand side by
 * side.
 */
function findRoom(
  { instances }: Snapshot,
  environment: SnapshotEnvironment,
  { resources, nodeResources }: SnapshotJob,
): readonly string[] | undefined {
  if (hasNoInstances(environment)) return [];
  const takers = instances.filter(
    ({ computeEnvironmentArn, isBooting, isLeaving }) =>
      computeEnvironmentArn === environment.computeEnvironment.arn && !isBooting && !isLeaving,
  );
  const first = takers.find(({ free }) => fitsIn(resources, free));
  if (nodeResources === undefined) return first && [first.instanceId];
  if (first?.instanceType === LOCAL_HOST) return nodeResources.map(() => first.instanceId);
  return emptyFor(takers, nodeResources)?.map(({ instanceId }) => instanceId);
}

/** An empty instance for each node, in the order of the nodes; undefined if one lacks. */
function emptyFor(
  instances: readonly SnapshotInstance[],
  nodeResources: readonly Resources[],
): readonly SnapshotInstance[] | undefined {
  let taken: readonly SnapshotInstance[] = [];
  for (const resources of nodeResources) {
    const found = instances.find(
      (instance) => instance.isEmpty && !taken.includes(instance) && fitsIn(resources, instance.free),
    );
    if (found === undefined) return undefined;
    taken = [...taken, found];
  }
  return taken;
}

/** The course on which the job is placed there. */
function place(
  { snapshot, plan }: Course,
  queue: SnapshotQueue,
  job: SnapshotJob,
  {
    environment,
    instanceIds,
  }: { readonly environment: SnapshotEnvironment; readonly instanceIds: readonly string[] },
): Course {
  const { arn: computeEnvironmentArn } = environment.computeEnvironment;
  const { resources } = job;
  const more = <Holder extends { readonly vcpuMillis: number }>(holder: Holder): Holder => ({
    ...holder,
    vcpuMillis: holder.vcpuMillis + resources.vcpuMillis,
  });
  const placement = { jobId: job.jobId, computeEnvironmentArn, instanceIds };
  return {
    plan: { ...plan, placements: [...plan.placements, placement] },
    snapshot: {
      ...snapshot,
      hostUsed: addResources(snapshot.hostUsed, resources),
      queues: snapshot.queues.map((other) =>
        other.arn === queue.arn ? more(withoutJob(other, job, more)) : other,
      ),
      environments: snapshot.environments.map((other) => (other === environment ? more(other) : other)),
      instances: snapshot.instances.map((instance) => chargeInstance(instance, instanceIds, job)),
      consumables: snapshot.consumables.map((consumable) => {
        const needs = job.consumables.filter(
          ({ consumableResource }) => consumableResource === consumable.arn,
        );
        return {
          ...consumable,
          held: needs.reduce((held, { quantity }) => held + quantity, consumable.held),
        };
      }),
    },
  };
}

function withoutJob(
  queue: SnapshotQueue,
  { jobId, shareIdentifier }: SnapshotJob,
  more: (share: SnapshotQueue["shares"][number]) => SnapshotQueue["shares"][number],
): SnapshotQueue {
  return {
    ...queue,
    jobs: queue.jobs.filter((job) => job.jobId !== jobId),
    shares: queue.shares.map((share) => (share.identifier === shareIdentifier ? more(share) : share)),
  };
}

/** A node takes from the instance of its index; a job without nodes from its only one. */
function chargeInstance(
  instance: SnapshotInstance,
  instanceIds: readonly string[],
  { resources, nodeResources = [resources] }: SnapshotJob,
): SnapshotInstance {
  const taken = nodeResources.filter((_, node) => instanceIds[node] === instance.instanceId);
  if (taken.length === 0) return instance;
  return { ...instance, isEmpty: false, free: taken.reduce(subtractResources, instance.free) };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
