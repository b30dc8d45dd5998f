import { MinHeap } from "../../lib/min-heap.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { LiveShare } from "../../store/live-share.ts";
import { goesFirst, ShareClaims } from "./fair-share.ts";
import type { Competitor } from "./fair-share.ts";

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
  const claims = new ShareClaims(queue, fairShare, nowMs);
  const lines = claims.competitors().map(({ share, claim }): Line => {
    const { vcpuMillis, headPosition } = share;
    return { claim, share: { vcpuMillis, headPosition }, of: share, jobs: undefined };
  });
  const order = new MinHeap(lines, goesFirst);
  const jobIds: string[] = [];
  while (jobIds.length < count) {
    const { first } = order;
    if (first === undefined) break;
    const next = (first.jobs ??= nextOf(state, first.of, count)).shift();
    const [after] = first.jobs;
    if (next !== undefined) jobIds.push(next.jobId);
    if (next === undefined || after === undefined) order.removeFirst();
    else {
      first.share.vcpuMillis += next.job.resources.vcpuMillis;
      first.share.headPosition = after.job.queuePosition;
      first.claim = claims.of(first.of, first.share.vcpuMillis);
      order.sinkFirst();
    }
  }
  return jobIds;
}

/** A share as it would be with what was placed so far. */
interface Line extends Competitor<{ vcpuMillis: number; headPosition: number }> {
  readonly of: LiveShare;
  /** Those of the share that are left; undefined before the first was asked for. */
  jobs: { readonly jobId: string; readonly job: LiveJob }[] | undefined;
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
