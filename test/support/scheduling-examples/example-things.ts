import { ENGINE_CAUSE } from "../../../src/batch/cause.ts";
import { createComputeEnvironment } from "../../../src/batch/compute-environment.ts";
import { createConsumableResource } from "../../../src/batch/consumable-resource.ts";
import { EC2_CATALOGUE } from "../../../src/batch/instance-catalogue.ts";
import type { JobQueue } from "../../../src/batch/job-queue.ts";
import type { PlainResource } from "../../../src/batch/plain-resource.ts";
import { createSchedulingPolicy } from "../../../src/batch/scheduling-policy.ts";
import type {
  ComputeResource,
  CreateComputeEnvironmentRequest,
  CRAllocationStrategy,
  CRType,
  FairsharePolicy,
} from "../../../src/model/batch.ts";
import { schedulingPolicyArn } from "../../../src/batch/arn.ts";
import { accepted } from "../batch-values.ts";
import { aJobQueue, SCOPE, UUID } from "../builders.ts";
import type { Buildable } from "../builders.ts";
import type { EnvironmentUpdate } from "../instance-bench.ts";
import { readItems, readLength } from "./items.ts";
import type { ItemRule } from "./items.ts";

const FACTS = { scope: SCOPE, cause: ENGINE_CAUSE, isNameTaken: false };

/** What CreateComputeEnvironment makes of `EC2, instanceTypes c5.large, maxvCpus 4` and the like. */
export function readEnvironment(name: string, items: string): Buildable {
  const empty: CreateComputeEnvironmentRequest = { computeEnvironmentName: name, type: "MANAGED" };
  const request = readItems(items, ENVIRONMENT_RULES, empty);
  const computeEnvironment = accepted(
    createComputeEnvironment(request, { ...FACTS, uuid: UUID, instanceCatalogue: EC2_CATALOGUE }),
  );
  return { changes: () => [{ kind: "compute-environment-put", computeEnvironment }] };
}

const ENVIRONMENT_RULES: readonly ItemRule<CreateComputeEnvironmentRequest>[] = [
  { pattern: /UNMANAGED/, says: (_, request) => ({ ...request, type: "UNMANAGED", serviceRole: "batch" }) },
  {
    pattern: /unmanagedvCpus (\d+)/,
    says: ([vcpus], request) => ({ ...request, unmanagedvCpus: Number(vcpus) }),
  },
  {
    pattern: /(EC2|SPOT|FARGATE|FARGATE_SPOT)/,
    says: ([type], request) => ({ ...request, computeResources: resourcesOf(type as CRType) }), // by the pattern
  },
  {
    pattern: /((?:min|max|desired)vCpus|bidPercentage) (\d+)/,
    says: ([member, value], request) => withResources(request, { [member]: Number(value) }),
  },
  {
    pattern: /instanceTypes (.+)/,
    says: ([types], request) => withResources(request, { instanceTypes: types.split(" ") }),
  },
  {
    pattern: /((?:BEST_FIT|SPOT)_?[A-Z_]*)/,
    says: ([strategy], request) =>
      withResources(request, { allocationStrategy: strategy as CRAllocationStrategy }), // refused where there is none
  },
  {
    pattern: /minScaleDownDelayMinutes (\d+)/,
    says: ([minutes], request) =>
      withResources(request, { scalingPolicy: { minScaleDownDelayMinutes: Number(minutes) } }),
  },
];

function resourcesOf(type: CRType): ComputeResource {
  const network = { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] };
  const maxvCpus = 0;
  if (type === "FARGATE" || type === "FARGATE_SPOT") return { type, maxvCpus, ...network };
  const spot = type === "SPOT" ? { spotIamFleetRole: "fleet" } : {};
  return { type, maxvCpus, minvCpus: 0, ...network, instanceRole: "ecsInstanceRole", ...spot };
}

function withResources(
  request: CreateComputeEnvironmentRequest,
  members: Partial<ComputeResource>,
): CreateComputeEnvironmentRequest {
  const { computeResources = resourcesOf("EC2") } = request;
  return { ...request, computeResources: { ...computeResources, ...members } };
}

