import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { PlainRoute } from "../api/handle.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { EventFeed } from "../events/event-feed.ts";
import { EventReader } from "../events/event-reader.ts";
import type { Store } from "../store/store.ts";
import type { ServerConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { createEventRoute } from "./event-route.ts";
import type { Logger } from "./logger.ts";
import type { LoopTask } from "./loop.ts";
import { eventRetentionTask } from "./maintenance.ts";

export interface Events {
  /** The store for whoever decides: what is committed through it is told. */
  readonly noted: Pick<Store, "commit" | "load">;
  readonly tasks: readonly LoopTask[];
  /** `GET /events`. */
  createRoute(authenticate: Authenticate): PlainRoute;
}

interface EventsParts {
  readonly config: ServerConfig;
  readonly folder: DataFolder;
  readonly store: Store;
  /** The same store for commits. */
  readonly commits: Pick<Store, "commit" | "load">;
  readonly logger: Logger;
  readonly wake: (task: LoopTask) => void;
}

/** The setting that names the log: events of another data folder have other ids. */
const SETTING = "event-log-id";

/** Puts together what tells events: who follows over HTTP, and the log's upkeep. */
export async function openEvents({ config, store, commits, wake }: EventsParts): Promise<Events> {
  const reader = new EventReader({
    store: commits,
    reads: store,
    logId: await findLogId(store),
    lastSequence: (await store.eventLogBounds())?.lastSequence ?? 0,
    onAppended: () => feed.wake(),
  });
  const feed = new EventFeed({
    reader,
    onWork: () => wake(feedTask),
    utilization: () => performance.eventLoopUtilization(),
  });
  const feedTask: LoopTask = { name: "events", run: (_nowMs, monotonicMs) => feed.run(monotonicMs) };
  return {
    noted: reader.noted,
    tasks: [feedTask, eventRetentionTask(store, config)],
    createRoute: (authenticate) => createEventRoute({ feed, reader, log: store, authenticate }),
  };
}

async function findLogId(store: Store): Promise<string> {
  const known = await store.readSetting(SETTING);
  if (known !== undefined) return known;
  const value = randomUUID();
  await store.commit([{ kind: "setting-put", name: SETTING, value }]);
  return value;
}
