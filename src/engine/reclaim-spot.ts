import { FARGATE_TASK_LOST } from "../batch/status-reason.ts";
import { addResources, NO_RESOURCES } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import type { SpotHolder } from "../scheduler/scaling/reclaim.ts";
import { SpotReclaim } from "../scheduler/scaling/reclaim.ts";
import { unreachable } from "../lib/assert.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";
import type { ScalingFacts } from "./scale.ts";

interface ReclaimFacts {
  readonly state: LiveState;
  readonly apply: (change: Change) => void;
  readonly host: Resources;
  readonly noticeMs: number;
  readonly nowMs: number;
}

/**
 * Takes Spot capacity back for jobs on demand for which the host had no room in a cycle.
 *
 * @returns how much room is on its way for them. What cannot be made waits for other jobs on demand, and Spot capacity is
 * used meanwhile.
 */
export function reclaimForRoom(wanted: readonly Resources[], facts: ReclaimFacts): Resources {
  if (wanted.length === 0) return NO_RESOURCES;
  const reclaim = new SpotReclaim(facts.state, facts.host);
  let coming = NO_RESOURCES;
  for (const resources of wanted) {
    const holders = reclaim.takeBackFor(resources);
    if (holders === undefined) continue;
    for (const holder of holders) facts.apply(giveNotice(holder, facts));
    coming = addResources(coming, resources);
  }
  return coming;
}

/**
 * An instance gets its notice, and what runs on it may go on for as long. A task on Fargate Spot is asked to end at once and
 * has as long for it (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html).
 */
function giveNotice(
  holder: SpotHolder,
  { noticeMs, nowMs }: Pick<ReclaimFacts, "noticeMs" | "nowMs">,
): Change {
  switch (holder.kind) {
    case "instance": {
      const leaving = { because: "reclaimed", atMs: nowMs + noticeMs } as const;
      return { kind: "instance-put", instance: { ...holder.instance, leaving } };
    }
    case "fargate-task": {
      const stopping = {
        because: "instance-terminated",
        statusReason: FARGATE_TASK_LOST,
        requestedAtMs: nowMs,
      } as const;
      return { kind: "attempt-put", attempt: { ...holder.attempt, stopping } };
    }
    default:
      return unreachable(holder);
  }
}

/**
 * Takes Spot instances back whose type costs more now than their environment's `bidPercentage` allows
 * (https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html).
 */
export class SpotPrices {
  /** The step of the market in which they were looked at. */
  #step: number | undefined;
  /** On what: after a commit that failed there is another one, in which nothing of it happened. */
  #state: LiveState | undefined;

  /** @returns milliseconds until prices may be others; undefined where nobody pays them. */
  look({ state, apply, settings, nowMs }: ScalingFacts): number | undefined {
    const { market, spotNoticeMs: noticeMs } = settings;
    if (market === undefined) return undefined;
    const step = market.stepAt(nowMs);
    const isSeen = step === this.#step && state === this.#state;
    [this.#step, this.#state] = [step, state];
    let isAsked = false;
    for (const { arn, computeResources } of state.computeEnvironments.values()) {
      if (computeResources?.type !== "SPOT") continue;
      isAsked = true;
      if (isSeen) continue;
      const partMax = (computeResources.bidPercentage ?? 100) / 100;
      for (const { instance } of state.instances.ofEnvironment(arn).all.values()) {
        if (!instance.isSpot || instance.leaving !== undefined) continue;
        if (market.quote(instance.instanceType, step).pricePart <= partMax) continue;
        apply(giveNotice({ kind: "instance", instance }, { noticeMs, nowMs }));
      }
    }
    const nextMs = market.nextStepAtMs(nowMs);
    return isAsked && nextMs < Infinity ? nextMs - nowMs : undefined;
  }
}
