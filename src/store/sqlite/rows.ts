import type { Cause } from "../../batch/cause.ts";
import type { JobProgress, UnspawnedChildren } from "../../batch/job.ts";
import type { Scope } from "../../batch/scope.ts";
import { assert } from "../../lib/assert.ts";
import type { JobStatus } from "../../model/batch.ts";
import type { JobFamily } from "../stored-child.ts";

/** Rows hold a status as its index here: the live ones first. Their order is part of the schema. */
const JOB_STATUSES: readonly JobStatus[] = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
];

export const STATUS_COUNT = JOB_STATUSES.length;

/** Statuses below this one are live. */
export const FIRST_TERMINAL_STATUS = JOB_STATUSES.indexOf("SUCCEEDED");

export function statusNumber(status: JobStatus): number {
  return JOB_STATUSES.indexOf(status);
}

export function statusOf(number: number): JobStatus {
  const status = JOB_STATUSES[number];
  assert(status !== undefined, `no job status ${number}`);
  return status;
}

/** The `child_index` of an attempt of the job itself. */
export const JOB_ITSELF = -1;

/** The columns that a job's progress shares with that of a child, named as `ProgressRow` has them. */
const SHARED_PROGRESS_COLUMNS = `status, status_reason AS statusReason, queue_position AS queuePosition,
  attempt_count AS attemptCount, scheduled_at AS scheduledAtMs, started_at AS startedAtMs,
  stopped_at AS stoppedAtMs, is_cancelled AS isCancelled, is_terminated AS isTerminated,
  stopped_by AS stoppedBy`;

/** The columns of `jobs` that make a `ProgressRow`. */
export const PROGRESS_COLUMNS = `${SHARED_PROGRESS_COLUMNS}, unspawned`;

/** Those of `child_jobs`. */
export const CHILD_PROGRESS_COLUMNS = `${SHARED_PROGRESS_COLUMNS}, NULL AS unspawned`;

export interface ProgressRow {
  readonly status: number;
  readonly statusReason: string | null;
  readonly queuePosition: number;
  readonly attemptCount: number;
  readonly scheduledAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly stoppedAtMs: number | null;
  readonly isCancelled: 0 | 1;
  readonly isTerminated: 0 | 1;
  readonly stoppedBy: string | null;
  readonly unspawned: string | null;
}

export function progressOf(row: ProgressRow): JobProgress {
  const { statusReason, scheduledAtMs, startedAtMs, stoppedAtMs, stoppedBy, unspawned } = row;
  return {
    status: statusOf(row.status),
    ...(statusReason !== null && { statusReason }),
    queuePosition: row.queuePosition,
    attemptCount: row.attemptCount,
    ...(scheduledAtMs !== null && { scheduledAtMs }),
    ...(startedAtMs !== null && { startedAtMs }),
    ...(stoppedAtMs !== null && { stoppedAtMs }),
    isCancelled: row.isCancelled === 1,
    isTerminated: row.isTerminated === 1,
    ...(stoppedBy !== null && { stoppedBy: parseDocument<Cause>(stoppedBy) }),
    ...(unspawned !== null && { unspawned: parseDocument<UnspawnedChildren>(unspawned) }),
  };
}

/** The columns of `jobs` that say which children a job has, as `FamilyRow` names them. */
export const FAMILY_COLUMNS = "child_count AS childCount, main_node AS mainNode";

export interface FamilyRow {
  readonly childCount: number | null;
  readonly mainNode: number | null;
}

export function familyOf({ childCount, mainNode }: FamilyRow): JobFamily {
  if (childCount === null) return { kind: "single" };
  if (mainNode === null) return { kind: "array", arraySize: childCount };
  return { kind: "multi-node", nodes: { count: childCount, main: mainNode } };
}

/** What this program wrote as JSON, of the type that it wrote. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is the cast of this parse boundary
export function parseDocument<Document>(text: unknown): Document {
  return JSON.parse(String(text)) as Document;
}

export function parseScopeKey(key: string): Scope {
  const [accountId = "", region = ""] = key.split("/");
  return { accountId, region };
}
