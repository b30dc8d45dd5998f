import type {
  CreateQuotaShareRequest,
  QuotaSharePreemptionConfiguration,
  QuotaShareResourceSharingConfiguration,
  QuotaShareState,
  UpdateQuotaShareRequest,
} from "../model/batch.ts";
import { isResourceName, quotaShareArn } from "./arn.ts";
import { ALL_INSTANCES, parseCapacityLimits } from "./capacity-limits.ts";
import type { InstanceLimit } from "./capacity-limits.ts";
import type { Cause } from "./cause.ts";
import type { JobQueue } from "./job-queue.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";

/** A part of what a queue of service jobs may use. Its status is VALID from the answer on. */
export interface QuotaShare {
  readonly resourceType: "quota-share";
  readonly scope: Scope;
  /** `⟨queue⟩/⟨share⟩`. */
  readonly name: string;
  readonly arn: string;
  readonly quotaShareName: string;
  readonly jobQueueArn: string;
  readonly state: QuotaShareState;
  readonly capacityLimits: readonly InstanceLimit[];
  readonly resourceSharingConfiguration: QuotaShareResourceSharingConfiguration;
  readonly preemptionConfiguration: QuotaSharePreemptionConfiguration;
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** What a new quota share depends on besides its request. */
export interface NewQuotaShareFacts {
  readonly jobQueue: JobQueue;
  /** Whether the queue's order is made by a `quotaSharePolicy`. */
  readonly isQuotaManaged: boolean;
  /** Names of the shares that the queue has. */
  readonly shareNames: ReadonlySet<string>;
  readonly cause: Cause;
}

/** Makes a quota share (specification 2.11, 8.2). Order: name, queue, sharing, capacity, tags. */
export function createQuotaShare(
  request: CreateQuotaShareRequest,
  facts: NewQuotaShareFacts,
): QuotaShare | Refusal {
  const {
    quotaShareName,
    resourceSharingConfiguration,
    preemptionConfiguration,
    state = "ENABLED",
  } = request;
  const refusal =
    checkName(quotaShareName, facts.shareNames) ??
    checkQueue(facts) ??
    checkSharing(resourceSharingConfiguration);
  if (refusal !== undefined) return refusal;
  const capacityLimits = parseLimits(request.capacityLimits);
  if (capacityLimits instanceof Refusal) return capacityLimits;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const { scope, name: queueName, arn: jobQueueArn } = facts.jobQueue;
  return {
    resourceType: "quota-share",
    scope,
    name: `${queueName}/${quotaShareName}`,
    arn: quotaShareArn(scope, queueName, quotaShareName),
    quotaShareName,
    jobQueueArn,
    state,
    capacityLimits,
    resourceSharingConfiguration: withBorrowLimit(resourceSharingConfiguration),
    preemptionConfiguration,
    tags,
    cause: facts.cause,
  };
}

/** What the request leaves out stays; what it gives replaces as a whole. */
export function updateQuotaShare(
  current: QuotaShare,
  request: UpdateQuotaShareRequest,
  cause: Cause,
): QuotaShare | Refusal {
  const {
    resourceSharingConfiguration = current.resourceSharingConfiguration,
    preemptionConfiguration = current.preemptionConfiguration,
    state = current.state,
  } = request;
  const refusal = checkSharing(resourceSharingConfiguration);
  if (refusal !== undefined) return refusal;
  const capacityLimits = parseLimits(request.capacityLimits ?? current.capacityLimits);
  if (capacityLimits instanceof Refusal) return capacityLimits;
  return {
    ...current,
    state,
    capacityLimits,
    resourceSharingConfiguration: withBorrowLimit(resourceSharingConfiguration),
    preemptionConfiguration,
    cause,
  };
}

export function checkQuotaShareDeletion({ arn, state }: QuotaShare): Refusal | undefined {
  if (state === "DISABLED") return undefined;
  return Refusal.bare(`${arn} must be in DISABLED state to be deleted, got ${state}`);
}

const SHARES_PER_QUEUE_MAX = 20;
/** Percent of the share's own limits; -1 is without limit. */
const BORROW_LIMIT = { min: -1 };

function checkName(name: string, taken: ReadonlySet<string>): Refusal | undefined {
  if (!isResourceName(name)) return Refusal.wrapped("Quota share name should match a valid pattern.");
  if (taken.has(name)) return Refusal.wrapped("Object already exists");
  if (taken.size < SHARES_PER_QUEUE_MAX) return undefined;
  return Refusal.bare(`a job queue can have at most ${SHARES_PER_QUEUE_MAX} quota shares`);
}

function checkQueue({ jobQueue, isQuotaManaged }: NewQuotaShareFacts): Refusal | undefined {
  if (!isQuotaManaged) {
    return Refusal.bare(
      `jobQueue must have a scheduling policy with a quotaSharePolicy, ${jobQueue.arn} has none`,
    );
  }
  if (jobQueue.status === "VALID") return undefined;
  return Refusal.bare(`JobQueue ${jobQueue.arn} must be in VALID status, got ${jobQueue.status}`);
}

function checkSharing({
  strategy,
  borrowLimit,
}: QuotaShareResourceSharingConfiguration): Refusal | undefined {
  const path = "resourceSharingConfiguration.borrowLimit";
  if (borrowLimit !== undefined && strategy !== "LEND_AND_BORROW") {
    return Refusal.bare(`${path} must be absent for strategy ${strategy}, got ${borrowLimit}`);
  }
  return checkRange(borrowLimit, path, BORROW_LIMIT);
}

/** Shares are of instance types: unlike an environment none can be of instances of whatever type. */
function parseLimits(limits: CreateQuotaShareRequest["capacityLimits"]): readonly InstanceLimit[] | Refusal {
  const parsed = parseCapacityLimits(limits);
  if (parsed instanceof Refusal) return parsed;
  if (parsed.every(({ capacityUnit }) => capacityUnit !== ALL_INSTANCES)) return parsed;
  return Refusal.bare(`capacityLimits of a quota share must be of instance types, got ${ALL_INSTANCES}`);
}

function withBorrowLimit(
  sharing: QuotaShareResourceSharingConfiguration,
): QuotaShareResourceSharingConfiguration {
  return sharing.strategy === "LEND_AND_BORROW"
    ? { strategy: sharing.strategy, borrowLimit: sharing.borrowLimit ?? BORROW_LIMIT.min }
    : sharing;
}
