import { claimOf } from "../../batch/fair-share.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { averageAt } from "../../store/live-share.ts";
import type { LiveShare } from "../../store/live-share.ts";
import { weigher } from "./fair-share.ts";

/**
 * Ids of the jobs and children of a queue that would be placed next if there were room for each of them, in that order,
 * at most `count`: for small counts.
 */
export function frontOfQueue(
  state: LiveState,
  jobQueueArn: string,
  { count, nowMs }: { readonly count: number; readonly nowMs: number },
): readonly string[] {
  const queue = state.jobs.readyQueue(jobQueueArn);
  if (queue === undefined) return [];
  const { fairShare } = queue;
  if (fairShare === undefined) {
    return [...queue.ready].flatMap((share) => nextOf(state, share, count).map(({ jobId }) => jobId));
  }
  const weightOf = weigher(queue, fairShare, nowMs);
  const lines = [...queue.ready].map((share): Line => {
    const { identifier, vcpuMillis } = share;
    const averageNow = averageAt(share, nowMs);
    return { share, weight: weightOf(identifier), averageNow, vcpuMillis, jobs: undefined };
  });
  const jobIds: string[] = [];
  while (jobIds.length < count) {
    const first = firstLine(lines);
    if (first === undefined) break;
    first.jobs ??= nextOf(state, first.share, count);
    const next = first.jobs.shift();
    if (next === undefined) lines.splice(lines.indexOf(first), 1);
    else {
      jobIds.push(next.jobId);
      first.vcpuMillis += next.job.resources.vcpuMillis;
    }
  }
  return jobIds;
}

interface Line {
  readonly share: LiveShare;
  readonly weight: number;
  readonly averageNow: number;
  vcpuMillis: number;
  /** Those of the share that are left; undefined before the first was asked for. */
  jobs: { readonly jobId: string; readonly job: LiveJob }[] | undefined;
}

function firstLine(lines: readonly Line[]): Line | undefined {
  let first: Line | undefined;
  for (const line of lines) if (first === undefined || isBefore(line, first)) first = line;
  return first;
}

function isBefore(a: Line, b: Line): boolean {
  const claims = [a, b].map(({ averageNow, vcpuMillis, weight }) => claimOf(averageNow, vcpuMillis) * weight);
  const [claim = 0, other = 0] = claims;
  return claim === other ? positionOf(a) < positionOf(b) : claim < other;
}

function positionOf({ jobs, share }: Line): number {
  return (jobs === undefined ? share.runnable.peek() : jobs[0]?.job)?.queuePosition ?? Infinity;
}

/** The jobs of a share in their order, an array as its next children. */
function nextOf(
  state: LiveState,
  { runnable }: LiveShare,
  count: number,
): { readonly jobId: string; readonly job: LiveJob }[] {
  const found: { readonly jobId: string; readonly job: LiveJob }[] = [];
  for (const job of runnable.first(count)) {
    const array = state.jobs.arrayOf(job);
    if (array === undefined) found.push({ jobId: job.jobId, job });
    else for (const index of array.firstUnspawned(count)) found.push({ jobId: `${job.jobId}:${index}`, job });
    if (found.length >= count) break;
  }
  return found.slice(0, count);
}
