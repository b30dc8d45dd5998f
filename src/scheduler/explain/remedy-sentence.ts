import { unreachable } from "../../lib/assert.ts";
import { amountsOf, grouped, lengthOf, listed } from "./amounts.ts";
import { nameOf } from "./explain-sentence.ts";
import type { EndingJob, Remedy } from "./explanation.ts";

/** Says what would start a job. */
export function remedySentence(remedy: Remedy, nowMs: number): string {
  switch (remedy.kind) {
    case "enable-environment":
      return `Enable ${remedy.computeEnvironment}.`;
    case "repair-environment":
      return `Repair ${remedy.computeEnvironment}.`;
    case "raise-max-vcpus":
      return `Raise maxvCpus of ${remedy.computeEnvironment} to ${grouped(remedy.toVcpus)} or more.`;
    case "add-larger-type":
      return `Give ${remedy.computeEnvironment} an instance type with ${amountsOf(remedy.wanted)} for jobs.`;
    case "raise-bid":
      return `Raise bidPercentage of ${remedy.computeEnvironment}, or wait until Spot capacity is cheaper.`;
    case "lower-reservation":
      return remedy.toPercent === 0
        ? `Take computeReservation from ${nameOf(remedy.schedulingPolicy)}.`
        : `Lower computeReservation of ${nameOf(remedy.schedulingPolicy)} to ${remedy.toPercent} or less.`;
    case "jobs-end":
      return `The end of ${listed(remedy.jobs.map((job) => tellEnding(job, nowMs)))}.`;
    case "instance-boots":
      return remedy.readyAtMs === undefined
        ? `The instance that starts in ${remedy.computeEnvironment}.`
        : `The instance that starts in ${remedy.computeEnvironment}, ready in about ${lengthOf(remedy.readyAtMs - nowMs)}.`;
    case "raise-quantity":
      return `Raise the total quantity of ${nameOf(remedy.consumableResource)} to ${grouped(remedy.toQuantity)} or more.`;
    case "ask-for-less":
      return "Submit it again, asking for less.";
    default:
      return unreachable(remedy);
  }
}

function tellEnding({ jobId, sinceMs, limitAtMs }: EndingJob, nowMs: number): string {
  const limit = limitAtMs === undefined ? "" : `, time limit in ${lengthOf(limitAtMs - nowMs)}`;
  return `job ${jobId} (for ${lengthOf(nowMs - sinceMs)}${limit})`;
}
