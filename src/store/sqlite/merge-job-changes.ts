import type { JobProgressPatch } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";

/** A change as it is written; a submission with what the same commit changed in its job. */
export type MergedChange = Change | (JobSubmitted & { readonly patch: JobProgressPatch });

type JobSubmitted = Extract<Change, { kind: "job-submitted" }>;

/** The same changes, with all that is changed in one job at the place of the first: each job is written once. */
export function mergeJobChanges(changes: readonly Change[]): readonly MergedChange[] {
  const merged: MergedChange[] = [];
  const placeByJob = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === "job-submitted") placeByJob.set(jobKey(change.job), merged.length);
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
  if (earlier?.kind !== "job-submitted" && earlier?.kind !== "job-changed") return change;
  const patch = "patch" in earlier ? { ...earlier.patch, ...change.patch } : change.patch;
  return { ...earlier, patch };
}

function jobKey({ scope, jobId }: { readonly scope: Scope; readonly jobId: string }): string {
  return `${scopeKey(scope)} ${jobId}`;
}
