import type { LiveJob, LiveState } from "../../../store/live-state.ts";
import type { ExplainFacts } from "../asked-job.ts";
import { fewestToMakeRoom, holdersOfHost } from "./ending-jobs.ts";
import type { Holder } from "./ending-jobs.ts";
import type { ConsumableAnswer, EndingJob } from "../explanation.ts";
import { nextAfter } from "./overtaken.ts";

/** Those whose ends give back enough of a consumable resource. What is used up does not come back. */
export function endsThatFreeConsumable(
  { consumableResource, quantity, totalQuantity, heldQuantity }: ConsumableAnswer,
  job: LiveJob,
  facts: ExplainFacts,
): readonly EndingJob[] | undefined {
  const { state } = facts;
  const resource = state.plainResources.find("consumable-resource", consumableResource);
  if (resource?.kind !== "REPLENISHABLE") return undefined;
  const isNext = nextAfter(job, facts);
  const isEnough = (ended: readonly Holder[]): boolean => {
    const givenBack = ended.reduce((sum, one) => sum + quantityOf(one.job, consumableResource, state), 0);
    return heldQuantity - givenBack + quantity <= totalQuantity && isNext(ended);
  };
  return fewestToMakeRoom([{ holders: consumableHolders(consumableResource, state), isEnough }]);
}

/** Those of the jobs under way that hold some of it. */
export function consumableHolders(consumableResource: string, state: LiveState): readonly Holder[] {
  return holdersOfHost(state, (job) => quantityOf(job, consumableResource, state) > 0);
}

function quantityOf({ jobId }: LiveJob, consumableResource: string, { consumables }: LiveState): number {
  const need = consumables.neededBy(jobId).find((one) => one.consumableResource === consumableResource);
  return need?.quantity ?? 0;
}
