import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import type { Logs } from "../../../logs/logs.ts";
import type { Sequencer } from "../../../store/sequencer.ts";
import type { Store } from "../../../store/store.ts";
import { DAY_MS, retainedFromMs } from "./find-log.ts";

export interface LogExpiry {
  readonly store: Store;
  readonly logs: Logs;
  readonly sequencer: Pick<Sequencer, "decide">;
  /** How long ended jobs are kept. */
  readonly jobRetentionDays: number;
}

/** Where the next call goes on. */
export interface ExpiryPosition {
  readonly groupArn: string;
  readonly after: string | undefined;
}

/** Looked at in one call. */
const STREAMS_PER_CALL = 1_000;

/**
 * Gives back what streams take, a bounded number of them a call.
 *
 * - What a stream holds goes once its last event is older than its group keeps events; nobody is shown it any more.
 * - The stream of a job goes, with all that it holds, once the job itself is gone and the last event is older than both
 *   jobs and the group's events are kept. AWS keeps such streams for ever: here nothing may grow without end.
 * - Streams that clients made stay, empty, as in AWS.
 *
 * @returns where to go on with the next call; undefined when all groups were gone through.
 */
export async function expireLogs(
  expiry: LogExpiry,
  groups: Iterable<LogGroup>,
  nowMs: number,
  start?: ExpiryPosition,
): Promise<ExpiryPosition | undefined> {
  const [group, following] = [...groups]
    .filter(({ arn }) => arn >= (start?.groupArn ?? ""))
    .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  if (group === undefined) return undefined;

  const after = group.arn === start?.groupArn ? start.after : undefined;
  const filter = { groupName: group.name, namePrefix: "", descending: false };
  const request = { limit: STREAMS_PER_CALL, ...(after === undefined ? {} : { after }) };
  const page = await expiry.store.listLogStreams(group.scope, filter, request);
  await expireStreams(expiry, group, page.items, nowMs);

  if (page.next !== undefined) return { groupArn: group.arn, after: page.next };
  return following === undefined ? undefined : { groupArn: following.arn, after: undefined };
}

async function expireStreams(
  expiry: LogExpiry,
  group: LogGroup,
  streams: readonly LogStream[],
  nowMs: number,
): Promise<void> {
  const { logs, sequencer, jobRetentionDays } = expiry;
  const retainedMs = retainedFromMs(group, nowMs);
  if (retainedMs !== undefined) {
    for (const { streamId } of streams) logs.removeOlderThan(streamId, retainedMs);
  }

  const keptFromMs = Math.min(nowMs - jobRetentionDays * DAY_MS, retainedMs ?? Infinity);
  const old = streams.filter(
    ({ streamId, jobId, createdAtMs }) =>
      jobId !== undefined && (logs.lastEventAt(streamId) ?? createdAtMs) < keptFromMs,
  );
  const gone = await ofRemovedJobs(expiry.store, group, old);
  if (gone.length === 0) return;
  for (const { streamId } of gone) logs.remove(streamId);
  const changes = gone.map(({ scope, groupName, name }) => {
    return { kind: "log-stream-removed" as const, scope, groupName, name };
  });
  await sequencer.decide(() => ({ changes, answer: undefined }));
}

async function ofRemovedJobs(
  store: Store,
  { scope }: LogGroup,
  streams: readonly LogStream[],
): Promise<readonly LogStream[]> {
  const jobIds = new Set(streams.map(({ jobId }) => jobId).filter((jobId) => jobId !== undefined));
  const jobs = jobIds.size === 0 ? [] : await store.readJobs(scope, [...jobIds]);
  for (const { job } of jobs) jobIds.delete(job.jobId);
  return streams.filter(({ jobId }) => jobId !== undefined && jobIds.has(jobId));
}
