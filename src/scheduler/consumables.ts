import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { WaitReason } from "./wait-reason.ts";

/**
 * Decides whether a job can have all that it needs of consumable resources now: an attempt takes everything at once or
 * does not start (specification 7.4). A resource that is not there has nothing.
 *
 * @returns why it cannot; undefined if it can.
 */
export function lackOfConsumables(
  { jobId }: LiveJob,
  { consumables, plainResources }: LiveState,
): WaitReason | undefined {
  let because: WaitReason | undefined;
  for (const { consumableResource, quantity } of consumables.neededBy(jobId)) {
    const total = plainResources.find("consumable-resource", consumableResource)?.totalQuantity ?? 0;
    if (total < quantity) return "exceeds-consumables";
    if (consumables.heldOf(consumableResource) + quantity > total) because = "consumables-unavailable";
  }
  return because;
}
