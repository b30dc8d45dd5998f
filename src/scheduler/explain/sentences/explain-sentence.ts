import { unreachable } from "../../../lib/assert.ts";
import type { WaitReason } from "../../wait-reason.ts";
import { addResources } from "../../../batch/resources.ts";
import { amountsOf, freeAmountsOf, grouped, lengthOf, listed, shortAmountsOf } from "./amounts.ts";
import { exceedsTotal, isShort, isTaking } from "../explanation.ts";
import type {
  ConsumableAnswer,
  EnvironmentAnswer,
  EnvironmentVerdict,
  Explanation,
  HeadBefore,
  PlaceInLine,
  Reservation,
  ShareStanding,
} from "../explanation.ts";

/** Of more things of a kind the rest are counted. */
const NAMED_MAX = 3;

/** Claims times weight that differ by no more are told as equal: what is told in vCPUs was compared in thousandths. */
const ROUNDING_VCPUS = 1e-9;

/** Says why a job waits, in a few plain sentences. */
export function explainSentence(explanation: Explanation, nowMs: number): string {
  const { because, isImpossible, atHead } = explanation;
  const never = isImpossible ? [`It can never start as things are. ${obstacles(explanation)}`] : [];
  if (because === "placeable") return ["Nothing is in its way.", ...tellTakers(explanation)].join(" ");
  if (because === "not-waiting") return `It does not wait: it is ${explanation.status}.`;
  if (because !== atHead) return [tellBefore(explanation), ...never].join(" ");
  const head = isImpossible ? never : [...tellHead(explanation), ...tellComing(explanation.line)];
  return [...head, ...tellStart(explanation, nowMs)].join(" ");
}

/** Says what an environment makes of the job. */
export function environmentSentence(
  { computeEnvironment: name, verdict, never }: EnvironmentAnswer,
  explanation: Pick<Explanation, "needs">,
): string {
  const said = tellVerdict(name, verdict, explanation);
  return never === undefined ? said : `${said} ${tellVerdict(name, never, explanation)}`;
}

function tellVerdict(
  name: string,
  verdict: EnvironmentVerdict,
  { needs }: Pick<Explanation, "needs">,
): string {
  switch (verdict.kind) {
    case "takes":
      return `${name} has room for it.`;
    case "launches":
      return `${name} launches ${countedTypes(verdict.instanceTypes)} for it.`;
    case "environments-unavailable":
      return verdict.state === "DISABLED"
        ? `${name} is DISABLED.`
        : `${name} is ${verdict.status} (${verdict.statusReason.replace(/\.$/, "")}).`;
    case "kubernetes-unavailable":
      return `${name} runs pods, and no Kubernetes back end is configured.`;
    case "multi-node-unsupported":
      return `${name} is of the type ${verdict.type}: multi-node jobs run on environments of the type EC2 only.`;
    case "exceeds-environments":
      return tellMaximum(name, verdict, needs);
    case "exceeds-instance-types": {
      const { nearest, wanted } = verdict;
      if (nearest === undefined) return `${name} has no instance type.`;
      return `No instance type of ${name} is large enough: the nearest, ${nearest.instanceType}, gives ${shortAmountsOf(nearest.resources, wanted)}.`;
    }
    case "exceeds-host":
      return `The host of ${name} has ${shortAmountsOf(verdict.host, needs)} in all.`;
    case "environments-full":
      return tellFull(name, verdict, needs);
    case "above-bid":
      return `Spot capacity of ${name} costs more now than its bidPercentage of ${verdict.bidPercentage} allows.`;
    case "host-full":
      return tellHost(name, verdict, needs);
    case "instances-starting":
      return verdict.bootingCount === 1
        ? `An instance of ${name} is starting.`
        : `${verdict.bootingCount} instances of ${name} are starting.`;
    default:
      return unreachable(verdict);
  }
}

