import type { JobListEntry } from "../store.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { FAMILY_COLUMNS, familyOf, PROGRESS_COLUMNS, progressOf } from "./rows.ts";
import type { FamilyRow, ProgressRow } from "./rows.ts";

/** The columns of `jobs` that a list reads, as `JobListRow` names them. */
export const JOB_LIST_COLUMNS = `job_key AS jobKey, job_id AS jobId, name AS jobName, name_key, definition,
  definition_name, created_at AS createdAtMs, vcpu_millis AS vcpuMillis, share_identifier AS shareIdentifier,
  ${FAMILY_COLUMNS}, ${PROGRESS_COLUMNS}`;

export interface JobListRow extends ProgressRow, FamilyRow {
  readonly jobKey: number;
  readonly jobId: string;
  readonly jobName: string;
  readonly name_key: string;
  readonly definition: number;
  readonly definition_name: string;
  readonly createdAtMs: number;
  readonly vcpuMillis: number;
  readonly shareIdentifier: string | null;
}

/** What a list shows of a job that stands in its row. */
export function entryOf(
  row: JobListRow,
  texts: NumberedTexts,
): Omit<JobListEntry, "lastOutcome" | "childIndex" | "childCounts"> {
  const { jobId, jobName, createdAtMs, vcpuMillis, shareIdentifier } = row;
  const { arraySize, nodes } = familyOf(row);
  return {
    jobId,
    jobName,
    jobDefinitionArn: texts.textOf(row.definition),
    createdAtMs,
    vcpuMillis,
    ...(shareIdentifier !== null && { shareIdentifier }),
    progress: progressOf(row),
    ...(arraySize !== undefined && { arraySize }),
    ...(nodes !== undefined && { nodes }),
  };
}
