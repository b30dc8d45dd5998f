import { childJobId } from "../../batch/child-job.ts";
import type { JobProgressPatch } from "../../batch/job.ts";
import { isSameScope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";

/** A change as it is written; a submission with what the same commit changed in its job. */
export type MergedChange = Change | (JobSubmitted & { readonly patch: JobProgressPatch });

type JobSubmitted = Extract<Change, { kind: "job-submitted" }>;
type JobChanged = Extract<Change, { kind: "job-changed" }>;
type ChildPut = Extract<Change, { kind: "child-put" }>;

/**
 * The same changes, with all that is changed in one job or child at the place of the first: each is written once. That a
 * change names a child of a kind which its parent does not have is not looked for here.
 */
export function mergeJobChanges(changes: readonly Change[]): readonly MergedChange[] {
  const merged: MergedChange[] = [];
  /** By job id, a UUID: should another scope have the same one, no more is lost than a merge. */
  const placeByJob = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === "job-submitted") placeByJob.set(change.job.jobId, merged.length);
    if (change.kind === "child-put") {
      for (const jobId of childJobIds(change)) placeByJob.set(jobId, merged.length);
    }
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

type JobWritten = JobChanged | ChildPut | Extract<MergedChange, { kind: "job-submitted" }>;

function isOfSameJob(earlier: MergedChange, { scope }: JobChanged): earlier is JobWritten {
  if (earlier.kind === "job-submitted") return isSameScope(earlier.job.scope, scope);
  if (earlier.kind !== "job-changed" && earlier.kind !== "child-put") return false;
  return isSameScope(earlier.scope, scope);
}

function mergeInto(earlier: JobWritten, { patch }: JobChanged): MergedChange {
  if (earlier.kind === "child-put") return { ...earlier, progress: { ...earlier.progress, ...patch } };
  return { ...earlier, patch: "patch" in earlier ? { ...earlier.patch, ...patch } : patch };
}

/** An array's child or a node: the change does not say which. */
function childJobIds({ parentJobId: jobId, index }: ChildPut): readonly string[] {
  return [childJobId({ kind: "array", jobId }, index), childJobId({ kind: "multi-node", jobId }, index)];
}