/** Says for what a job at the head of a queue waits, behind `which`. */
export function waitClause(because: WaitReason): string {
  switch (because) {
    case "provider-unavailable":
      return "waits until jobs can be started again";
    case "environments-unavailable":
      return "waits for a compute environment that takes jobs";
    case "kubernetes-unavailable":
      return "needs Kubernetes, which is not there";
    case "multi-node-unsupported":
      return "needs a compute environment that takes multi-node jobs";
    case "exceeds-environments":
    case "exceeds-instance-types":
    case "exceeds-host":
      return "asks for more than it can ever have here";
    case "environments-full":
      return "waits for room in the compute environments";
    case "above-bid":
      return "waits for cheaper Spot capacity";
    case "host-full":
      return "waits for room on the host";
    case "instances-starting":
      return "waits for an instance that is starting";
    case "shares-reserved":
      return "waits because the rest is reserved for other shares";
    case "exceeds-consumables":
      return "asks for more of a consumable resource than there is";
    case "consumables-unavailable":
      return "waits for a consumable resource";
    default:
      return unreachable(because);
  }
}

/** For what a job waits that is not at the head of its queue. */
function tellBefore(explanation: Explanation): string {
  const { because, waitsFor = [], line } = explanation;
  if (because === "submitted") return "It was submitted just now and is looked at next.";
  if (because === "children") return "Its children wait each for itself: ask about one of them.";
  if (because === "dependencies") return `It waits for ${awaited(waitsFor)} to end.`;
  return tellLine(explanation, line);
}

function tellHost(
  name: string,
  { host, free, keptForOnDemand }: Extract<EnvironmentVerdict, { kind: "host-full" }>,
  needs: Explanation["needs"],
): string {
  if (keptForOnDemand === undefined)
    return `The host of ${name} has ${freeAmountsOf(free, host, needs)} free.`;
  const wanted = addResources(needs, keptForOnDemand);
  const kept = amountsOf(keptForOnDemand);
  return `The host of ${name} has ${freeAmountsOf(free, host, wanted)} free, and ${kept} are kept for jobs on demand.`;
}

function tellHead(explanation: Explanation): readonly string[] {
  const { atHead, outage, reservation, jobQueue, line } = explanation;
  if (atHead === "provider-unavailable")
    return [`Nothing can be started at the moment: ${withStop(outage ?? "")}`];
  const share = line?.share;
  const where = share === undefined ? `the queue ${jobQueue}` : `its share ${share.shareIdentifier}`;
  const before = line?.before === undefined ? [] : [tellOther(line.before, jobQueue), ...tellShares(share)];
  const next = before.length === 0 ? "next in" : "at the head of";
  const first = [`It is ${next} ${where} and needs ${tellNeeds(explanation)}.`, ...before];
  if (reservation === undefined) return [...first, obstacles(explanation)];
  const isTaken = explanation.environments.some(isTaking);
  return [...first, tellReservation(reservation), ...(isTaken ? [] : [obstacles(explanation)])];
}

/** Of one that goes before it from another share or queue. */
function tellOther({ jobId, because, ...other }: HeadBefore, jobQueue: string): string {
  const ofQueue = other.jobQueue === jobQueue ? "" : ` of the queue ${other.jobQueue}`;
  const ofShare = other.shareIdentifier === undefined ? "" : ` of the share ${other.shareIdentifier}`;
  const job = jobId === undefined ? "a job of another account or region" : `job ${jobId}${ofShare}${ofQueue}`;
  return because === undefined ? `Next is ${job}.` : `Before it goes ${job}, which ${waitClause(because)}.`;
}

/** Of one that waits for the ends of others. */
function tellComing(line: PlaceInLine | undefined): readonly string[] {
  if (line?.comingBefore === undefined) return [];
  const { jobId } = line.comingBefore;
  return jobId === undefined
    ? ["Jobs that wait for others to end may go before it then."]
    : [`Job ${jobId}, which waits for others to end, may go before it then.`];
}

