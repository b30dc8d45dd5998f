import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import { parseChildJobId } from "../../batch/child-job.ts";
import type { ChildJobId } from "../../batch/child-job.ts";
import type { Job } from "../../batch/job.ts";
import type { RetryStrategy } from "../../batch/retry-strategy.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { childOf, hasChild, progressWithoutRecord } from "../stored-child.ts";
import type { StoredJob } from "../store.ts";
import { ChildCounts } from "./child-counts.ts";
import { jobOf } from "./job-document.ts";
import type { JobColumns, JobDocument } from "./job-document.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import {
  CHILD_PROGRESS_COLUMNS,
  FAMILY_COLUMNS,
  familyOf,
  JOB_ITSELF,
  parseDocument,
  PROGRESS_COLUMNS,
  progressOf,
} from "./rows.ts";
import type { FamilyRow, ProgressRow } from "./rows.ts";

/** Whole jobs by their ids. */
export class JobReads {
  readonly #texts: NumberedTexts;
  readonly #selectJob: StatementSync;
  readonly #selectChild: StatementSync;
  readonly #selectAttempts: StatementSync;
  readonly #childCounts: ChildCounts;

  constructor(database: DatabaseSync, texts: NumberedTexts) {
    this.#texts = texts;
    this.#selectJob = database.prepare(
      `SELECT job_key AS jobKey, ${JOB_COLUMNS}, document, ${PROGRESS_COLUMNS}
      FROM jobs JOIN job_documents USING (job_key) WHERE scope = ? AND job_id = ?`,
    );
    this.#selectChild = database.prepare(
      `SELECT created_at AS createdAtMs, ${CHILD_PROGRESS_COLUMNS} FROM child_jobs
      WHERE job_key = ? AND child_index = ?`,
    );
    this.#selectAttempts = database.prepare(
      "SELECT document FROM attempts WHERE job_key = ? AND child_index = ? ORDER BY number",
    );
    this.#childCounts = new ChildCounts(database);
  }

  read(scope: Scope, jobIds: readonly string[]): StoredJob[] {
    return jobIds.map((jobId) => this.#read(scope, jobId)).filter((stored) => stored !== undefined);
  }

  #read(scope: Scope, jobId: string): StoredJob | undefined {
    const child = parseChildJobId(jobId);
    const row = this.#selectJob.get(this.#texts.numberOf(scopeKey(scope)), child?.parentJobId ?? jobId);
    if (row === undefined) return undefined;
    // `JOB_COLUMNS` names them as the type does.
    const jobRow = row as unknown as JobRow;
    return child === undefined ? this.#storedJob(scope, jobRow) : this.#storedChild(scope, jobRow, child);
  }

  #storedJob(scope: Scope, row: JobRow): StoredJob {
    const progress = progressOf(row);
    return {
      job: this.#job(scope, row),
      progress,
      attempts: this.#attempts(row.jobKey, JOB_ITSELF),
      ...this.#childCounts.of(row.jobKey, familyOf(row), progress),
    };
  }

  #storedChild(scope: Scope, row: JobRow, child: ChildJobId): StoredJob | undefined {
    const family = familyOf(row);
    if (!hasChild(family, child)) return undefined;
    const found = this.#selectChild.get(row.jobKey, child.index);
    const childRow = found as unknown as (ProgressRow & { readonly createdAtMs: number }) | undefined;
    return {
      job: childOf(this.#job(scope, row), child.index, childRow?.createdAtMs ?? row.createdAtMs),
      progress:
        childRow === undefined ? progressWithoutRecord(family, progressOf(row)) : progressOf(childRow),
      attempts: this.#attempts(row.jobKey, child.index === family.nodes?.main ? JOB_ITSELF : child.index),
    };
  }

  #attempts(jobKey: number, childIndex: number): Attempt[] {
    return this.#selectAttempts
      .all(jobKey, childIndex)
      .map(({ document }) => parseDocument<Attempt>(document));
  }

  #job(scope: Scope, row: JobRow): Job {
    return jobOf(parseDocument<JobDocument>(row.document), this.#columns(scope, row));
  }

  #columns(scope: Scope, row: JobRow): JobColumns {
    const { vcpuMillis, memoryMiB, gpuCount, attemptDurationSeconds, shareIdentifier } = row;
    return {
      ...familyOf(row),
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
  attempt_duration_seconds AS attemptDurationSeconds, share_identifier AS shareIdentifier,
  ${FAMILY_COLUMNS}`;

/** As `#selectJob` names its columns. */
interface JobRow extends ProgressRow, FamilyRow {
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
