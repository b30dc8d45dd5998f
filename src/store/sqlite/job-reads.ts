import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import type { Job } from "../../batch/job.ts";
import type { RetryStrategy } from "../../batch/retry-strategy.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { StoredJob } from "../store.ts";
import type { JobColumns, JobDocument } from "./job-document.ts";
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
      `SELECT job_key AS jobKey, ${JOB_COLUMNS}, document, ${PROGRESS_COLUMNS}
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
      .map((row) => this.#storedJob(scope, row as unknown as JobRow));
  }

  #storedJob(scope: Scope, row: JobRow): StoredJob {
    return {
      job: { ...parseDocument<JobDocument>(row.document), ...this.#columns(scope, row) } satisfies Job,
      progress: progressOf(row),
      attempts: this.#selectAttempts.all(row.jobKey).map(({ document }) => parseDocument<Attempt>(document)),
    };
  }

  #columns(scope: Scope, row: JobRow): JobColumns {
    const { vcpuMillis, memoryMiB, gpuCount, attemptDurationSeconds, shareIdentifier } = row;
    return {
      scope,
      jobId: row.jobId,
      jobName: row.jobName,
      jobQueueArn: this.#texts.textOf(row.queue),
      jobDefinitionArn: this.#texts.textOf(row.definition),
      createdAtMs: row.createdAtMs,
      resources: { vcpuMillis, memoryMiB, gpuCount },
      retryStrategy: parseDocument<RetryStrategy>(this.#texts.textOf(row.retryStrategy)),
      ...(attemptDurationSeconds !== null && { attemptDurationSeconds }),
      ...(shareIdentifier !== null && { shareIdentifier }),
    };
  }
}

const JOB_COLUMNS = `job_id AS jobId, name AS jobName, queue, definition, created_at AS createdAtMs,
  vcpu_millis AS vcpuMillis, memory_mib AS memoryMiB, gpu_count AS gpuCount, retry_strategy AS retryStrategy,
  attempt_duration_seconds AS attemptDurationSeconds, share_identifier AS shareIdentifier`;

/** As `#selectJob` names its columns. */
interface JobRow extends ProgressRow {
  readonly jobKey: number;
  readonly jobId: string;
  readonly jobName: string;
  readonly queue: number;
  readonly definition: number;
  readonly createdAtMs: number;
  readonly vcpuMillis: number;
  readonly memoryMiB: number;
  readonly gpuCount: number;
  readonly retryStrategy: number;
  readonly attemptDurationSeconds: number | null;
  readonly shareIdentifier: string | null;
  readonly document: string;
}
