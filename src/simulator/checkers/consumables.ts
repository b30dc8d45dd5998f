import { ENGINE_CAUSE } from "../../batch/cause.ts";
import type { ConsumableResource } from "../../batch/consumable-resource.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/**
 * Consumable resources are neither made nor lost: no more is held than there is, what is held comes back or, where it is
 * not replenished, is gone from the total when its attempt has ended.
 */
export function checkConsumables({ fail }: CheckerTools): Checker {
  const resources = new Map<string, ConsumableResource>();
  const held = new Map<string, number>();
  /** What is left of resources that are used up. */
  const left = new Map<string, number>();

  const put = (resource: ConsumableResource): void => {
    resources.set(resource.arn, resource);
    // Whatever the engine writes is to follow from the attempts that end.
    const isSet = resource.cause.principal !== ENGINE_CAUSE.principal;
    if (isSet && resource.kind === "NON_REPLENISHABLE") left.set(resource.arn, resource.totalQuantity);
  };

  const hold = ({ jobId, job }: KnownJob): void => {
    for (const { consumableResource: arn, quantity } of job.consumableResources ?? []) {
      const sum = (held.get(arn) ?? 0) + quantity;
      held.set(arn, sum);
      const total = resources.get(arn)?.totalQuantity ?? 0;
      if (sum > total) fail(`${jobId} starts with ${quantity} of ${arn}: ${sum} of ${total} are held`);
    }
  };

  const giveBack = ({ job }: KnownJob): void => {
    for (const { consumableResource: arn, quantity } of job.consumableResources ?? []) {
      held.set(arn, (held.get(arn) ?? 0) - quantity);
      const rest = left.get(arn);
      // Somebody may have set it to less than was held.
      if (rest !== undefined) left.set(arn, Math.max(0, rest - quantity));
    }
  };

  return {
    changed(change) {
      if (change.kind === "plain-resource-removed") {
        resources.delete(change.resource.arn);
        left.delete(change.resource.arn);
      }
      if (change.kind !== "plain-resource-put") return;
      if (change.resource.resourceType === "consumable-resource") put(change.resource);
    },
    attemptPut(job, attempt, before) {
      if (job.parent !== undefined && job.job.nodes !== undefined) return; // its job holds for all nodes
      if (before?.taskId !== attempt.taskId) hold(job);
      else if (attempt.outcome !== undefined && before.outcome === undefined) giveBack(job);
    },
    committed() {
      for (const [arn, rest] of left) {
        const total = resources.get(arn)?.totalQuantity;
        if (total !== rest) fail(`${total} are left of ${arn}, and should be ${rest}`);
      }
    },
    finished() {
      for (const [arn, quantity] of held)
        if (quantity !== 0) fail(`nothing runs, and ${quantity} of ${arn} are held`);
    },
  };
}
