import { expireLogs } from "../api/services/logs/expire-logs.ts";
import type { ExpiryPosition, LogExpiry } from "../api/services/logs/expire-logs.ts";
import type { LogGroup } from "../batch/log-stream.ts";
import type { Logs } from "../logs/logs.ts";
import type { EventLog } from "../store/event-log.ts";
import type { Store } from "../store/store.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { LoopTask } from "./loop.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const REMOVED_PER_STEP_MAX = 500;

/** INACTIVE job definitions are kept this long (AWS Batch: 180 days). */
const INACTIVE_DEFINITION_MS = 180 * DAY_MS;

/**
 * Removes ended jobs, terminated instances and INACTIVE definitions that have had their time, a few at a time. After the wall clock was set it
 * rests for a day: a clock that is wrong for an hour must not cost the history of a month.
 */
export function retentionTask(
  store: Pick<
    Store,
    "removeJobsStoppedBefore" | "removeInstancesTerminatedBefore" | "removeJobDefinitionsDeregisteredBefore"
  >,
  jobRetentionDays: number,
): LoopTask {
  const clockWatch = new ClockWatch();
  let restsUntilMonotonicMs = 0;
  return {
    name: "retention",
    async run(nowMs, monotonicMs) {
      if (clockWatch.look(nowMs, monotonicMs) !== undefined) restsUntilMonotonicMs = monotonicMs + DAY_MS;
      if (monotonicMs < restsUntilMonotonicMs) return 60 * SECOND_MS;
      const beforeMs = nowMs - jobRetentionDays * DAY_MS;
      const jobs = await store.removeJobsStoppedBefore(beforeMs, REMOVED_PER_STEP_MAX);
      const instances = await store.removeInstancesTerminatedBefore(beforeMs, REMOVED_PER_STEP_MAX);
      const definitions = await store.removeJobDefinitionsDeregisteredBefore(
        nowMs - INACTIVE_DEFINITION_MS,
        REMOVED_PER_STEP_MAX,
      );
      const isMore = [jobs, instances, definitions].some((count) => count >= REMOVED_PER_STEP_MAX);
      return isMore ? 0 : 60 * SECOND_MS;
    },
  };
}

/**
 * Keeps the log of events below its limits: events of jobs that are removed go, too, since they could be told no more.
 * After the wall clock was set nothing goes for its age for a day.
 */
export function eventRetentionTask(
  log: Pick<EventLog, "removeEvents">,
  { eventRetentionDays, jobRetentionDays, eventLogLimitMiB }: EventRetention,
): LoopTask {
  const keptMs = Math.min(eventRetentionDays, jobRetentionDays) * DAY_MS;
  const clockWatch = new ClockWatch();
  let restsUntilMonotonicMs = 0;
  return {
    name: "event retention",
    async run(nowMs, monotonicMs) {
      if (clockWatch.look(nowMs, monotonicMs) !== undefined) restsUntilMonotonicMs = monotonicMs + DAY_MS;
      const beforeMs = monotonicMs < restsUntilMonotonicMs ? -Infinity : nowMs - keptMs;
      const isMore = await log.removeEvents({ beforeMs, bytesMax: eventLogLimitMiB * 1_048_576 });
      return isMore ? 0 : 10 * SECOND_MS;
    },
  };
}

interface EventRetention {
  readonly eventRetentionDays: number;
  readonly jobRetentionDays: number;
  readonly eventLogLimitMiB: number;
}

/** Gives back what log events and streams take that have had their time. */
export function logExpiryTask(expiry: LogExpiry, groups: () => Iterable<LogGroup>): LoopTask {
  let position: ExpiryPosition | undefined;
  return {
    name: "log expiry",
    async run(nowMs) {
      position = await expireLogs(expiry, groups(), nowMs, position);
      return position === undefined ? HOUR_MS : 0;
    },
  };
}

/** Keeps logs below their limits. */
export function logLimitTask(logs: Logs): LoopTask {
  return {
    name: "log limit",
    async run(nowMs) {
      await logs.enforceLimit(nowMs);
      return 5 * SECOND_MS;
    },
  };
}

/**
 * Stamps the growth of the logs of running jobs; sleeps while there are none.
 *
 * @param onOverLimit called when they have grown so much that the limits are to be seen to now: a job can write a
 *   gigabyte a second.
 */
export function logStampTask(logs: Logs, onOverLimit: () => void): LoopTask {
  return {
    name: "log stamps",
    async run(nowMs) {
      const { isAnyOpen, isOverLimit } = logs.observeGrowth(nowMs);
      if (isOverLimit) onOverLimit();
      return isAnyOpen ? SECOND_MS / 10 : undefined;
    },
  };
}
