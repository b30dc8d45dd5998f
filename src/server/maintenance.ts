import type { Logs } from "../logs/logs.ts";
import type { Store } from "../store/store.ts";
import type { LoopTask } from "./loop.ts";

const DAY_MS = 86_400_000;
const INTERVAL_MS = 60_000;
const REMOVED_PER_STEP_MAX = 500;

/** INACTIVE job definitions are kept this long (AWS Batch: 180 days). */
const INACTIVE_DEFINITION_MS = 180 * DAY_MS;

export interface MaintenanceOptions {
  readonly store: Store;
  readonly logs: Logs;
  readonly jobRetentionDays: number;
}

/** Removes what has had its time: ended jobs, INACTIVE definitions, logs beyond their limit. Little at a time. */
export function maintenanceTask({ store, logs, jobRetentionDays }: MaintenanceOptions): LoopTask {
  return {
    name: "maintenance",
    async run(nowMs) {
      const jobs = await store.removeJobsStoppedBefore(
        nowMs - jobRetentionDays * DAY_MS,
        REMOVED_PER_STEP_MAX,
      );
      const definitions = await store.removeJobDefinitionsDeregisteredBefore(
        nowMs - INACTIVE_DEFINITION_MS,
        REMOVED_PER_STEP_MAX,
      );
      await logs.enforceLimit(nowMs);
      const isMore = jobs === REMOVED_PER_STEP_MAX || definitions === REMOVED_PER_STEP_MAX;
      return isMore ? 0 : INTERVAL_MS;
    },
  };
}

const STAMP_INTERVAL_MS = 100;

/** Stamps the growth of the logs of running jobs; sleeps while there are none. */
export function logStampTask(logs: Logs): LoopTask {
  return {
    name: "log stamps",
    run: async (nowMs) => (logs.observeGrowth(nowMs) ? STAMP_INTERVAL_MS : undefined),
  };
}
