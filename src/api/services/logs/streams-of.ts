import { setImmediate as nextTurn } from "node:timers/promises";
import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import type { Store } from "../../../store/store.ts";

const STREAMS_PER_PAGE = 1_000;

/** All streams of the group by name, a page at a time; between two pages others have their turn. */
export async function* streamsOf(store: Store, group: LogGroup): AsyncGenerator<readonly LogStream[], void> {
  const filter = { groupName: group.name, namePrefix: "", descending: false };
  let after: string | undefined;
  do {
    const request = { limit: STREAMS_PER_PAGE, ...(after === undefined ? {} : { after }) };
    const page = await store.listLogStreams(group.scope, filter, request);
    yield page.items;
    after = page.next;
    await nextTurn();
  } while (after !== undefined);
}
