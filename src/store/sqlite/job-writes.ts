import type { DatabaseSync, StatementSync } from "node:sqlite";
import { resourceName } from "../../batch/arn.ts";
import type { Attempt } from "../../batch/attempt.ts";
import type { Cause } from "../../batch/cause.ts";
import { childCountOf } from "../../batch/child-job.ts";
import type { Job, JobProgress, JobProgressPatch, UnspawnedChildren } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { ConsumableJobTable } from "./consumable-job-table.ts";
import { documentText } from "./job-document.ts";
import type { JobDocument } from "./job-document.ts";
import type { JobListIndex } from "./job-list-index.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { PROGRESS_NAMES, progressValues, ProgressUpdates } from "./progress-columns.ts";
import { FIRST_TERMINAL_STATUS, JOB_ITSELF, parseDocument } from "./rows.ts";

/** What changes jobs and their attempts. For use in a transaction only. */
export class JobWrites {
  readonly #texts: NumberedTexts;
  readonly #index: JobListIndex;
  readonly #insert: StatementSync;
  readonly #insertDocument: StatementSync;
  readonly #updates: ProgressUpdates;
  readonly #setRelations: StatementSync;
  readonly #updateUnspawned: StatementSync;
  readonly #selectDocument: StatementSync;
  readonly #updateDocument: StatementSync;
  readonly #putAttempt: StatementSync;
  readonly #selectStopped: StatementSync;
  readonly #consumableJobs: ConsumableJobTable;
  readonly #removals: readonly StatementSync[];

  constructor(
    database: DatabaseSync,
    texts: NumberedTexts,
    index: JobListIndex,
    consumableJobs: ConsumableJobTable,
  ) {
    this.#texts = texts;
    this.#index = index;
    this.#consumableJobs = consumableJobs;
    this.#insert = database.prepare(INSERT);
    this.#insertDocument = database.prepare("INSERT INTO job_documents (job_key, document) VALUES (?, ?)");
    this.#updates = new ProgressUpdates(database, "jobs", "scope = ? AND job_id = ?");
    this.#setRelations = database.prepare(
      "UPDATE jobs SET child_count = ?, main_node = ?, has_dependencies = ? WHERE job_key = ?",
    );
    this.#updateUnspawned = database.prepare("UPDATE jobs SET unspawned = ? WHERE scope = ? AND job_id = ?");
    this.#selectDocument = database.prepare(
      `SELECT job_key, document FROM jobs JOIN job_documents USING (job_key) WHERE scope = ? AND job_id = ?`,
    );
    this.#updateDocument = database.prepare("UPDATE job_documents SET document = ? WHERE job_key = ?");
    this.#putAttempt = database.prepare(
      `INSERT INTO attempts (job_key, child_index, number, document)
      SELECT job_key, ${JOB_ITSELF}, ?, ? FROM jobs WHERE scope = ? AND job_id = ?
      ON CONFLICT DO UPDATE SET document = excluded.document`,
    );
    this.#selectStopped = database.prepare(SELECT_STOPPED);
    this.#removals = TABLES_BY_JOB.map((table) => database.prepare(`DELETE FROM ${table} WHERE job_key = ?`));
  }

  /** A job that is there already takes the patch only. */
  submit(job: Job, progress: JobProgress, patch: JobProgressPatch): void {
    const { jobDefinitionArn: definitionArn, resources } = job;
    const { changes, lastInsertRowid } = this.#insert.run(
      this.#texts.findOrStore(scopeKey(job.scope)),
      job.jobId,
      this.#texts.findOrStore(job.jobQueueArn),
      this.#texts.findOrStore(definitionArn),
      resourceName(definitionArn),
      job.jobName,
      job.jobName.toLowerCase(),
      job.shareIdentifier ?? null,
      job.createdAtMs,
      resources.vcpuMillis,
      resources.memoryMiB,
      resources.gpuCount,
      this.#texts.findOrStore(JSON.stringify(job.retryStrategy)),
      job.attemptDurationSeconds ?? null,
      job.shareIdentifier === undefined ? 0 : (job.schedulingPriority ?? 0),
      ...progressValues({ ...progress, ...patch }),
    );
    if (changes === 0) return this.change(job.scope, job.jobId, patch);
    this.#insertDocument.run(lastInsertRowid, documentText(job));
    this.#consumableJobs.add(job, lastInsertRowid);
    if (childCountOf(job) + job.dependsOn.length > 0) this.#relate(job, lastInsertRowid);
    const unspawned = patch.unspawned ?? progress.unspawned;
    if (unspawned !== undefined) this.#changeUnspawned(job.scope, job.jobId, unspawned);
    this.#index.indexLongTail(Number(lastInsertRowid));
  }

  change(scope: Scope, jobId: string, patch: JobProgressPatch): void {
    this.#updates.run(patch, [this.#texts.numberOf(scopeKey(scope)), jobId]);
    if (patch.unspawned !== undefined) this.#changeUnspawned(scope, jobId, patch.unspawned);
  }

  tag(scope: Scope, jobId: string, tags: Job["tags"], taggedBy: Cause): void {
    const row = this.#selectDocument.get(this.#texts.numberOf(scopeKey(scope)), jobId);
    if (row === undefined) return;
    const document: JobDocument = { ...parseDocument<JobDocument>(row["document"]), tags, taggedBy };
    this.#updateDocument.run(JSON.stringify(document), Number(row["job_key"]));
  }

  putAttempt(attempt: Attempt): void {
    const { scope, jobId, number } = attempt;
    this.#putAttempt.run(number, JSON.stringify(attempt), this.#texts.numberOf(scopeKey(scope)), jobId);
  }

  /** Says how many it removed, children counted. */
  removeStoppedBefore(stoppedBeforeMs: number, limit: number): number {
    let removedCount = 0;
    for (const row of this.#selectStopped.all(stoppedBeforeMs, limit)) {
      if (removedCount >= limit) break;
      for (const removal of this.#removals) removal.run(Number(row["job_key"]));
      removedCount += 1 + Number(row["child_count"]);
    }
    this.#index.forget();
    return removedCount;
  }

  /** What most jobs have not: a statement of its own costs the others nothing. */
  #relate(job: Job, jobKey: number | bigint): void {
    const { nodes, dependsOn } = job;
    this.#setRelations.run(
      childCountOf(job) || null,
      nodes?.main ?? null,
      Number(dependsOn.length > 0),
      jobKey,
    );
  }

  #changeUnspawned(scope: Scope, jobId: string, unspawned: UnspawnedChildren): void {
    this.#updateUnspawned.run(JSON.stringify(unspawned), this.#texts.numberOf(scopeKey(scope)), jobId);
  }
}

const TABLES_BY_JOB = ["jobs", "job_documents", "attempts", "child_jobs", "child_counts", "consumable_jobs"];

const SELECT_STOPPED = `SELECT job_key, child_count FROM jobs WHERE stopped_at < ? AND status >= ${FIRST_TERMINAL_STATUS}
  ORDER BY stopped_at, job_key LIMIT ?`;

const INSERT = `INSERT INTO jobs (scope, job_id, queue, definition, definition_name, name, name_key, share_identifier,
    created_at, vcpu_millis, memory_mib, gpu_count, retry_strategy, attempt_duration_seconds, scheduling_priority, ${PROGRESS_NAMES.join(", ")})
  VALUES (${Array.from({ length: 15 + PROGRESS_NAMES.length }, () => "?").join(", ")})
  ON CONFLICT DO NOTHING`;