function tellReservation(reservation: Reservation): string {
  const { schedulingPolicy, computeReservation, activeShareCount } = reservation;
  const [max, left, had] = [
    reservation.maxVcpuMillis,
    reservation.unreservedVcpuMillis,
    reservation.vcpuMillis,
  ].map((millis) => rounded(millis / 1000));
  const [shares, are] = activeShareCount === 1 ? ["share", "is"] : ["shares", "are"];
  const percent = rounded(100 * (computeReservation / 100) ** activeShareCount);
  return (
    `The scheduling policy ${nameOf(schedulingPolicy)} (computeReservation ${computeReservation}) keeps ${percent} % of the ` +
    `${max} vCPU of the queue's environments for other shares while ${activeShareCount} ${shares} ${are} active: of the ` +
    `${left} vCPU that are left ${had} are in use.`
  );
}

/** What keeps the job from starting at the head of its queue. */
function obstacles({ environments, consumables, ...explanation }: Explanation): string {
  const isTaken = environments.some(isTaking);
  const short = consumables.filter(isShort).map(tellConsumable);
  if (isTaken && short.length > 0) return short.join(" ");
  const refusals = environments.map((environment) => environmentSentence(environment, explanation));
  const needs = explanation.isImpossible ? [`It needs ${tellNeeds(explanation)}.`] : [];
  return [...needs, ...refusals, ...short].join(" ");
}

function tellNeeds({ needs, nodeCount }: Pick<Explanation, "needs" | "nodeCount">): string {
  const amounts = amountsOf(needs);
  return nodeCount === undefined ? amounts : `${amounts} for its ${nodeCount} nodes`;
}

function tellTakers({ environments, ...explanation }: Explanation): readonly string[] {
  const taker = environments.find(isTaking);
  return taker === undefined ? [] : [environmentSentence(taker, explanation)];
}

function tellMaximum(
  name: string,
  {
    maxVcpuMillis,
    neededVcpuMillis,
    wanted,
  }: Extract<EnvironmentAnswer["verdict"], { kind: "exceeds-environments" }>,
  { vcpuMillis }: Explanation["needs"],
): string {
  const instances =
    vcpuMillis > maxVcpuMillis ? "" : `; the instances for it have ${grouped(neededVcpuMillis / 1000)}`;
  const types = wanted === undefined ? "" : ", and no instance type of it is large enough";
  return `${name} may have ${grouped(maxVcpuMillis / 1000)} vCPU at most (maxvCpus)${instances}${types}.`;
}

function tellFull(
  name: string,
  verdict: Extract<EnvironmentAnswer["verdict"], { kind: "environments-full" }>,
  needs: Explanation["needs"],
): string {
  const { capacity, vcpuMillis, maxVcpuMillis, nearestRoom, leavingCount } = verdict;
  const used = grouped(vcpuMillis / 1000);
  const max = maxVcpuMillis === undefined ? "" : ` of ${grouped(maxVcpuMillis / 1000)}`;
  if (capacity === "fargate") return `${used}${max} vCPU of ${name} are in use (maxvCpus).`;
  const leaving = tellLeaving(name, verdict);
  const room = nearestRoom && shortAmountsOf(nearestRoom, needs);
  if (capacity === "host") {
    const none = leavingCount === undefined ? "no instance" : "no other instance";
    return room === undefined
      ? `${leaving}${name} has ${none} that takes jobs.`
      : `${leaving}${name} has ${room} free (${used}${max} vCPU are in use).`;
  }
  const most = room === undefined ? "" : `; the one with most room for it has ${room} free`;
  return `${leaving}${name} may launch no more for it: its instances have ${used}${max} vCPU (maxvCpus)${most}.`;
}

function tellLeaving(
  name: string,
  { leavingCount, isUpdating }: Extract<EnvironmentAnswer["verdict"], { kind: "environments-full" }>,
): string {
  if (leavingCount === undefined) return "";
  const [instances, leave] =
    leavingCount === 1 ? ["1 instance", "leaves"] : [`${grouped(leavingCount)} instances`, "leave"];
  const why =
    isUpdating === true ? `${name} is UPDATING: ${instances} from before ` : `${instances} of ${name} `;
  return `${why}${leave}. `;
}

