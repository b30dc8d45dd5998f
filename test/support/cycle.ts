import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import type { Resources } from "../../src/batch/resources.ts";
import { launchInstance } from "../../src/engine/instances.ts";
import { startAttempt } from "../../src/engine/start-attempt.ts";
import { sequentialIds } from "../../src/lib/sequential-ids.ts";
import { CatalogueSupply } from "../../src/scheduler/scaling/catalogue-supply.ts";
import { schedule } from "../../src/scheduler/schedule.ts";
import type { CycleReport } from "../../src/scheduler/schedule.ts";
import type { LiveState } from "../../src/store/live-state.ts";
import { HOST } from "./builders.ts";

export interface CycleOptions {
  readonly limit?: number;
  readonly host?: Resources;
  readonly nowMs?: number;
  /** How long instances take to boot. */
  readonly bootMs?: number;
}

/** What a cycle did, in the order in which it did it. */
export interface CycleResult {
  /** `⟨job⟩ on ⟨environment⟩`. */
  readonly placed: readonly string[];
  /** `⟨instance type⟩ in ⟨environment⟩`. */
  readonly launched: readonly string[];
  /** `⟨job⟩: ⟨reason⟩`. */
  readonly blocked: readonly string[];
  /** Ids of jobs for which Spot capacity may be taken back. */
  readonly wanted: readonly string[];
  readonly report: CycleReport;
}

/** Runs a cycle and makes its decisions true. */
export function runCycle(state: LiveState, options: CycleOptions = {}): CycleResult {
  const { limit = 100, host = HOST, nowMs = 1_000, bootMs = 0 } = options;
  const placed: string[] = [];
  const launched: string[] = [];
  const wanted: string[] = [];
  const ids = sequentialIds();
  const capacity = { host, supply: new CatalogueSupply(EC2_CATALOGUE, bootMs) };
  const report = schedule(
    { state, capacity, nowMs, limit },
    {
      place(placement) {
        placed.push(`${placement.job.jobId} on ${placement.computeEnvironment.name}`);
        for (const change of startAttempt(placement, state, ids, nowMs).changes) state.apply(change);
      },
      launch(launch) {
        launched.push(`${launch.instanceType} in ${launch.computeEnvironment.name}`);
        state.apply(launchInstance(launch, ids, { nowMs, bootMs }));
      },
      wantRoom: ({ jobId }) => void wanted.push(jobId),
    },
  );
  const blocked = report.blocked.map(({ jobId, because }) => `${jobId}: ${because}`);
  return { placed, launched, blocked, wanted, report };
}
