import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { addResources, fitsIn, subtractResources } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Whether the environment takes the job now, or why it does not. */
export type Fit =
  | { readonly fits: true; readonly computeEnvironment: ComputeEnvironment }
  | { readonly fits: false; readonly because: WaitReason };

/**
 * Decides whether a compute environment takes a job now.
 *
 * It has to be ENABLED and VALID; the job has to fit under its `maxvCpus` and into what is left of the host. vCPUs of
 * an UNMANAGED environment are those of the host.
 */
export function fitInto(
  computeEnvironment: ComputeEnvironment | undefined,
  job: LiveJob,
  state: LiveState,
  hostCapacity: Resources,
): Fit {
  if (computeEnvironment === undefined || !acceptsPlacements(computeEnvironment)) {
    return { fits: false, because: "environments-unavailable" };
  }
  if (computeEnvironment.eksConfiguration !== undefined) {
    return { fits: false, because: "kubernetes-unavailable" };
  }
  const { resources } = job;
  const maxVcpuMillis = (computeEnvironment.computeResources?.maxvCpus ?? Infinity) * 1000;
  if (resources.vcpuMillis > maxVcpuMillis) return { fits: false, because: "exceeds-environments" };
  if (!fitsIn(resources, hostCapacity)) return { fits: false, because: "exceeds-host" };

  const used = addResources(state.jobs.environmentUsage(computeEnvironment.arn), resources);
  if (used.vcpuMillis > maxVcpuMillis) return { fits: false, because: "environments-full" };
  const isRoomOnHost = fitsIn(resources, subtractResources(hostCapacity, state.jobs.hostUsage));
  return isRoomOnHost ? { fits: true, computeEnvironment } : { fits: false, because: "host-full" };
}

/** A DISABLED environment goes on with what runs on it but takes nothing new; one being updated is still VALID to jobs. */
function acceptsPlacements({ state, status }: ComputeEnvironment): boolean {
  return state === "ENABLED" && (status === "VALID" || status === "UPDATING");
}
