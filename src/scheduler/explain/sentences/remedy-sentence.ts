import { unreachable } from "../../../lib/assert.ts";
import { amountsOf, grouped, lengthOf, listed } from "./amounts.ts";
import { nameOf } from "./explain-sentence.ts";
import type { EndingJob, Remedy } from "../explanation.ts";

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
      return `Give ${remedy.computeEnvironment} an instance type with ${amountsOf(remedy.wanted)} for jobs${tellMax(remedy.toVcpus)}.`;
    case "raise-bid":
      return `Raise bidPercentage of ${remedy.computeEnvironment}, or wait until Spot capacity is cheaper.`;
    case "lower-reservation":
      return remedy.toPercent === 0
        ? `Take computeReservation from ${nameOf(remedy.schedulingPolicy)}.`
        : `Lower computeReservation of ${nameOf(remedy.schedulingPolicy)} to ${remedy.toPercent} or less.`;
    case "jobs-end":
      return `The end of ${listed(remedy.jobs.map((job) => tellEnding(job, nowMs)))}${tellIdle(remedy)}${tellBoot(remedy.bootMs)}.`;
    case "instances-leave":
      return tellLeaving(remedy, nowMs);
    case "instance-boots":
      return remedy.readyAtMs === undefined
        ? `The instance that starts in ${remedy.computeEnvironment}.`
        : `The instance that starts in ${remedy.computeEnvironment}, ready in about ${lengthOf(remedy.readyAtMs - nowMs)}.`;
    case "raise-quantity":
      return `Raise the total quantity of ${nameOf(remedy.consumableResource)} to ${grouped(remedy.toQuantity)} or more.`;
    case "create-consumable":
      return `Create the consumable resource ${nameOf(remedy.consumableResource)}, ${grouped(remedy.toQuantity)} or more of it.`;
    case "add-environment":
      return `Give the queue ${remedy.jobQueue} a compute environment of the type ${remedy.type}.`;
    case "cancel-job":
      return `Cancel job ${remedy.jobId}, or give it what it lacks: it can never start as things are.`;
    case "ask-for-less":
      return "Submit it again, asking for less.";
    default:
      return unreachable(remedy);
  }
}

function tellMax(toVcpus: number | undefined): string {
  return toVcpus === undefined ? "" : `, and maxvCpus of ${grouped(toVcpus)} or more`;
}

function tellBoot(bootMs: number | undefined): string {
  return bootMs === undefined ? "" : `, and ${lengthOf(bootMs)} for an instance to start`;
}

function tellLeaving(
  { instanceIds, atMs, bootMs, computeEnvironment }: Extract<Remedy, { kind: "instances-leave" }>,
  nowMs: number,
): string {
  const instances = listed(instanceIds);
  const isOne = instanceIds.length === 1;
  if (atMs === undefined) {
    return `The end of ${instances}, which ${isOne ? "is" : "are"} too small for it, once idle for a while${tellBoot(bootMs)}.`;
  }
  const within = `in ${lengthOf(atMs - nowMs)}`;
  if (computeEnvironment !== undefined) {
    return `The end of ${instances}, which ${isOne ? "leaves" : "leave"} ${computeEnvironment}, ${within}${tellBoot(bootMs)}.`;
  }
  const which = instances === "" ? "" : `: ${instances}`;
  return `The end of Spot capacity that is taken back for it, ${within}${which}${tellBoot(bootMs)}.`;
}

function tellIdle({ jobs, isAfterIdle }: Extract<Remedy, { kind: "jobs-end" }>): string {
  if (isAfterIdle !== true) return "";
  const whose = jobs.length === 1 ? "its instance, which is" : "their instances, which are";
  return `, and of ${whose} too small for it, once idle for a while`;
}

function tellEnding({ jobId, sinceMs, limitAtMs, attemptsLeft }: EndingJob, nowMs: number): string {
  const job = jobId === undefined ? "a job of another account or region" : `job ${jobId}`;
  const limit = limitAtMs === undefined ? "" : `, time limit in ${lengthOf(limitAtMs - nowMs)}`;
  const again = attemptsLeft === undefined ? "" : `, tried again ${timesOf(attemptsLeft)} if it fails`;
  return `${job} (for ${lengthOf(nowMs - sinceMs)}${limit}${again})`;
}

function timesOf(count: number): string {
  return count === 1 ? "once" : `up to ${count} times`;
}
