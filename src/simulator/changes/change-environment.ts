import type { SeededRandom } from "../../lib/seeded-random.ts";
import type {
  ComputeEnvironmentDetail,
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  CRUpdateAllocationStrategy,
} from "../../model/batch.ts";
import { order } from "./order.ts";
import type { Order } from "./order.ts";
import { environmentNamesOf, environmentOrder } from "./seen-resources.ts";
import type { SeenResources } from "./seen-resources.ts";

/** Sizes that environments are given, in vCPUs: from less than some jobs ask for to more than a small host has. */
const MAX_VCPUS = [1, 2, 4, 8, 16, 30, 60, 120];
const MIN_VCPUS = [0, 0, 1, 4, 8, 20];
const SCALE_DOWN_DELAY_MINUTES = [0, 20, 45];
const INSTANCE_TYPES = [
  ["m5.2xlarge"],
  ["m5.large"],
  ["m5", "c5"],
  ["c5.xlarge", "m5.4xlarge", "r5.large"],
  ["optimal"],
];
const DEMAND_STRATEGIES = ["BEST_FIT_PROGRESSIVE", "BEST_FIT_PROGRESSIVE_ORDERED"] as const;
const SPOT_STRATEGIES = [
  "BEST_FIT_PROGRESSIVE",
  "SPOT_CAPACITY_OPTIMIZED",
  "SPOT_PRICE_CAPACITY_OPTIMIZED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
] as const;
const ORDERED_STRATEGIES: ReadonlySet<string | undefined> = new Set([
  "BEST_FIT_PROGRESSIVE_ORDERED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
]);

/** What somebody may do next with an environment: make it, change it, close or open it, or take it out of use for good. */
export function changeEnvironment(
  request: CreateComputeEnvironmentRequest,
  seen: SeenResources,
  random: SeededRandom,
): readonly Order[] {
  const { computeEnvironmentName: name } = request;
  const current = seen.environments.get(name);
  if (current === undefined) return [order("CreateComputeEnvironment", request)];
  if (current.state === "DISABLED" && random.chance(60)) {
    if (random.chance(50)) return [update(name, { state: "ENABLED" })];
    return [...withdrawals(name, seen), order("DeleteComputeEnvironment", { computeEnvironment: name })];
  }
  if (random.chance(15)) return [...disabling(name, seen, random)];
  const resources = current.computeResources;
  if (resources === undefined) return [update(name, { unmanagedvCpus: random.pick(MAX_VCPUS) })];
  if (isReplaceable(resources) && random.chance(50)) return [replace(current, resources, random)];
  return [update(name, { computeResources: scale(resources, random) })];
}

/** Some are drained: no queue sends anything there any more. */
function disabling(name: string, seen: SeenResources, random: SeededRandom): readonly Order[] {
  const drains = random.chance(40) ? withdrawals(name, seen) : [];
  return [...drains, update(name, { state: "DISABLED" })];
}

/** Takes the environment out of all queues that have another. */
function withdrawals(name: string, { queues }: SeenResources): readonly Order[] {
  return [...queues].flatMap(([jobQueue, queue]) => {
    const names = environmentNamesOf(queue);
    const others = names.filter((one) => one !== name);
    if (others.length === names.length || others.length === 0) return [];
    return [order("UpdateJobQueue", { jobQueue, computeEnvironmentOrder: environmentOrder(others) })];
  });
}

/** Whether its instances can be replaced by others: Fargate has none, the host stays, and BEST_FIT refuses it. */
function isReplaceable({ type, instanceTypes, allocationStrategy = "BEST_FIT" }: ComputeResource): boolean {
  const hasInstances = type === "EC2" || type === "SPOT";
  return hasInstances && allocationStrategy !== "BEST_FIT" && instanceTypes?.includes("local.host") !== true;
}

/** A scaling update. */
function scale(
  { type, minvCpus = 0, desiredvCpus = 0 }: ComputeResource,
  random: SeededRandom,
): ComputeResourceUpdate {
  const maxvCpus = random.pick(MAX_VCPUS) ?? 1;
  if (type === "FARGATE" || type === "FARGATE_SPOT") return { maxvCpus };
  const wantedMin = random.chance(40) ? (random.pick(MIN_VCPUS) ?? 0) : minvCpus;
  // Nobody but the engine can lower it.
  const desiredMin = Math.max(desiredvCpus, wantedMin);
  const isWishing = random.chance(30) && desiredMin <= maxvCpus;
  return {
    maxvCpus,
    minvCpus: Math.min(wantedMin, maxvCpus),
    ...(isWishing && { desiredvCpus: random.between(desiredMin, maxvCpus) }),
    ...(random.chance(30) && {
      scalingPolicy: { minScaleDownDelayMinutes: random.pick(SCALE_DOWN_DELAY_MINUTES) },
    }),
  };
}

/** An infrastructure update. What runs on the instances is terminated with them, or has a while to end. */
function replace(
  { computeEnvironmentName }: ComputeEnvironmentDetail,
  resources: ComputeResource,
  random: SeededRandom,
): Order {
  const otherType = resources.type === "SPOT" ? "EC2" : "SPOT";
  const type = random.chance(15) ? otherType : resources.type;
  const allocationStrategy: CRUpdateAllocationStrategy | undefined = random.pick(
    type === "SPOT" ? SPOT_STRATEGIES : DEMAND_STRATEGIES,
  );
  // A strategy that goes by the order of the types does not take a bundle of them.
  const isOrdered = ORDERED_STRATEGIES.has(allocationStrategy);
  const choices = INSTANCE_TYPES.filter((types) => !isOrdered || !types.includes("optimal"));
  return update(computeEnvironmentName, {
    computeResources: {
      type,
      allocationStrategy,
      instanceTypes: random.pick(choices),
      ...(type === "SPOT" && { bidPercentage: random.between(40, 100) }),
    },
    updatePolicy: {
      terminateJobsOnUpdate: random.chance(50),
      jobExecutionTimeoutMinutes: random.between(1, 60),
    },
  });
}

function update(
  computeEnvironment: string,
  members: Omit<Extract<Order, { name: "UpdateComputeEnvironment" }>["input"], "computeEnvironment">,
): Order {
  return order("UpdateComputeEnvironment", { computeEnvironment, ...members });
}
