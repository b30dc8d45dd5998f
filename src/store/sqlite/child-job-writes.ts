import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import type { ChildJobId } from "../../batch/child-job.ts";
import type { JobProgressPatch } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { PROGRESS_NAMES, progressValues, ProgressUpdates } from "./progress-columns.ts";

/** What changes children of arrays, nodes and their attempts. For use in a transaction only. */
export class ChildJobWrites {
  readonly #texts: NumberedTexts;
  readonly #put: StatementSync;
  readonly #updates: ProgressUpdates;
  readonly #putAttempt: StatementSync;

  constructor(database: DatabaseSync, texts: NumberedTexts) {
    this.#texts = texts;
    this.#put = database.prepare(PUT);
    this.#updates = new ProgressUpdates(database, "child_jobs", `job_key = ${PARENT} AND child_index = ?`);
    this.#putAttempt = database.prepare(
      `INSERT INTO attempts (job_key, child_index, number, document)
      SELECT job_key, child_index, ?, ? FROM child_jobs WHERE job_key = ${PARENT} AND child_index = ?
      ON CONFLICT DO UPDATE SET document = excluded.document`,
    );
  }

  put({ scope, parentJobId, index, progress, atMs }: Extract<Change, { kind: "child-put" }>): void {
    const values = progressValues(progress);
    this.#put.run(index, atMs, ...values, this.#texts.numberOf(scopeKey(scope)), parentJobId, index, index);
  }

  change(scope: Scope, child: ChildJobId, patch: JobProgressPatch): void {
    this.#updates.run(patch, this.#keyOf(scope, child));
  }

  putAttempt(child: ChildJobId, attempt: Attempt): void {
    const { scope, number } = attempt;
    this.#putAttempt.run(number, JSON.stringify(attempt), ...this.#keyOf(scope, child));
  }

  /** In the order of `PARENT`, then the index. */
  #keyOf(scope: Scope, { parentJobId, kind, index }: ChildJobId): (string | number)[] {
    return [this.#texts.numberOf(scopeKey(scope)), parentJobId, Number(kind === "node"), index];
  }
}

/** Of the job that has children of the kind. */
const PARENT = "(SELECT job_key FROM jobs WHERE scope = ? AND job_id = ? AND (main_node IS NOT NULL) = ?)";

/** The main node has no row: its job's is its own. */
const PUT = `INSERT INTO child_jobs (job_key, child_index, created_at, ${PROGRESS_NAMES.join(", ")})
  SELECT job_key, ?, ?, ${PROGRESS_NAMES.map(() => "?").join(", ")} FROM jobs
  WHERE scope = ? AND job_id = ? AND child_count > ? AND main_node IS NOT ?
  ON CONFLICT DO UPDATE SET ${PROGRESS_NAMES.map((column) => `${column} = excluded.${column}`).join(", ")}`;
