import type { ConsumableRequirement } from "../../batch/consumable-resource.ts";
import type { LiveState } from "../../store/live-state.ts";
import { JOBS_NAMED_MAX } from "./remedies/ending-jobs.ts";
import { consumableHolders } from "./remedies/ends-that-free-consumable.ts";
import { isShort } from "./explanation.ts";
import type { ConsumableAnswer } from "./explanation.ts";

/** How much there is of a consumable resource that a job needs; where that is too little with a few of those that hold it. */
export function consumableAnswer(
  { consumableResource, quantity }: ConsumableRequirement,
  state: LiveState,
): ConsumableAnswer {
  const resource = state.plainResources.find("consumable-resource", consumableResource);
  const exists = resource !== undefined;
  const totalQuantity = resource?.totalQuantity ?? 0;
  const heldQuantity = state.consumables.heldOf(consumableResource);
  const answer = { consumableResource, exists, quantity, totalQuantity, heldQuantity };
  const holders = isShort(answer)
    ? consumableHolders(consumableResource, state).slice(0, JOBS_NAMED_MAX)
    : [];
  return { ...answer, holders: holders.map(({ ending }) => ending) };
}
