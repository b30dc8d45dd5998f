/**
 * Why a job that stands at the head of its queue, or of its share, was not placed in the latest cycle. A code, not a
 * sentence: sentences are made when somebody asks.
 *
 * - `provider-unavailable`: what runs jobs cannot begin any at the moment, as while the container engine is away.
 * - `environments-unavailable`: none of the queue's compute environments is ENABLED and VALID.
 * - `kubernetes-unavailable`: its environments run pods, and there is no Kubernetes to run them.
 * - `multi-node-unsupported`: it is a multi-node job, and its environments take none, as those of Spot capacity.
 * - `exceeds-environments`: it asks for more vCPUs than any of them may ever have (`maxvCpus`).
 * - `exceeds-instance-types`: no instance type of theirs is large enough.
 * - `exceeds-host`: it asks for more than the host has in all.
 * - `environments-full`: they have all the instances they may have; it must wait until other jobs end.
 * - `above-bid`: their Spot capacity costs more at the moment than `bidPercentage` allows.
 * - `host-full`: it must wait until other jobs on the host end.
 * - `instances-starting`: an instance with room for it is on its way.
 * - `shares-reserved`: what is left is kept free for shares that are not active (`computeReservation`).
 * - `exceeds-consumables`: it needs more of a consumable resource than there is in all, or one that does not exist.
 * - `consumables-unavailable`: it must wait until other jobs give back what it needs of a consumable resource.
 */
export type WaitReason = (typeof WAIT_REASONS)[number];

/** In the order in which they tell: of several environments' reasons the last in this list is the queue's. */
export const WAIT_REASONS = [
  "provider-unavailable",
  "environments-unavailable",
  "kubernetes-unavailable",
  "multi-node-unsupported",
  "exceeds-environments",
  "exceeds-instance-types",
  "exceeds-host",
  "environments-full",
  "above-bid",
  "host-full",
  "instances-starting",
  "shares-reserved",
  "exceeds-consumables",
  "consumables-unavailable",
] as const;

const TELLING: ReadonlyMap<WaitReason, number> = new Map(
  WAIT_REASONS.map((reason, index) => [reason, index]),
);

const PASSED_OVER_BY_NODES: ReadonlySet<string> = new Set<WaitReason>([
  "environments-unavailable",
  "kubernetes-unavailable",
  "multi-node-unsupported",
]);

/**
 * Whether a multi-node job goes on to the next environment behind one that makes this of it. Behind the first that takes such
 * jobs none is tried, whether that one has what the job needs or not (specification 3.6).
 *
 * @param verdict a wait reason, or whatever says that the environment takes the job.
 */
export function isPassedOverByNodes(verdict: string): boolean {
  return PASSED_OVER_BY_NODES.has(verdict);
}

/** Whether it asks for more than there can ever be. */
export function isTooMuch(verdict: string): boolean {
  return verdict.startsWith("exceeds-");
}

/** Whether it keeps the job waiting for ever, as things are, whatever comes free. */
export function isImpossible(because: WaitReason): boolean {
  return isTooMuch(because) || because === "multi-node-unsupported";
}

/** Of two reasons the one that says more about what would start the job. */
export function moreTelling(a: WaitReason, b: WaitReason): WaitReason {
  return (TELLING.get(a) ?? 0) > (TELLING.get(b) ?? 0) ? a : b;
}
