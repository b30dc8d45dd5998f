import type { SeededRandom } from "../../lib/seeded-random.ts";
import type { CreateJobQueueRequest, JobStateTimeLimitAction } from "../../model/batch.ts";
import { order } from "./order.ts";
import type { Order } from "./order.ts";
import { environmentNamesOf, environmentOrder } from "./seen-resources.ts";
import type { SeenResources } from "./seen-resources.ts";

const PRIORITY_MAX = 20;
const TIME_LIMIT_REASONS = [
  "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
];
const TIME_LIMIT_SECONDS = { min: 600, max: 1_800 };

/**
 * What somebody may do next with a queue: make it, change it, close or open it, or delete it with all that waits in it.
 *
 * @param policyArns those that it may change between; none where jobs come as they are submitted.
 */
export function changeQueue(
  request: CreateJobQueueRequest,
  policyArns: readonly string[],
  seen: SeenResources,
  random: SeededRandom,
): readonly Order[] {
  const { jobQueueName: jobQueue } = request;
  const current = seen.queues.get(jobQueue);
  const environments = chooseEnvironments(request, seen, random);
  const schedulingPolicyArn = request.schedulingPolicyArn === undefined ? undefined : random.pick(policyArns);
  if (current === undefined) {
    if (environments.length === 0) return [];
    const computeEnvironmentOrder = environmentOrder(environments);
    return [order("CreateJobQueue", { ...request, computeEnvironmentOrder, schedulingPolicyArn })];
  }
  if (current.state === "DISABLED") {
    if (random.chance(40)) return [order("DeleteJobQueue", { jobQueue })];
    return [order("UpdateJobQueue", { jobQueue, state: "ENABLED" })];
  }
  if (random.chance(15)) return [order("UpdateJobQueue", { jobQueue, state: "DISABLED" })];
  return [
    order("UpdateJobQueue", {
      jobQueue,
      ...(random.chance(40) && { priority: random.between(0, PRIORITY_MAX) }),
      ...(environments.length > 0 && { computeEnvironmentOrder: environmentOrder(environments) }),
      ...(random.chance(50) && { schedulingPolicyArn }),
      ...(random.chance(50) && { jobStateTimeLimitActions: timeLimits(random) }),
    }),
  ];
}

/** Some of those that the queue was made with and that are there, in any order. */
function chooseEnvironments(
  request: CreateJobQueueRequest,
  { environments }: SeenResources,
  random: SeededRandom,
): readonly string[] {
  const valid = environmentNamesOf(request).filter((name) => environments.get(name)?.status === "VALID");
  return random.shuffled(valid).slice(0, random.between(1, valid.length));
}

function timeLimits(random: SeededRandom): readonly JobStateTimeLimitAction[] {
  return TIME_LIMIT_REASONS.filter(() => random.chance(50)).map((reason) => ({
    reason,
    state: "RUNNABLE",
    maxTimeSeconds: random.between(TIME_LIMIT_SECONDS.min, TIME_LIMIT_SECONDS.max),
    action: "CANCEL",
  }));
}
