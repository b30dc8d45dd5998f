import { childCountOf } from "../batch/child-job.ts";
import { isTerminal } from "../batch/job.ts";
import type { Change } from "../store/change.ts";
import type { Store } from "../store/store.ts";
import type { KnownJob } from "./job-book.ts";
import { SCOPE } from "./server-life.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Watch } from "./watch.ts";

export interface RetentionOptions {
  readonly retentionMs: number;
  readonly time: VirtualTime;
  readonly store: Store;
  readonly watch: Watch;
}

/** So many at a time, as often as there are more. */
const REMOVED_AT_ONCE_MAX = 1_000_000;

/** About half a minute of a busy run. */
const EVENT_BYTES_MAX = 64 * 1_048_576;

/**
 * Removes what ended long ago, as the server's maintenance does: jobs, instances and events; and the log streams of their
 * attempts, which there the retention of log groups removes. Without it a day would not fit into memory.
 */
export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  begin(): void {
    const { time, retentionMs } = this.#options;
    const next = (): void =>
      time.after(retentionMs / 2, async () => {
        await this.#remove();
        next();
      });
    next();
  }

  async #remove(): Promise<void> {
    const { time, retentionMs, store, watch } = this.#options;
    const stoppedBeforeMs = time.nowMs() - retentionMs;
    const over: KnownJob[] = [];
    for (const job of watch.book.jobs.values()) {
      const isSubmitted = job.parent === undefined;
      if (isSubmitted && isTerminal(job.status) && (job.stoppedAtMs ?? Infinity) < stoppedBeforeMs)
        over.push(job);
    }
    const removedCount = await store.removeJobsStoppedBefore(stoppedBeforeMs, REMOVED_AT_ONCE_MAX);
    const overCount = over.reduce((sum, { job }) => sum + 1 + childCountOf(job), 0);
    if (removedCount !== overCount) {
      watch.fail("retention", `${removedCount} jobs were removed, and ${overCount} had ended long ago`);
    }
    await store.removeInstancesTerminatedBefore(stoppedBeforeMs, REMOVED_AT_ONCE_MAX);
    await store.removeEvents({ beforeMs: stoppedBeforeMs, bytesMax: EVENT_BYTES_MAX });
    await store.commit(streamsOf(over));
    for (const job of over) watch.forget(job);
  }
}

function streamsOf(jobs: readonly KnownJob[]): readonly Change[] {
  const removals: Change[] = [];
  const removeStream = ({ attempt }: KnownJob): void => {
    if (attempt?.logGroupName === undefined || attempt.logStreamName === undefined) return;
    const { logGroupName: groupName, logStreamName: name } = attempt;
    removals.push({ kind: "log-stream-removed", scope: SCOPE, groupName, name });
  };
  for (const job of jobs) {
    removeStream(job);
    for (const child of job.children.values()) removeStream(child);
  }
  return removals;
}
