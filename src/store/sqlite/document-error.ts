import type { DatabaseSync } from "node:sqlite";
import { StoreOpenError } from "../store.ts";

/** By table: what names a row, and the column that holds JSON. */
const DOCUMENTS: readonly (readonly [table: string, key: string, column: string])[] = [
  ["compute_environments", "scope || ' ' || name", "document"],
  ["job_queues", "scope || ' ' || name", "document"],
  ["job_definitions", "scope || ' ' || name || ':' || revision", "document"],
  ["instances", "scope || ' ' || instance_id", "document"],
  ["log_groups", "scope || ' ' || name", "document"],
  ["events", "first_sequence", "document"],
  ["secrets", "scope || ' ' || name", "document"],
  ["scheduling_policies", "scope || ' ' || name", "document"],
  ["consumable_resources", "scope || ' ' || name", "document"],
  ["service_environments", "scope || ' ' || name", "document"],
  ["quota_shares", "scope || ' ' || name", "document"],
  ["client_tokens", "scope || ' ' || name", "document"],
  ["service_jobs", "job_id", "document"],
  ["log_streams", "scope || ' ' || group_name || ' ' || name", "document"],
  ["jobs", "job_id", "stopped_by"],
  ["job_documents", "(SELECT job_id FROM jobs WHERE job_key = job_documents.job_key)", "document"],
  ["jobs", "job_id", "unspawned"],
  [
    "attempts",
    "(SELECT job_id FROM jobs WHERE job_key = attempts.job_key) || ' ' || child_index || ' ' || number",
    "document",
  ],
  [
    "child_jobs",
    "(SELECT job_id FROM jobs WHERE job_key = child_jobs.job_key) || ' ' || child_index",
    "stopped_by",
  ],
];

/** The error of a store in which a document was found that is no JSON: somebody else has written it. */
export function documentError(path: string, database: DatabaseSync, cause: SyntaxError): StoreOpenError {
  const place = findNoJson(database) ?? "a document";
  return new StoreOpenError(
    `${path} holds what Batchyard has not written: ${place} is no JSON (${cause.message}). Nothing was changed. ` +
      `Restore the folder from a backup, or mend that row with the sqlite3 program while no server runs.`,
    { cause },
  );
}

function findNoJson(database: DatabaseSync): string | undefined {
  for (const [table, key, column] of DOCUMENTS) {
    const row = database
      .prepare(
        `SELECT ${key} AS key FROM ${table} WHERE ${column} IS NOT NULL AND NOT json_valid(${column}) LIMIT 1`,
      )
      .get();
    if (row !== undefined) return `${column} of ${table} "${String(row["key"])}"`;
  }
  return undefined;
}
