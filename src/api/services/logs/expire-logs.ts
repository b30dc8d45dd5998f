import type { LogGroup } from "../../../batch/log-stream.ts";
import type { Logs } from "../../../logs/logs.ts";
import type { Store } from "../../../store/store.ts";
import { retainedFromMs } from "./find-log.ts";

/** Where the next call goes on. */
export interface ExpiryPosition {
  readonly groupArn: string;
  readonly after: string | undefined;
}

/** Looked at in one call. */
const STREAMS_PER_CALL = 1_000;

/**
 * Gives back the disk of streams whose last event is older than their group keeps events, which nobody is shown any
 * more. Looks at a bounded number of streams; the streams themselves stay, empty, as in AWS.
 *
 * @returns where to go on with the next call; undefined when all groups were gone through.
 */
export async function expireLogs(
  { store, logs }: { readonly store: Store; readonly logs: Logs },
  groups: Iterable<LogGroup>,
  nowMs: number,
  start?: ExpiryPosition,
): Promise<ExpiryPosition | undefined> {
  const limited = [...groups]
    .filter(({ arn, retentionInDays }) => retentionInDays !== undefined && arn >= (start?.groupArn ?? ""))
    .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  const [group, following] = limited;
  if (group === undefined) return undefined;

  const after = group.arn === start?.groupArn ? start.after : undefined;
  const filter = { groupName: group.name, namePrefix: "", descending: false };
  const request = { limit: STREAMS_PER_CALL, ...(after === undefined ? {} : { after }) };
  const page = await store.listLogStreams(group.scope, filter, request);
  const beforeMs = retainedFromMs(group, nowMs) ?? 0;
  for (const { streamId } of page.items) logs.removeOlderThan(streamId, beforeMs);

  if (page.next !== undefined) return { groupArn: group.arn, after: page.next };
  return following === undefined ? undefined : { groupArn: following.arn, after: undefined };
}