/** What an UpdateComputeEnvironment asks for. */
export function readUpdate(items: string): EnvironmentUpdate {
  return readItems<EnvironmentUpdate>(items, UPDATE_RULES, {});
}

const UPDATE_RULES: readonly ItemRule<EnvironmentUpdate>[] = [
  {
    pattern: /((?:min|max|desired)vCpus) (\d+)/,
    says: ([member, value], { computeResources, ...request }) => ({
      ...request,
      computeResources: { ...computeResources, [member]: Number(value) },
    }),
  },
  {
    pattern: /instanceTypes (.+)/,
    says: ([types], { computeResources, ...request }) => ({
      ...request,
      computeResources: { ...computeResources, instanceTypes: types.split(" ") },
    }),
  },
  {
    pattern: /jobExecutionTimeoutMinutes (\d+)/,
    says: ([minutes], request) => ({
      ...request,
      updatePolicy: { ...request.updatePolicy, jobExecutionTimeoutMinutes: Number(minutes) },
    }),
  },
  {
    pattern: /terminateJobsOnUpdate/,
    says: (_, request) => ({
      ...request,
      updatePolicy: { ...request.updatePolicy, terminateJobsOnUpdate: true },
    }),
  },
  {
    pattern: /(ENABLED|DISABLED)/,
    says: ([state], request) => ({ ...request, state: state === "ENABLED" ? "ENABLED" : "DISABLED" }),
  },
];

interface QueueDraft {
  readonly environments: readonly string[];
  readonly overrides: Partial<JobQueue>;
}

const QUEUE_RULES: readonly ItemRule<QueueDraft>[] = [
  {
    pattern: /priority (\d+)/,
    says: ([priority], draft) => withOverrides(draft, { priority: Number(priority) }),
  },
  {
    pattern: /policy (\S+)/,
    says: ([name], draft) => withOverrides(draft, { schedulingPolicyArn: schedulingPolicyArn(SCOPE, name) }),
  },
  {
    pattern: /cancels (\S+) after (.+)/,
    says: ([reason, length], draft) => {
      const maxTimeSeconds = readLength(length) / 1_000;
      const action = { reason, action: "CANCEL", state: "RUNNABLE", maxTimeSeconds } as const;
      return withOverrides(draft, { jobStateTimeLimitActions: [action] });
    },
  },
  {
    pattern: /(\S+)/,
    says: ([name], draft) => ({ ...draft, environments: [...draft.environments, name] }),
  },
];

/** A queue of `ce, other, priority 2` and the like. */
export function readQueue(name: string, items: string): Buildable {
  const { environments, overrides } = readItems(items, QUEUE_RULES, { environments: [], overrides: {} });
  return aJobQueue(name, environments, overrides);
}

function withOverrides(draft: QueueDraft, overrides: Partial<JobQueue>): QueueDraft {
  return { ...draft, overrides: { ...draft.overrides, ...overrides } };
}

const POLICY_RULES: readonly ItemRule<FairsharePolicy>[] = [
  {
    pattern: /(shareDecaySeconds|computeReservation) (\d+)/,
    says: ([member, value], policy) => ({ ...policy, [member]: Number(value) }),
  },
  {
    pattern: /(\S+) weighs ([\d.]+)/,
    says: ([shareIdentifier, weight], policy) => ({
      ...policy,
      shareDistribution: [
        ...(policy.shareDistribution ?? []),
        { shareIdentifier, weightFactor: Number(weight) },
      ],
    }),
  },
];

/** What CreateSchedulingPolicy makes of `a weighs 1, team* weighs 0.5, shareDecaySeconds 3600`. */
export function readPolicy(name: string, items: string): Buildable {
  const fairsharePolicy = readItems(items, POLICY_RULES, {});
  return put(accepted(createSchedulingPolicy({ name, fairsharePolicy }, FACTS)));
}

/** What CreateConsumableResource makes of a quantity. */
export function readResource(consumableResourceName: string, quantity: string): Buildable {
  const request = { consumableResourceName, totalQuantity: Number(quantity) };
  return put(accepted(createConsumableResource(request, { ...FACTS, nowMs: 0 })));
}

function put(resource: PlainResource): Buildable {
  return { changes: () => [{ kind: "plain-resource-put", resource }] };
}
