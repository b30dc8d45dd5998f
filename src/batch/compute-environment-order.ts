import type { ComputeEnvironmentOrder, JobQueueType } from "../model/batch.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { isFargateEnvironment } from "./compute-resources.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";
import type { Architecture } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

export interface ComputeEnvironmentOrderEntry {
  readonly order: number;
  /** An ARN. */
  readonly computeEnvironment: string;
}

const COMPUTE_ENVIRONMENTS_PER_QUEUE_MAX = 3;

/** What the environments of a queue depend on besides the request. */
export interface ComputeEnvironmentOrderFacts {
  /** Finds an environment of the queue's scope by name or ARN. */
  readonly findComputeEnvironment: (nameOrArn: string) => ComputeEnvironment | undefined;
  readonly instanceCatalogue: InstanceCatalogue;
}

/** The environments of a queue, the one to try first at the front, and what that makes of the queue. */
export interface ComputeEnvironments {
  readonly order: readonly ComputeEnvironmentOrderEntry[];
  readonly jobQueueType: JobQueueType;
}

/**
 * Reads the `computeEnvironmentOrder` of a job queue (specification 2.6): one to three environments, each once, of one
 * kind and one architecture. Names become ARNs.
 *
 * An environment has to be VALID to be put into a queue; one that is `attached` already may have become INVALID or may
 * be in the middle of an update.
 *
 * AWS's texts, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch); the last is ours.
 *
 * @param attached ARNs of the environments that the queue has now.
 */
export function parseComputeEnvironmentOrder(
  entries: readonly ComputeEnvironmentOrder[],
  facts: ComputeEnvironmentOrderFacts,
  attached: ReadonlySet<string>,
): ComputeEnvironments | Refusal {
  const countRefusal = checkCount(entries);
  if (countRefusal !== undefined) return countRefusal;

  const found: { readonly order: number; readonly environment: ComputeEnvironment }[] = [];
  for (const { order, computeEnvironment } of entries) {
    const environment = facts.findComputeEnvironment(computeEnvironment);
    if (environment === undefined || !(environment.status === "VALID" || attached.has(environment.arn))) {
      return Refusal.wrapped(
        "Compute Environments must be created and valid before attaching them to a job queue",
      );
    }
    found.push({ order, environment });
  }
  found.sort((a, b) => a.order - b.order);

  const environments = found.map(({ environment }) => environment);
  const refusal =
    checkDistinct(environments) ??
    checkKinds(environments) ??
    checkArchitectures(environments, facts.instanceCatalogue);
  if (refusal !== undefined) return refusal;
  return {
    order: found.map(({ order, environment }) => ({ order, computeEnvironment: environment.arn })),
    jobQueueType: environments.map(queueTypeOf)[0] ?? "ECS",
  };
}

function checkCount(entries: readonly ComputeEnvironmentOrder[]): Refusal | undefined {
  if (entries.length === 0) return Refusal.wrapped("computeEnvironmentOrder is required.");
  if (entries.length > COMPUTE_ENVIRONMENTS_PER_QUEUE_MAX) {
    return Refusal.wrapped(
      `Only ${COMPUTE_ENVIRONMENTS_PER_QUEUE_MAX} environments are allowed in job queue request.`,
    );
  }
  const orders = new Set(entries.map(({ order }) => order));
  if (orders.size === entries.length) return undefined;
  return Refusal.wrapped("Duplicate ComputeEnvironment order values.");
}

function checkDistinct(environments: readonly ComputeEnvironment[]): Refusal | undefined {
  const arns = new Set(environments.map(({ arn }) => arn));
  if (arns.size === environments.length) return undefined;
  return Refusal.wrapped("Duplicate ComputeEnvironments within order list.");
}

/** The text on EKS is formed after AWS's on Fargate. */
function checkKinds(environments: readonly ComputeEnvironment[]): Refusal | undefined {
  const kinds = new Set(environments.map(queueTypeOf));
  if (kinds.size <= 1) return undefined;
  return Refusal.wrapped(
    `${kinds.has("EKS") ? "EKS and ECS" : "Fargate and EC2"} compute environments can not be mixed.`,
  );
}

/** The other environments of a queue that has an environment. */
export interface QueueNeighbours {
  readonly jobQueueName: string;
  readonly environments: readonly ComputeEnvironment[];
}

/**
 * Refuses an environment that its queues could not hold: environments of one queue are of one architecture
 * (https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeEnvironmentOrder.html). The text is ours.
 */
export function checkArchitectureInQueues(
  environment: ComputeEnvironment,
  queues: readonly QueueNeighbours[],
  catalogue: InstanceCatalogue,
): Refusal | undefined {
  return firstRefusal(queues, ({ jobQueueName, environments }) => {
    const architectures = architecturesIn([environment, ...environments], catalogue);
    if (architectures.size <= 1) return undefined;
    return Refusal.bare(
      `computeResources.instanceTypes must be of the architecture of the other compute environments of job queue ` +
        `${jobQueueName}, got ${[...architectures].sort().join(" and ")}`,
    );
  });
}

function checkArchitectures(
  environments: readonly ComputeEnvironment[],
  catalogue: InstanceCatalogue,
): Refusal | undefined {
  const architectures = architecturesIn(environments, catalogue);
  if (architectures.size <= 1) return undefined;
  return Refusal.bare(
    `computeEnvironmentOrder must hold compute environments of one architecture, got ${[...architectures].sort().join(" and ")}`,
  );
}

/** Environments without instance types, and `local.host`, go with each architecture. */
function architecturesIn(
  environments: readonly ComputeEnvironment[],
  catalogue: InstanceCatalogue,
): ReadonlySet<Architecture> {
  const entries = environments.flatMap(({ computeResources }) => computeResources?.instanceTypes ?? []);
  return catalogue.architecturesOf(entries);
}

/** The type of a queue with such environments. UNMANAGED ones are of EC2. */
function queueTypeOf(environment: ComputeEnvironment): JobQueueType {
  if (environment.eksConfiguration !== undefined) return "EKS";
  return isFargateEnvironment(environment) ? "ECS_FARGATE" : "ECS";
}