function tellConsumable(answer: ConsumableAnswer): string {
  const { consumableResource, quantity, totalQuantity, heldQuantity, exists } = answer;
  const name = nameOf(consumableResource);
  if (!exists) {
    return `It needs ${grouped(quantity)} of ${name}, and there is no consumable resource of that name.`;
  }
  if (exceedsTotal(answer)) {
    return `It needs ${grouped(quantity)} of ${name}, of which there are ${grouped(totalQuantity)} in all.`;
  }
  return `It needs ${grouped(quantity)} of ${name}: ${grouped(heldQuantity)} of ${grouped(totalQuantity)} are held by other jobs.`;
}

function tellLine({ jobQueue }: Explanation, line: PlaceInLine | undefined): string {
  if (line === undefined) return `Other jobs of the queue ${jobQueue} go before it.`;
  const { aheadCount, isExact, head, before, share } = line;
  if (before !== undefined) return [tellOther(before, jobQueue), ...tellShares(share)].join(" ");
  const count = isExact ? grouped(aheadCount) : `At least ${grouped(aheadCount)}`;
  const jobs = aheadCount === 1 && isExact ? "job goes" : "jobs go";
  const where =
    share === undefined ? `in the queue ${jobQueue}` : `in its share ${share.shareIdentifier} of ${jobQueue}`;
  const first =
    head === undefined
      ? []
      : [
          head.because === undefined
            ? `Next is job ${head.jobId}.`
            : `At the head is job ${head.jobId}, which ${waitClause(head.because)}.`,
        ];
  return [`${count} ${jobs} before it ${where}.`, ...first, ...tellShares(share)].join(" ");
}

function tellShares(share: ShareStanding | undefined): readonly string[] {
  if (share === undefined || share.sharesBeforeCount === 0) return [];
  const { sharesBeforeCount, sharesBefore, claimVcpus, weight } = share;
  const named = sharesBefore.slice(0, NAMED_MAX).map(({ shareIdentifier }) => shareIdentifier);
  const rest = sharesBeforeCount - named.length;
  const others = listed([...named, ...(rest > 0 ? [`${grouped(rest)} more`] : [])]);
  const claim = `${rounded(claimVcpus)} vCPU x ${rounded(weight)}`;
  // They are in their order: where the last of them had less, all had.
  const last = sharesBefore.at(-1);
  const isKnown = last !== undefined && sharesBefore.length === sharesBeforeCount;
  const isLess = isKnown && claimVcpus * weight - last.claimVcpus * last.weight > ROUNDING_VCPUS;
  const had = isLess ? "had more" : "had more, or as much and came later";
  const go = sharesBeforeCount === 1 ? `The share ${others} goes` : `The shares ${others} go`;
  return [`${go} before its own, which ${had}: ${claim}.`];
}

function tellStart({ expectedStart }: Explanation, nowMs: number): readonly string[] {
  if (expectedStart === undefined) return [];
  const { byMs, basis } = expectedStart;
  const within = lengthOf(byMs - nowMs);
  switch (basis) {
    case "boot-time":
      return [`It is ready in about ${within}.`];
    case "spot-notice":
      return [`Spot capacity is taken back for it: it starts in ${within} at the latest.`];
    case "instances-leave":
      return [`What leaves makes room for it: it starts in ${within} at the latest.`];
    case "time-limits":
      return [`By their time limits it starts in ${within} at the latest.`];
    default:
      return unreachable(basis);
  }
}

function awaited(jobs: NonNullable<Explanation["waitsFor"]>): string {
  if (jobs.length === 0) return "other jobs";
  const named = jobs.slice(0, NAMED_MAX).map(({ jobId, status }) => `${jobId} (${status})`);
  const rest = jobs.length - named.length;
  return listed([...named, ...(rest > 0 ? [`${rest} more`] : [])]);
}

function countedTypes(instanceTypes: readonly string[]): string {
  const [first = ""] = instanceTypes;
  const unique = listed([...new Set(instanceTypes)]);
  return instanceTypes.length === 1
    ? `an instance (${first})`
    : `${instanceTypes.length} instances (${unique})`;
}

/** The last part of an ARN. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

function withStop(sentence: string): string {
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}

function rounded(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
