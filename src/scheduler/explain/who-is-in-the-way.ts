import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { isFargateEnvironment, maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { isSpotCapacity } from "../placement.ts";
import { isHostItself } from "../scaling/host-environment.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { JudgedEnvironment } from "./assess.ts";
import { fewestToMakeRoom, holderOfHost, holdersOfInstance, NAMED_MAX } from "./ending-jobs.ts";
import type { Holder, MakingRoom, Room, RoomFacts } from "./ending-jobs.ts";
import type { ConsumableAnswer, EndingJob, Reservation } from "./explanation.ts";
import { INSTANCES_LOOKED_AT_MAX } from "./judge-environment.ts";
import { whoHoldsInstances } from "./leaving-instances.ts";
import { isOvertaken } from "./overtaken.ts";
import { whoEmptiesInstances } from "./who-empties-instances.ts";

/** Of more attempts under way not all are looked at. */
const ATTEMPTS_LOOKED_AT_MAX = 10_000;

/** Of more ends that are enough nobody asks who goes first after each. */
const ENDS_ASKED_ABOUT_MAX = 200;

/**
 * The job whose end gives another one its room in an environment: of several the one that started first. Where no single
 * one does, a few of one room, those that started first, or a few whose instances go. Undefined where it takes more than a
 * few.
 */
export function whoIsInTheWay(
  { environment, answer: { verdict } }: JudgedEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  const { state, isEnoughBesides: isEnough } = facts;
  if (verdict.kind === "host-full") {
    const { bootMs } = verdict;
    const holders = activeOf(state).flatMap((one) => holderOfHost(one, state));
    const jobs = fewestToMakeRoom([{ holders, isEnough }]);
    return jobs && { jobs, ...(bootMs !== undefined && { bootMs }) };
  }
  if (verdict.kind !== "environments-full") return undefined;
  if (isFargateEnvironment(environment)) {
    const jobs = fewestToMakeRoom([roomOfFargate(environment, job, facts)]);
    return jobs && { jobs };
  }
  return whoIsOnInstances(environment, job, facts) ?? whoHoldsInstances(environment, job, facts);
}

/** On the host itself nodes stand side by side, as one job. */
function whoIsOnInstances(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  if (job.nodeResources !== undefined && !isHostItself(environment))
    return whoEmptiesInstances(environment, job, facts);
  const jobs = fewestToMakeRoom(roomsOfInstances(environment, job, facts));
  return jobs && { jobs };
}

/** What a job needs besides the room of an environment: of the host, and of what is not reserved for other shares. */
export function withBesides(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
  reservation?: Reservation,
): RoomFacts {
  const isHostEnough = hostCheck(environment, job, facts);
  const isNext = nextAfter(job, facts);
  const isEnoughBesides = (ended: readonly Holder[]): boolean =>
    isHostEnough(ended) &&
    (reservation === undefined || isUnreserved(reservation, job, ended)) &&
    isNext(ended);
  return { ...facts, isEnoughBesides };
}

/** The same for a job that its queue's reservation keeps waiting: of a queue that has nothing it is not asked. */
export function whoseEndLeavesRoom(
  reservation: Reservation,
  job: LiveJob,
  facts: ExplainFacts,
): readonly EndingJob[] | undefined {
  const { state } = facts;
  const ofQueue = activeOf(state).filter(({ jobQueueArn }) => jobQueueArn === job.jobQueueArn);
  const isNext = nextAfter(job, facts);
  const isEnough = (ended: readonly Holder[]): boolean =>
    isUnreserved(reservation, job, ended) && isNext(ended);
  return fewestToMakeRoom([{ holders: ofQueue.flatMap((one) => holderOfHost(one, state)), isEnough }]);
}

function isUnreserved(
  { unreservedVcpuMillis, vcpuMillis }: Reservation,
  { jobQueueArn, resources }: LiveJob,
  ended: readonly Holder[],
): boolean {
  const ofQueue = ended.filter(({ job }) => job.jobQueueArn === jobQueueArn);
  const leftMillis = vcpuMillis - givenBack(ofQueue).vcpuMillis;
  return leftMillis === 0 || leftMillis + resources.vcpuMillis <= unreservedVcpuMillis;
}

/** Whether nobody goes before the job once these have ended, which is to be asked last. */
function nextAfter(job: LiveJob, facts: ExplainFacts): Room["isEnough"] {
  let askedCount = 0;
  return (ended) => {
    askedCount += 1;
    return askedCount <= ENDS_ASKED_ABOUT_MAX && !isOvertaken(ended, job, facts);
  };
}

/** Those whose ends give back enough of a consumable resource. What is used up does not come back. */
export function whoHoldsTooMuch(
  { consumableResource, quantity, totalQuantity, heldQuantity }: ConsumableAnswer,
  job: LiveJob,
  facts: ExplainFacts,
): readonly EndingJob[] | undefined {
  const { state } = facts;
  const resource = state.plainResources.find("consumable-resource", consumableResource);
  if (resource?.kind !== "REPLENISHABLE") return undefined;
  const holders = holdersOf(consumableResource, state);
  const heldBy = ({ job: { jobId } }: Holder): number => quantityOf(jobId, consumableResource, state);
  const isNext = nextAfter(job, facts);
  const isEnough = (ended: readonly Holder[]): boolean =>
    heldQuantity - ended.reduce((sum, one) => sum + heldBy(one), 0) + quantity <= totalQuantity &&
    isNext(ended);
  return fewestToMakeRoom([{ holders, isEnough }]);
}

/** Jobs that hold some of a consumable resource, at most a few. */
export function someHoldersOf(consumableResource: string, state: LiveState): readonly EndingJob[] {
  return holdersOf(consumableResource, state)
    .slice(0, NAMED_MAX)
    .map(({ ending }) => ending);
}

function holdersOf(consumableResource: string, state: LiveState): readonly Holder[] {
  return activeOf(state)
    .filter(({ jobId }) => quantityOf(jobId, consumableResource, state) > 0)
    .flatMap((job) => holderOfHost(job, state));
}

function quantityOf(jobId: string, consumableResource: string, { consumables }: LiveState): number {
  const need = consumables.neededBy(jobId).find((one) => one.consumableResource === consumableResource);
  return need?.quantity ?? 0;
}

function activeOf({ jobs }: LiveState): readonly LiveJob[] {
  return firstOf(jobs.active.values(), ATTEMPTS_LOOKED_AT_MAX);
}

function givenBack(ended: readonly Holder[]): Resources {
  return ended.reduce((sum, { ofHost }) => addResources(sum, ofHost), NO_RESOURCES);
}

/** Whether the host has room once these have ended; besides what is kept for jobs on demand, where that holds. */
export function hostCheck(
  environment: ComputeEnvironment,
  { resources }: LiveJob,
  { state, capacity, keptForOnDemand = NO_RESOURCES }: ExplainFacts,
): Room["isEnough"] {
  const free = subtractResources(capacity.host, state.jobs.hostUsage);
  const wanted = isSpotCapacity(environment) ? addResources(resources, keptForOnDemand) : resources;
  return (ended) => fitsIn(wanted, addResources(free, givenBack(ended)));
}

function roomOfFargate(
  environment: ComputeEnvironment,
  { resources }: LiveJob,
  { state, isEnoughBesides }: RoomFacts,
): Room {
  const { arn } = environment;
  const left = maxVcpuMillisOf(environment) - state.jobs.environmentUsage(arn).vcpuMillis;
  const ofEnvironment = activeOf(state).filter(
    ({ activeAttempt }) => activeAttempt?.computeEnvironmentArn === arn,
  );
  const isEnough = (ended: readonly Holder[]): boolean =>
    resources.vcpuMillis <= left + givenBack(ended).vcpuMillis && isEnoughBesides(ended);
  return { holders: ofEnvironment.flatMap((one) => holderOfHost(one, state)), isEnough };
}

function roomsOfInstances(
  { arn }: ComputeEnvironment,
  { resources }: LiveJob,
  { state, isEnoughBesides }: RoomFacts,
): readonly Room[] {
  return firstOf(state.instances.ofEnvironment(arn).all.values(), INSTANCES_LOOKED_AT_MAX)
    .filter(
      ({ instance }) =>
        instance.registeredAtMs !== undefined &&
        instance.leaving === undefined &&
        fitsIn(resources, instance.resources),
    )
    .map((live) => ({
      holders: holdersOfInstance(live, state),
      isEnough: (ended) =>
        fitsIn(
          resources,
          ended.reduce((sum, { ofRoom }) => addResources(sum, ofRoom), live.free),
        ) && isEnoughBesides(ended),
    }));
}
