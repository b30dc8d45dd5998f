import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import { reservedPart } from "../../../batch/fair-share.ts";
import type { LiveJob } from "../../../store/live-state.ts";
import { isReserved } from "../../ordering/reservation.ts";
import type { ExplainFacts } from "../asked-job.ts";
import { fewestToMakeRoom, givenBack, holdersOfHost } from "./ending-jobs.ts";
import type { Holder } from "./ending-jobs.ts";
import type { EndingJob, Remedy, Reservation } from "../explanation.ts";
import { nextAfter } from "./overtaken.ts";

/** What would start a job that only the reservation keeps waiting, as the environment takes it. */
export function remediesOfReservation(
  reservation: Reservation,
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const { schedulingPolicy, vcpuMillis } = reservation;
  const jobs = endsThatFreeReserved(reservation, job, facts);
  const wantedMillis = vcpuMillis + job.resources.vcpuMillis;
  return [
    ...(jobs === undefined ? [] : [{ kind: "jobs-end", jobs } as const]),
    { kind: "lower-reservation", schedulingPolicy, toPercent: enoughPercent(reservation, wantedMillis) },
    ...raiseOf(environment, reservation, wantedMillis),
  ];
}

/** Of a queue that has nothing it is not asked. */
function endsThatFreeReserved(
  reservation: Reservation,
  job: LiveJob,
  facts: ExplainFacts,
): readonly EndingJob[] | undefined {
  const holders = holdersOfHost(facts.state, ({ jobQueueArn }) => jobQueueArn === job.jobQueueArn);
  const isNext = nextAfter(job, facts);
  const isEnough = (ended: readonly Holder[]): boolean =>
    isUnreserved(reservation, job, ended) && isNext(ended);
  return fewestToMakeRoom([{ holders, isEnough }]);
}

/** Whether the job gets nothing of what is kept free once these have ended. */
export function isUnreserved(
  { unreservedVcpuMillis: unreservedMillis, vcpuMillis }: Reservation,
  job: LiveJob,
  ended: readonly Holder[],
): boolean {
  const ofQueue = ended.filter((holder) => holder.job.jobQueueArn === job.jobQueueArn);
  const leftMillis = vcpuMillis - givenBack(ofQueue).vcpuMillis;
  return !isReserved(job, { vcpuMillis: leftMillis }, unreservedMillis);
}

/** The highest reservation that leaves so much. */
function enoughPercent(
  { computeReservation, activeShareCount: shareCount, maxVcpuMillis }: Reservation,
  wantedMillis: number,
): number {
  for (let percent = computeReservation - 1; percent > 0; percent -= 1) {
    if (wantedMillis <= maxVcpuMillis * (1 - reservedPart(percent, shareCount))) return percent;
  }
  return 0;
}

/** Of what an environment gets more the reservation takes its part. */
function raiseOf(
  { name: computeEnvironment, computeResources }: ComputeEnvironment,
  { computeReservation, activeShareCount: shareCount, maxVcpuMillis }: Reservation,
  wantedMillis: number,
): readonly Remedy[] {
  if (computeResources === undefined) return [];
  const leftPart = 1 - reservedPart(computeReservation, shareCount);
  let more = Math.max(1, Math.floor((wantedMillis / leftPart - maxVcpuMillis) / 1000));
  while ((maxVcpuMillis + more * 1000) * leftPart < wantedMillis) more += 1;
  return [{ kind: "raise-max-vcpus", computeEnvironment, toVcpus: computeResources.maxvCpus + more }];
}
