import type { ConsumableRequirement } from "../../batch/consumable-resource.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { ExplainFacts } from "./asked-job.ts";
import { fewestToMakeRoom, holdersOfHost, JOBS_NAMED_MAX } from "./ending-jobs.ts";
import type { Holder } from "./ending-jobs.ts";
import { isShort } from "./explanation.ts";
import type { ConsumableAnswer, EndingJob } from "./explanation.ts";
import { nextAfter } from "./overtaken.ts";

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
  const holders = isShort(answer) ? holdersOf(consumableResource, state).slice(0, JOBS_NAMED_MAX) : [];
  return { ...answer, holders: holders.map(({ ending }) => ending) };
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
  const isNext = nextAfter(job, facts);
  const isEnough = (ended: readonly Holder[]): boolean => {
    const givenBack = ended.reduce((sum, one) => sum + quantityOf(one.job, consumableResource, state), 0);
    return heldQuantity - givenBack + quantity <= totalQuantity && isNext(ended);
  };
  return fewestToMakeRoom([{ holders: holdersOf(consumableResource, state), isEnough }]);
}

function holdersOf(consumableResource: string, state: LiveState): readonly Holder[] {
  return holdersOfHost(state, (job) => quantityOf(job, consumableResource, state) > 0);
}

function quantityOf({ jobId }: LiveJob, consumableResource: string, { consumables }: LiveState): number {
  const need = consumables.neededBy(jobId).find((one) => one.consumableResource === consumableResource);
  return need?.quantity ?? 0;
}
