import { DatabaseSync } from "node:sqlite";

/** Copies what a scheduler must know of the jobs in a store to a table of another file, with nothing else in it. */
export function copyWaitingRows(from: string, to: string): void {
  using database = new DatabaseSync(to);
  database.prepare("ATTACH ? AS store").run(from);
  database.exec(`CREATE TABLE waiting AS
    SELECT job_key, scope, job_id, queue, status, queue_position, attempt_count, vcpu_millis, memory_mib, gpu_count,
      retry_strategy, attempt_duration_seconds, share_identifier, scheduling_priority
    FROM store.jobs ORDER BY job_key`);
}
