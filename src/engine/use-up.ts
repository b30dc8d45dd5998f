import { ENGINE_CAUSE } from "../batch/cause.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";

/**
 * What the end of an attempt leaves of the consumable resources that it held: those that are not replenished shrink by
 * it, however it ended (specification 7.4).
 */
export function useUp({ consumables, plainResources }: LiveState, jobId: string): readonly Change[] {
  return consumables.neededBy(jobId).flatMap(({ consumableResource, quantity }): readonly Change[] => {
    const resource = plainResources.find("consumable-resource", consumableResource);
    if (resource?.kind !== "NON_REPLENISHABLE") return [];
    const totalQuantity = Math.max(0, resource.totalQuantity - quantity);
    return [{ kind: "plain-resource-put", resource: { ...resource, totalQuantity, cause: ENGINE_CAUSE } }];
  });
}
