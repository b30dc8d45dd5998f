import type {
  CreateSchedulingPolicyRequest,
  FairsharePolicy,
  QuotaSharePolicy,
  ShareAttributes,
  UpdateSchedulingPolicyRequest,
} from "../model/batch.ts";
import { isResourceName, schedulingPolicyArn } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { NewResourceFacts } from "./plain-resource.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";

/** How queues that were made with it order their jobs. Nothing follows from a quota-share policy: service jobs are not run. */
export interface SchedulingPolicy {
  readonly resourceType: "scheduling-policy";
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
  /** Which of the two it is never changes. */
  readonly body:
    | { readonly fairsharePolicy: FairsharePolicy }
    | { readonly quotaSharePolicy: QuotaSharePolicy };
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** What a policy orders a queue's jobs by. */
export type PolicyKind = "fair-share" | "quota-share";

export function policyKind({ body }: SchedulingPolicy): PolicyKind {
  return "fairsharePolicy" in body ? "fair-share" : "quota-share";
}

/**
 * Makes a scheduling policy (specification 2.7); with neither of the two members it is one of fair share.
 *
 * AWS's texts are recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch, pf-batch-sp-…).
 */
export function createSchedulingPolicy(
  request: CreateSchedulingPolicyRequest,
  { scope, cause, isNameTaken }: NewResourceFacts,
): SchedulingPolicy | Refusal {
  const { name } = request;
  if (!isResourceName(name)) return Refusal.wrapped("Scheduling policy name should match a valid pattern.");
  if (isNameTaken) return Refusal.wrapped("Object already exists");
  const refusal = checkMembers(request);
  if (refusal !== undefined) return refusal;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  return {
    resourceType: "scheduling-policy",
    scope,
    name,
    arn: schedulingPolicyArn(scope, name),
    body: bodyOf(request) ?? { fairsharePolicy: normalFairShare({}) },
    tags,
    cause,
  };
}

/** The policy with another body of the same kind; it holds for the queues that use it from then on. */
export function updateSchedulingPolicy(
  current: SchedulingPolicy,
  request: UpdateSchedulingPolicyRequest,
  cause: Cause,
): SchedulingPolicy | Refusal {
  const refusal = checkMembers(request);
  if (refusal !== undefined) return refusal;
  const updated = { ...current, body: bodyOf(request) ?? current.body, cause };
  if (policyKind(updated) === policyKind(current)) return updated;
  return Refusal.bare(
    `${current.arn} is a ${policyKind(current)} policy and cannot become a ${policyKind(updated)} policy`,
  );
}

/** Refuses the deletion of a policy that a job queue, in whatever status, uses. */
export function checkPolicyIsUnused(
  { arn }: SchedulingPolicy,
  jobQueues: Iterable<{ readonly arn: string; readonly schedulingPolicyArn?: string }>,
): Refusal | undefined {
  for (const queue of jobQueues) {
    if (queue.schedulingPolicyArn === arn) {
      return Refusal.bare(`Cannot delete ${arn}, it is used by the job queue ${queue.arn}`);
    }
  }
  return undefined;
}

/** Whether jobs may name this share; a policy may also name all that begin with it, by an asterisk behind it. */
export function isShareIdentifier(text: string): boolean {
  return SHARE_IDENTIFIER.test(text);
}

const SHARE_IDENTIFIER = /^[a-zA-Z0-9_-]{1,255}$/;
const SHARE_DISTRIBUTION_MAX = 500;
const WEIGHT_FACTOR = { min: 0.0001, max: 999.9999 };
/** Up to a week. */
const SHARE_DECAY_SECONDS = { min: 0, max: 604_800 };
/** Percent. */
const COMPUTE_RESERVATION = { min: 0, max: 99 };

type PolicyMembers = Pick<CreateSchedulingPolicyRequest, "fairsharePolicy" | "quotaSharePolicy">;

function bodyOf({ fairsharePolicy, quotaSharePolicy }: PolicyMembers): SchedulingPolicy["body"] | undefined {
  if (quotaSharePolicy !== undefined) return { quotaSharePolicy };
  return fairsharePolicy === undefined ? undefined : { fairsharePolicy: normalFairShare(fairsharePolicy) };
}

function normalFairShare(policy: FairsharePolicy): FairsharePolicy {
  const { shareDecaySeconds = 0, computeReservation = 0, shareDistribution = [] } = policy;
  return { shareDecaySeconds, computeReservation, shareDistribution };
}

function checkMembers({ fairsharePolicy, quotaSharePolicy }: PolicyMembers): Refusal | undefined {
  if (fairsharePolicy === undefined) return undefined;
  if (quotaSharePolicy !== undefined) {
    return Refusal.wrapped("A scheduling policy can have either fairsharePolicy or quotaSharePolicy");
  }
  const { shareDecaySeconds, computeReservation, shareDistribution = [] } = fairsharePolicy;
  return (
    checkRange(shareDecaySeconds, "fairsharePolicy.shareDecaySeconds", SHARE_DECAY_SECONDS) ??
    checkRange(computeReservation, "fairsharePolicy.computeReservation", COMPUTE_RESERVATION) ??
    checkDistribution(shareDistribution)
  );
}

function checkDistribution(shares: readonly ShareAttributes[]): Refusal | undefined {
  if (shares.length > SHARE_DISTRIBUTION_MAX) {
    return Refusal.wrapped(`ShareDistribution size cannot be greater than ${SHARE_DISTRIBUTION_MAX}.`);
  }
  return (
    firstRefusal(shares, checkShare) ?? checkOverlaps(shares.map(({ shareIdentifier }) => shareIdentifier))
  );
}

function checkShare({ shareIdentifier, weightFactor = 1 }: ShareAttributes): Refusal | undefined {
  if (!isShareIdentifier(shareIdentifier.replace(/\*$/, ""))) {
    return Refusal.wrapped("ShareIdentifier name should match a valid pattern.");
  }
  if (weightFactor >= WEIGHT_FACTOR.min && weightFactor <= WEIGHT_FACTOR.max) return undefined;
  return Refusal.wrapped(`Weight factor should be between ${WEIGHT_FACTOR.min} and ${WEIGHT_FACTOR.max}.`);
}

/** Of each share at most one entry may speak. Where two overlap, one of them is a prefix of the other. */
function checkOverlaps(identifiers: readonly string[]): Refusal | undefined {
  if (new Set(identifiers).size < identifiers.length) {
    return Refusal.wrapped("Cannot have two or more identical shareIdentifiers.");
  }
  return firstRefusal(identifiers, (identifier) => {
    if (!identifier.endsWith("*")) return undefined;
    const prefix = identifier.slice(0, -1);
    const other = identifiers.find((one) => one !== identifier && one.startsWith(prefix));
    if (other === undefined) return undefined;
    return Refusal.wrapped(`Share identifier ${other} matches another share identifier ${identifier}`);
  });
}
