import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import { isFargateEnvironment, maxVcpuMillisOf } from "../../../batch/compute-resources.ts";
import { addResources, fitsIn, subtractResources } from "../../../batch/resources.ts";
import { firstOf } from "../../../lib/first-of.ts";
import type { LiveJob } from "../../../store/live-state.ts";
import { wantedOfHost } from "../../placement.ts";
import { isHostItself } from "../../scaling/host-environment.ts";
import type { ExplainFacts } from "../asked-job.ts";
import type { JudgedEnvironment } from "../assess.ts";
import { fewestToMakeRoom, givenBack, holdersOfHost, holdersOfInstance } from "./ending-jobs.ts";
import type { Holder, MakingRoom, Room, RoomFacts } from "./ending-jobs.ts";
import { endsThatEmptyInstances } from "./ends-that-empty-instances.ts";
import type { Reservation } from "../explanation.ts";
import { INSTANCES_LOOKED_AT_MAX } from "../judge-environment.ts";
import { endsThatAllowLaunch } from "./leaving-instances.ts";
import { nextAfter } from "./overtaken.ts";
import { isUnreserved } from "./remedies-of-reservation.ts";

/**
 * The job whose end gives another one its room in an environment: of several the one that started first. Where no single
 * one does, a few of one room, those that started first, or a few whose instances go. Undefined where it takes more than a
 * few.
 */
export function endsThatMakeRoom(
  { environment, answer: { verdict } }: JudgedEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  const { state, isEnoughBesides: isEnough } = facts;
  if (verdict.kind === "host-full") {
    const { bootMs } = verdict;
    const jobs = fewestToMakeRoom([{ holders: holdersOfHost(state), isEnough }]);
    return jobs && { jobs, ...(bootMs !== undefined && { bootMs }) };
  }
  if (verdict.kind !== "environments-full") return undefined;
  if (isFargateEnvironment(environment)) {
    const jobs = fewestToMakeRoom([roomOfFargate(environment, job, facts)]);
    return jobs && { jobs };
  }
  return endsThatMakeRoomOnInstances(environment, job, facts) ?? endsThatAllowLaunch(environment, job, facts);
}

/** On the host itself nodes stand side by side, as one job. */
function endsThatMakeRoomOnInstances(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  if (job.nodeResources !== undefined && !isHostItself(environment))
    return endsThatEmptyInstances(environment, job, facts);
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

/** Whether the host has room once these have ended; besides what is kept for jobs on demand, where that holds. */
export function hostCheck(
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, capacity, keptForOnDemand }: ExplainFacts,
): Room["isEnough"] {
  const free = subtractResources(capacity.host, state.jobs.hostUsage);
  const wanted = wantedOfHost(job, environment, keptForOnDemand);
  return (ended) => fitsIn(wanted, addResources(free, givenBack(ended)));
}

function roomOfFargate(
  environment: ComputeEnvironment,
  { resources }: LiveJob,
  { state, isEnoughBesides }: RoomFacts,
): Room {
  const { arn } = environment;
  const left = maxVcpuMillisOf(environment) - state.jobs.environmentUsage(arn).vcpuMillis;
  const holders = holdersOfHost(state, ({ activeAttempt }) => activeAttempt?.computeEnvironmentArn === arn);
  const isEnough = (ended: readonly Holder[]): boolean =>
    resources.vcpuMillis <= left + givenBack(ended).vcpuMillis && isEnoughBesides(ended);
  return { holders, isEnough };
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
