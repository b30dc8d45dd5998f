import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { JobProgress } from "../../batch/job.ts";
import { childCountsOf } from "../stored-child.ts";
import type { JobFamily } from "../stored-child.ts";
import type { StoredJob } from "../store.ts";
import { statusOf } from "./rows.ts";

/** How many children of an array have which status. */
export class ChildCounts {
  readonly #select: StatementSync;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare("SELECT status, count FROM child_counts WHERE job_key = ?");
  }

  /** Nothing for a job that is no array. */
  of(jobKey: number, { arraySize }: JobFamily, progress: JobProgress): Pick<StoredJob, "childCounts"> {
    if (arraySize === undefined) return {};
    const withRows = this.#select
      .all(jobKey)
      .map((row) => [statusOf(Number(row["status"])), Number(row["count"])] as const);
    return { childCounts: childCountsOf(arraySize, progress, withRows) };
  }
}
