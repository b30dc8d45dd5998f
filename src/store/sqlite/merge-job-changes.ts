import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";

/** The same changes, with all that is changed in one job at the place of the first: each job is written once. */
export function mergeJobChanges(changes: readonly Change[]): readonly Change[] {
  const merged: Change[] = [];
  const placeByJob = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === "job-submitted") placeByJob.delete(jobKey(change.job));
    const key = change.kind === "job-changed" ? jobKey(change) : undefined;
    const place = key === undefined ? undefined : placeByJob.get(key);
    const earlier = place === undefined ? undefined : merged[place];
    if (change.kind === "job-changed" && earlier?.kind === "job-changed" && place !== undefined) {
      merged[place] = { ...change, patch: { ...earlier.patch, ...change.patch } };
      continue;
    }
    if (key !== undefined) placeByJob.set(key, merged.length);
    merged.push(change);
  }
  return merged;
}

function jobKey({ scope, jobId }: { readonly scope: Scope; readonly jobId: string }): string {
  return `${scopeKey(scope)} ${jobId}`;
}
