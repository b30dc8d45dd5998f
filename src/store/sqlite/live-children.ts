import type { DatabaseSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import { isUnderWay } from "../../batch/job.ts";
import type { Job } from "../../batch/job.ts";
import type { StoredLiveChild } from "../store.ts";
import { parseDocument, statusOf } from "./rows.ts";

/** The jobs whose children decisions need, by key. */
export type LiveParents = Map<number, Pick<Job, "jobId" | "kind">>;

export const SELECT_LATEST_ATTEMPT =
  "SELECT document FROM attempts WHERE job_key = ? AND child_index = ? ORDER BY number DESC LIMIT 1";

/** By parent in the order of submission, then by index. */
export function* readLiveChildren(database: DatabaseSync, parents: LiveParents): Generator<StoredLiveChild> {
  const selectAttempt = database.prepare(SELECT_LATEST_ATTEMPT);
  const selectChildren = database.prepare(
    `SELECT child_index AS childIndex, status, queue_position AS queuePosition, attempt_count AS attemptCount
    FROM child_jobs WHERE job_key = ? ORDER BY child_index`,
  );
  for (const [jobKey, { jobId, kind }] of [...parents].sort(([a], [b]) => a - b)) {
    // The statement names its columns as the type does.
    for (const row of selectChildren.iterate(jobKey) as Iterable<unknown> as Iterable<LiveChildRow>) {
      const { childIndex: index, queuePosition, attemptCount } = row;
      const status = statusOf(row.status);
      const hasAttempt = kind === "multi-node" || isUnderWay(status);
      const attempt = hasAttempt ? selectAttempt.get(jobKey, index)?.["document"] : undefined;
      yield {
        parentJobId: jobId,
        index,
        status,
        queuePosition,
        attemptCount,
        activeAttempt: attempt === undefined ? undefined : parseDocument<Attempt>(attempt),
      };
    }
  }
}

interface LiveChildRow {
  readonly childIndex: number;
  readonly status: number;
  readonly queuePosition: number;
  readonly attemptCount: number;
}
