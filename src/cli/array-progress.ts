import type { ArrayPropertiesSummary, JobStatus } from "../model/batch.ts";
import { ALL_STATUSES } from "./job-statuses.ts";

/** How far an array is, in a few words: `3/10 ok, 1 failed, 2 running`; undefined for what is no array. */
export function describeProgress({ size, statusSummary }: ArrayPropertiesSummary = {}): string | undefined {
  if (size === undefined) return undefined;
  if (statusSummary === undefined) return `array of ${size}`;
  const count = (...statuses: readonly JobStatus[]): number =>
    statuses.reduce((sum, status) => sum + (statusSummary[status] ?? 0), 0);
  const failed = count("FAILED");
  const running = count("STARTING", "RUNNING");
  return [
    `${count("SUCCEEDED")}/${size} ok`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(running > 0 ? [`${running} running`] : []),
  ].join(", ");
}

/** The children of an array by status: `10 children: 2 RUNNING, 7 SUCCEEDED, 1 FAILED`. */
export function countChildren({ size, statusSummary = {} }: ArrayPropertiesSummary): string {
  const counts = ALL_STATUSES.flatMap((status) => {
    const count = statusSummary[status] ?? 0;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return `${size} children${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`;
}
