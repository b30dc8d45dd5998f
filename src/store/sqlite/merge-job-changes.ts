import { childJobId } from "../../batch/child-job.ts";
import type { JobProgressPatch } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";

/** A change as it is written; a submission with what the same commit changed in its job. */
export type MergedChange = Change | (JobSubmitted & { readonly patch: JobProgressPatch });

type JobSubmitted = Extract<Change, { kind: "job-submitted" }>;

/**
 * The same changes, with all that is changed in one job or child at the place of the first: each is written once. That a
 * change names a child of a kind which its parent does not have is not looked for here.
 */
export function mergeJobChanges(changes: readonly Change[]): readonly MergedChange[] {
  const merged: MergedChange[] = [];
  const placeByJob = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === "job-submitted") placeByJob.set(jobKey(change.job), merged.length);
    if (change.kind === "child-put") {
      for (const key of childKeys(change)) placeByJob.set(key, merged.length);
    }
    if (change.kind !== "job-changed") {
      merged.push(change);
      continue;
    }
    const key = jobKey(change);
    const place = placeByJob.get(key) ?? merged.length;
    placeByJob.set(key, place);
    merged[place] = mergeInto(merged[place], change);
  }
  return merged;
}

function mergeInto(
  earlier: MergedChange | undefined,
  change: Extract<Change, { kind: "job-changed" }>,
): MergedChange {
  if (earlier?.kind === "child-put") {
    return { ...earlier, progress: { ...earlier.progress, ...change.patch } };
  }
  if (earlier?.kind !== "job-submitted" && earlier?.kind !== "job-changed") return change;
  const patch = "patch" in earlier ? { ...earlier.patch, ...change.patch } : change.patch;
  return { ...earlier, patch };
}

/** An array's child or a node: the change does not say which. */
function childKeys({ scope, parentJobId, index }: Extract<Change, { kind: "child-put" }>): string[] {
  const kinds = ["array", "multi-node"] as const;
  return kinds.map((kind) => jobKey({ scope, jobId: childJobId({ kind, jobId: parentJobId }, index) }));
}

function jobKey({ scope, jobId }: { readonly scope: Scope; readonly jobId: string }): string {
  return `${scopeKey(scope)} ${jobId}`;
}
