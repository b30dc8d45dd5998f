import type { CreateComputeEnvironmentRequest, CreateJobQueueRequest } from "../../model/batch.ts";
import { deepEqual } from "../../lib/deep-equal.ts";
import type { ScenarioResources } from "../scenario.ts";
import { order } from "./order.ts";
import type { Order } from "./order.ts";
import { environmentNamesOf, takesOrders } from "./seen-resources.ts";
import type { SeenResources } from "./seen-resources.ts";

/** What brings everything nearer to what it was at first, so that each job that is left can run. */
export function restore(
  { environments, queues, consumables }: ScenarioResources,
  seen: SeenResources,
): readonly Order[] {
  const restored = consumables.flatMap((request): readonly Order[] => {
    const { consumableResourceName: consumableResource, totalQuantity = 0 } = request;
    const total = seen.consumables.get(consumableResource)?.totalQuantity;
    if (total === undefined) return [order("CreateConsumableResource", request)];
    if (total >= totalQuantity / 2) return [];
    const set = { consumableResource, operation: "SET", quantity: totalQuantity };
    return [order("UpdateConsumableResource", set)];
  });
  return [
    ...restored,
    ...environments.flatMap((request) => restoreEnvironment(request, seen)),
    ...queues.flatMap((request) => restoreQueue(request, seen)),
  ];
}

function restoreEnvironment(request: CreateComputeEnvironmentRequest, seen: SeenResources): readonly Order[] {
  const { computeEnvironmentName: computeEnvironment, computeResources: wanted } = request;
  const current = seen.environments.get(computeEnvironment);
  if (current === undefined) return [order("CreateComputeEnvironment", request)];
  if (!takesOrders(current)) return [];
  const enabling =
    current.state === "ENABLED" && current.status === "VALID" ? {} : { state: "ENABLED" as const };
  const has = current.computeResources;
  const isSame =
    has?.maxvCpus === wanted?.maxvCpus &&
    has?.type === wanted?.type &&
    deepEqual(has?.instanceTypes, wanted?.instanceTypes);
  if (isSame || wanted === undefined) {
    const isOpen = Object.keys(enabling).length === 0;
    return isOpen ? [] : [order("UpdateComputeEnvironment", { computeEnvironment, ...enabling })];
  }
  const { maxvCpus, type, instanceTypes } = wanted;
  const isReplaced = type !== has?.type || !deepEqual(has.instanceTypes, instanceTypes);
  const infrastructure = { type, instanceTypes, allocationStrategy: "BEST_FIT_PROGRESSIVE" } as const;
  const computeResources = { maxvCpus, ...(isReplaced && infrastructure) };
  return [order("UpdateComputeEnvironment", { computeEnvironment, ...enabling, computeResources })];
}

function restoreQueue(request: CreateJobQueueRequest, seen: SeenResources): readonly Order[] {
  const { jobQueueName: jobQueue, computeEnvironmentOrder } = request;
  const names = environmentNamesOf(request);
  const areThere = names.every((name) => seen.environments.get(name)?.status === "VALID");
  const current = seen.queues.get(jobQueue);
  if (current === undefined) return areThere ? [order("CreateJobQueue", request)] : [];
  if (!takesOrders(current)) return [];
  const isReordered = areThere && !deepEqual(environmentNamesOf(current), names);
  if (current.state === "ENABLED" && !isReordered) return [];
  return [
    order("UpdateJobQueue", {
      jobQueue,
      state: "ENABLED",
      ...(isReordered && { computeEnvironmentOrder }),
    }),
  ];
}
