import { unreachable } from "../lib/assert.ts";
import type { WaitReason } from "./wait-reason.ts";
import type { WantedCapacity } from "./wanted-capacity.ts";

const NO_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY";
const TOO_MUCH = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT";
const NO_TYPE_IS_ENOUGH = `${TOO_MUCH} - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.`;

/**
 * AWS's status reason of a RUNNABLE job at the head of a queue that it blocks; undefined where AWS says nothing, as
 * for one that only waits for its turn in an environment.
 * https://docs.aws.amazon.com/batch/latest/userguide/troubleshooting.html ("Jobs stuck in a RUNNABLE status")
 *
 * What AWS does not have, a provider that is away, takes the word for capacity that cannot be had; Kubernetes that is
 * not there, and consumable resources that will never suffice, the word for what somebody has to do. Of a multi-node job
 * for which no environment is made AWS's documentation tells none: it takes that for what the environments cannot meet, so
 * that a time limit of the queue may cancel it.
 *
 * @param outage what the provider says of itself, as a sentence.
 * @param wanted what an environment would launch if the host had room, or were larger; absent where that is the host itself,
 *   and where no instance type could hold the job.
 */
export function blockedReason(
  because: WaitReason,
  outage: string | undefined,
  wanted: WantedCapacity | undefined,
): string | undefined {
  switch (because) {
    case "provider-unavailable":
      return `${NO_CAPACITY} - ${outage ?? "nothing can be started at the moment"}`;
    case "environments-unavailable":
      return "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.";
    case "kubernetes-unavailable":
      return "ACTION_REQUIRED - CE(s) associated with the job queue run on Amazon EKS, and no Kubernetes back end is configured.";
    case "multi-node-unsupported":
      return `${TOO_MUCH} - CE(s) associated with the job queue do not run multi-node parallel jobs.`;
    case "exceeds-environments":
      return "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.";
    case "exceeds-instance-types":
      return NO_TYPE_IS_ENOUGH;
    case "exceeds-host":
      return wanted === undefined ? NO_TYPE_IS_ENOUGH : noCapacityFor(wanted);
    case "exceeds-consumables":
      return "ACTION_REQUIRED - The job needs more of a consumable resource than its total quantity, or one that does not exist.";
    case "host-full":
      return wanted && noCapacityFor(wanted);
    case "environments-full":
    case "above-bid":
    case "instances-starting":
    case "shares-reserved":
    case "consumables-unavailable":
      return undefined;
    default:
      return unreachable(because);
  }
}

/** On Fargate AWS has no instance type to name. */
function noCapacityFor({ instanceType }: WantedCapacity): string {
  const text = `${NO_CAPACITY} - Service cannot fulfill the capacity requested`;
  return instanceType === undefined ? text : `${text} for instance type [${instanceType}]`;
}
