import type { JobProgressPatch } from "../../batch/job.ts";
import { isSameScope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";

/** A change as it is written; a submission with what the same commit changed in its job. */
export type MergedChange = Change | (JobSubmitted & { readonly patch: JobProgressPatch });

type JobSubmitted = Extract<Change, { kind: "job-submitted" }>;
type JobChanged = Extract<Change, { kind: "job-changed" }>;

/** The same changes, with all that is changed in one job at the place of the first: each job is written once. */
export function mergeJobChanges(changes: readonly Change[]): readonly MergedChange[] {
  const merged: MergedChange[] = [];
  /** By job id, a UUID: should another scope have the same one, no more is lost than a merge. */
  const placeByJob = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === "job-submitted") placeByJob.set(change.job.jobId, merged.length);
    if (change.kind !== "job-changed") {
      merged.push(change);
      continue;
    }
    const place = placeByJob.get(change.jobId) ?? merged.length;
    const earlier = merged[place];
    if (earlier !== undefined && isOfSameJob(earlier, change)) {
      merged[place] = mergeInto(earlier, change);
      continue;
    }
    placeByJob.set(change.jobId, merged.length);
    merged.push(change);
  }
  return merged;
}

type JobWritten = JobChanged | Extract<MergedChange, { kind: "job-submitted" }>;

function isOfSameJob(earlier: MergedChange, { scope }: JobChanged): earlier is JobWritten {
  if (earlier.kind === "job-submitted") return isSameScope(earlier.job.scope, scope);
  return earlier.kind === "job-changed" && isSameScope(earlier.scope, scope);
}

function mergeInto(earlier: JobWritten, { patch }: JobChanged): MergedChange {
  return { ...earlier, patch: "patch" in earlier ? { ...earlier.patch, ...patch } : patch };
}
