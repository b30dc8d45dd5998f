import type { LiveJob, LiveState } from "../store/live-state.ts";

/**
 * Decides whether a job can have all that it needs of consumable resources now: an attempt takes everything at once or
 * does not start (specification 7.4). A resource that is not there has nothing.
 */
export function hasConsumables({ jobId }: LiveJob, { consumables, plainResources }: LiveState): boolean {
  return consumables.neededBy(jobId).every(({ consumableResource, quantity }) => {
    const resource = plainResources.find("consumable-resource", consumableResource);
    return (
      resource !== undefined && consumables.heldOf(consumableResource) + quantity <= resource.totalQuantity
    );
  });
}
