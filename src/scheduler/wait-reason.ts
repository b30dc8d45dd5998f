/**
 * Why the job at the head of a queue was not placed in the latest cycle. A code, not a sentence: sentences are made
 * when somebody asks.
 *
 * - `provider-unavailable`: what runs jobs cannot begin any at the moment, as while the container engine is away.
 * - `environments-unavailable`: none of the queue's compute environments is ENABLED and VALID.
 * - `kubernetes-unavailable`: its environments run pods, and there is no Kubernetes to run them.
 * - `exceeds-environments`: it asks for more vCPUs than any of them may ever have (`maxvCpus`).
 * - `exceeds-host`: it asks for more than the host has in all.
 * - `environments-full`: it must wait until other jobs of the environment end.
 * - `host-full`: it must wait until other jobs on the host end.
 * - `exceeds-consumables`: it needs more of a consumable resource than there is in all, or one that does not exist.
 * - `consumables-unavailable`: it must wait until other jobs give back what it needs of a consumable resource.
 */
export type WaitReason = (typeof WAIT_REASONS)[number];

/** In the order in which they tell: of several environments' reasons the last in this list is the queue's. */
export const WAIT_REASONS = [
  "provider-unavailable",
  "environments-unavailable",
  "kubernetes-unavailable",
  "exceeds-environments",
  "exceeds-host",
  "environments-full",
  "host-full",
  "exceeds-consumables",
  "consumables-unavailable",
] as const;

/** Of two reasons the one that says more about what would start the job. */
export function moreTelling(a: WaitReason, b: WaitReason): WaitReason {
  return WAIT_REASONS.indexOf(a) > WAIT_REASONS.indexOf(b) ? a : b;
}
