import type { JobQueue } from "../../../batch/job-queue.ts";
import { addResources, fitsIn, NO_RESOURCES } from "../../../batch/resources.ts";
import type { LiveJob, LiveState } from "../../../store/live-state.ts";
import { isLeft, isSpotCapacity } from "../../placement.ts";
import type { AskedJob, ExplainFacts } from "../asked-job.ts";

/** Of more heads of other shares and queues not all are looked at. */
const RIVALS_LOOKED_AT_MAX = 1_000;

type Rivalry = Pick<AskedJob, "job" | "consumableResources">;

/**
 * Whether the head of another share or queue, wherever that stands, may take part of what the job waits for before all of it
 * is free: one that asks for less of something.
 */
export function hasSmallerRivals(job: LiveJob, facts: ExplainFacts): boolean {
  const { jobQueues, consumables } = facts.state;
  const own = jobQueues.get(job.jobQueueArn);
  const needs = consumables.neededBy(job.jobId);
  return isOfAnyBeside(job, facts.state, (head) => {
    const queue = jobQueues.get(head.jobQueueArn);
    if (own === undefined || queue === undefined) return false;
    const theirs = new Map(
      consumables.neededBy(head.jobId).map((need) => [need.consumableResource, need.quantity]),
    );
    const consumableResources = needs.filter((need) => theirs.has(need.consumableResource));
    const isLessConsumed = consumableResources.some(
      ({ consumableResource, quantity }) => (theirs.get(consumableResource) ?? quantity) < quantity,
    );
    if (!isLessConsumed && fitsIn(job.resources, head.resources)) return false;
    return isCompeting(queue, own, { job, consumableResources }, facts);
  });
}

/** Whether the head of another share or queue may take so much of the host that too little is left for the job. */
export function mayLoseHostRoom(job: LiveJob, { state, capacity }: ExplainFacts): boolean {
  return isOfAnyBeside(
    job,
    state,
    ({ resources }) => !isLeft(addResources(job.resources, resources), capacity.host, state.jobs.hostUsage),
  );
}

/** Whether jobs of other shares of its queue wait: who goes first among them changes with time. */
export function hasRivals({ jobQueueArn, share }: LiveJob, { state }: ExplainFacts): boolean {
  const { ready = new Set() } = state.jobs.readyQueue(jobQueueArn) ?? {};
  return ready.size > (ready.has(share) ? 1 : 0);
}

/** Whether jobs of the other queue may take what the job waits for. */
export function isCompeting(
  other: JobQueue,
  own: JobQueue,
  { job, consumableResources }: Rivalry,
  { state, capacity, keptForOnDemand = NO_RESOURCES }: ExplainFacts,
): boolean {
  const arns = new Set(own.computeEnvironmentOrder.map(({ computeEnvironment }) => computeEnvironment));
  if (other.computeEnvironmentOrder.some(({ computeEnvironment }) => arns.has(computeEnvironment)))
    return true;
  // Consumable resources and the room of the host are for the jobs of all environments.
  if (consumableResources.length > 0) return true;
  const mayGoOnSpot = [...arns].some((arn) => {
    const environment = state.computeEnvironments.get(arn);
    return environment !== undefined && isSpotCapacity(environment);
  });
  const wanted = mayGoOnSpot ? addResources(job.resources, keptForOnDemand) : job.resources;
  return !isLeft(wanted, capacity.host, state.jobs.hostUsage);
}

/** Of a head of another share of any queue; true where there are more than are looked at. */
function isOfAnyBeside(
  job: LiveJob,
  { jobs, jobQueues }: LiveState,
  is: (head: LiveJob) => boolean,
): boolean {
  let lookedAtCount = 0;
  for (const { arn, status } of jobQueues.values()) {
    const { ready = [] } = (status === "DELETING" ? undefined : jobs.readyQueue(arn)) ?? {};
    for (const share of ready) {
      const head = share === job.share ? undefined : share.runnable.peek();
      if (head === undefined) continue;
      lookedAtCount += 1;
      if (lookedAtCount > RIVALS_LOOKED_AT_MAX || is(head)) return true;
    }
  }
  return false;
}
