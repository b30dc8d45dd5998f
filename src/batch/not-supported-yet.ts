import { Refusal } from "./refusal.ts";
import type { MultiNodeWorkload, Workload } from "./workload.ts";

/**
 * Refuses what AWS Batch can do and this version cannot.
 *
 * @param what a plural with the member that asks for it: `array jobs (arrayProperties)`.
 */
export function notSupportedYet(what: string): Refusal {
  return Refusal.bare(`${what} are not supported yet by this version of Batchyard`);
}

/** Refuses jobs that nothing runs yet. Those on EKS may wait in their queue, as they do while no cluster is there. */
export function checkCanRun({ kind }: Workload | MultiNodeWorkload): Refusal | undefined {
  if (kind === "ecs") return notSupportedYet("multi-container jobs (ecsProperties)");
  return kind === "multi-node" ? notSupportedYet("multi-node jobs (nodeProperties)") : undefined;
}
