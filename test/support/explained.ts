import { aJob, aJobQueue, aState, HOST, SCOPE } from "./builders.ts";
import type { Buildable } from "./builders.ts";
import { runCycle } from "./cycle.ts";
import type { CycleOptions } from "./cycle.ts";
import { aSchedulingPolicy } from "./store-examples.ts";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import type { JobDependency } from "../../src/batch/job.ts";
import type { Resources } from "../../src/batch/resources.ts";
import type { LiveState } from "../../src/store/live-state.ts";
import { CatalogueSupply } from "../../src/scheduler/scaling/catalogue-supply.ts";
import { explain } from "../../src/scheduler/explain/explain.ts";
import { explainSentence } from "../../src/scheduler/explain/sentences/explain-sentence.ts";
import type { Explanation } from "../../src/scheduler/explain/explanation.ts";
import { findAskedJob } from "../../src/scheduler/explain/find-asked-job.ts";
import { remedySentence } from "../../src/scheduler/explain/sentences/remedy-sentence.ts";

export const NOW_MS = 600_000;
export const CYCLE_MS = 300_000;

export interface AskOptions extends CycleOptions {
  readonly dependsOn?: readonly JobDependency[];
  readonly outage?: string;
  /** What the next cycle keeps of the host for jobs on demand. */
  readonly keptForOnDemand?: Resources;
}

export function ask(state: LiveState, jobId: string, options: AskOptions = {}): Explanation {
  const { dependsOn = [], host = HOST, bootMs = 0, outage, keptForOnDemand } = options;
  const asked = findAskedJob(state, SCOPE, jobId, dependsOn);
  if (asked === undefined) throw new Error(`${jobId} is not live`);
  const capacity = { host, supply: new CatalogueSupply(EC2_CATALOGUE, bootMs) };
  return explain(asked, { state, capacity, nowMs: NOW_MS, outage, keptForOnDemand });
}

/** The reason, the sentence and what would help, after a cycle. */
export function tell(things: readonly Buildable[], jobId: string, options: AskOptions = {}) {
  const state = aState(...things);
  if (options.outage === undefined) runCycle(state, { nowMs: CYCLE_MS, ...options });
  return tellOf(state, jobId, options);
}

/** The same of a state as it is. */
export function tellOf(state: LiveState, jobId: string, options: AskOptions = {}) {
  const explanation = ask(state, jobId, options);
  return {
    because: explanation.because,
    isImpossible: explanation.isImpossible,
    sentence: explainSentence(explanation, NOW_MS),
    remedies: explanation.remedies.map((remedy) => remedySentence(remedy, NOW_MS)),
  };
}

export const Q = aJobQueue("q", ["ce"]);

export function sharedQueue(computeReservation = 0): readonly Buildable[] {
  const policy = aSchedulingPolicy("policy", SCOPE);
  const shareDistribution = [
    { shareIdentifier: "a", weightFactor: 1 },
    { shareIdentifier: "b", weightFactor: 0.5 },
  ];
  const resource = {
    ...policy,
    body: { fairsharePolicy: { shareDecaySeconds: 0, computeReservation, shareDistribution } },
  };
  return [
    { changes: () => [{ kind: "plain-resource-put", resource }] },
    aJobQueue("q", ["ce"], { schedulingPolicyArn: policy.arn }),
  ];
}

export function inShare(jobId: string, shareIdentifier: string, at: number): Buildable {
  const { job, progress } = aJob(jobId).at(at);
  return { changes: () => [{ kind: "job-submitted", job: { ...job, shareIdentifier }, progress }] };
}
