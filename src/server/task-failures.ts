import type { Clock } from "../lib/clock.ts";
import type { Logger } from "./logger.ts";
import { outageKind } from "./outage.ts";

/** The same failure of the same task is told of so often. */
const TOLD_EVERY_MS = 60_000;

export interface TaskFailureOptions {
  readonly logger: Pick<Logger, "error">;
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Ends the process: the store is sound and jobs run on, and whoever supervises the server starts it again. */
  readonly stopFor: (error: unknown) => void;
}

/** Logs what a task could not do. What the world refused is tried again; anything else is a bug and stops the process. */
export function createTaskFailureReporter(
  options: TaskFailureOptions,
): (task: string, error: unknown) => void {
  const { logger, clock, stopFor } = options;
  const toldAtMs = new Map<string, number>();
  return (task, error) => {
    const kind = outageKind(error);
    if (kind === undefined) {
      logger.error({ err: error, task }, "task failed");
      stopFor(error);
      return;
    }
    const key = `${task}: ${kind}`;
    const nowMs = clock.monotonicMs();
    if (nowMs - (toldAtMs.get(key) ?? -Infinity) < TOLD_EVERY_MS) return;
    toldAtMs.set(key, nowMs);
    logger.error({ err: error, task }, "task failed; it is tried again, and told of at most once a minute");
  };
}
