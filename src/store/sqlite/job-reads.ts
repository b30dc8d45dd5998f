import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import type { Job } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { StoredJob } from "../store.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { parseDocument, PROGRESS_COLUMNS, progressOf } from "./rows.ts";
import type { ProgressRow } from "./rows.ts";

/** Whole jobs by their ids. */
export class JobReads {
  readonly #texts: NumberedTexts;
  readonly #selectJob: StatementSync;
  readonly #selectAttempts: StatementSync;

  constructor(database: DatabaseSync, texts: NumberedTexts) {
    this.#texts = texts;
    this.#selectJob = database.prepare(
      `SELECT job_key AS jobKey, document, ${PROGRESS_COLUMNS}
      FROM jobs JOIN job_documents USING (job_key) WHERE scope = ? AND job_id = ?`,
    );
    this.#selectAttempts = database.prepare(
      "SELECT document FROM attempts WHERE job_key = ? ORDER BY number",
    );
  }

  read(scope: Scope, jobIds: readonly string[]): StoredJob[] {
    const scopeNumber = this.#texts.find(scopeKey(scope));
    if (scopeNumber === undefined) return [];
    return jobIds
      .map((jobId) => this.#selectJob.get(scopeNumber, jobId))
      .filter((row) => row !== undefined)
      .map((row) => this.#storedJob(row as unknown as JobRow));
  }

  #storedJob(row: JobRow): StoredJob {
    return {
      job: parseDocument<Job>(row.document),
      progress: progressOf(row),
      attempts: this.#selectAttempts.all(row.jobKey).map(({ document }) => parseDocument<Attempt>(document)),
    };
  }
}

/** As `#selectJob` names its columns. */
interface JobRow extends ProgressRow {
  readonly jobKey: number;
  readonly document: string;
}
