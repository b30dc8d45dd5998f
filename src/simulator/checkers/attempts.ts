import type { Attempt } from "../../batch/attempt.ts";
import { isTerminal } from "../../batch/job.ts";
import { deepEqual } from "../../lib/deep-equal.ts";
import type { Checker, CheckerTools } from "../checker.ts";

/**
 * No attempt runs twice, and no job makes more attempts than its strategy allows: attempts count up by one, the next
 * begins when the one before has ended, and the provider begins each once.
 */
export function checkAttempts({ fail }: CheckerTools): Checker {
  const startedTasks = new Set<string>();
  return {
    attemptPut(job, attempt, before) {
      const { jobId, number, taskId } = attempt;
      const { attempts } = job.job.retryStrategy;
      if (before?.taskId === taskId) {
        const hasChanged = before.outcome !== undefined && !isSameEnd(before, attempt);
        if (hasChanged) fail(`attempt ${number} of ${jobId} ends twice`);
        return;
      }
      if (number !== (before?.number ?? 0) + 1)
        fail(`attempt ${number} of ${jobId} follows ${before?.number ?? 0}`);
      if (before !== undefined && before.outcome === undefined) {
        fail(`attempt ${number} of ${jobId} begins while attempt ${before.number} is under way`);
      }
      if (number > attempts) fail(`attempt ${number} of ${jobId}, which may have ${attempts}`);
    },
    moved(job) {
      if (isTerminal(job.status) && job.attempt !== undefined && job.attempt.outcome === undefined) {
        fail(`${job.jobId} is ${job.status} while its attempt ${job.attempt.number} is under way`);
      }
    },
    started({ taskId, jobId }) {
      if (startedTasks.has(taskId)) fail(`the attempt ${taskId} of ${jobId} begins twice`);
      startedTasks.add(taskId);
    },
    forgotten({ attempt, children }) {
      startedTasks.delete(attempt?.taskId ?? "");
      for (const child of children.values()) startedTasks.delete(child.attempt?.taskId ?? "");
    },
  };
}

/** A main node that has ended before its other nodes may still be stopped: then its job is not tried again. */
function isSameEnd(a: Attempt, b: Attempt): boolean {
  return a.stoppedAtMs === b.stoppedAtMs && deepEqual(a.outcome, b.outcome);
}
