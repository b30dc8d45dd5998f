import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { PlainRoute } from "../api/handle.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { DeadLetters } from "../events/dead-letters.ts";
import { EventFeed } from "../events/event-feed.ts";
import { EventReader } from "../events/event-reader.ts";
import { LoadWatch } from "../events/load-watch.ts";
import type { ThreadTimes } from "../events/load-watch.ts";
import { createPostJson } from "../events/post-json.ts";
import { WebhookSink } from "../events/webhook-sink.ts";
import type { Store } from "../store/store.ts";
import type { EventWebhook, ServerConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { createEventRoute } from "./event-route.ts";
import type { Logger } from "./logger.ts";
import type { LoopTask } from "./loop.ts";
import { eventRetentionTask } from "./maintenance.ts";
import { readWebhookHeaders } from "./webhook-headers.ts";

/** Disposing of it gives up what is being delivered. */
export interface Events extends Disposable {
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

const WEBHOOK_TIMEOUT_MS = 10_000;

const THREAD_TIMES: ThreadTimes = {
  utilization: () => performance.eventLoopUtilization(),
  cpuUsage: () => process.threadCpuUsage(),
};

/** Puts together what tells events: who follows over HTTP, the webhook, and the log's upkeep. */
export async function openEvents(parts: EventsParts): Promise<Events> {
  const { config, store, commits, wake } = parts;
  const stopping = new AbortController();
  const reader = new EventReader({
    store: commits,
    reads: store,
    logId: await findLogId(store),
    lastSequence: (await store.eventLogBounds())?.lastSequence ?? 0,
    onAppended: () => {
      feed.wake();
      if (webhookTask !== undefined) wake(webhookTask);
    },
  });
  const feed = new EventFeed({
    reader,
    onWork: () => wake(feedTask),
    load: new LoadWatch(THREAD_TIMES),
  });
  const feedTask: LoopTask = { name: "events", run: (_nowMs, monotonicMs) => feed.run(monotonicMs) };
  const webhookTask =
    config.eventWebhook === undefined
      ? undefined
      : await createWebhookTask(config.eventWebhook, { ...parts, reader, stopped: stopping.signal });
  return {
    noted: reader.noted,
    tasks: [feedTask, eventRetentionTask(store, config), ...(webhookTask === undefined ? [] : [webhookTask])],
    createRoute: (authenticate) => createEventRoute({ feed, reader, log: store, authenticate }),
    [Symbol.dispose]: () => stopping.abort(),
  };
}

async function findLogId(store: Store): Promise<string> {
  const known = await store.readSetting(SETTING);
  if (known !== undefined) return known;
  const value = randomUUID();
  await store.commit([{ kind: "setting-put", name: SETTING, value }]);
  return value;
}

async function createWebhookTask(
  { url, headersFile }: EventWebhook,
  {
    reader,
    store,
    folder,
    logger,
    stopped,
  }: EventsParts & {
    readonly reader: EventReader;
    readonly stopped: AbortSignal;
  },
): Promise<LoopTask> {
  const headers = readWebhookHeaders(headersFile);
  const sink = await WebhookSink.open({
    reader,
    store,
    post: createPostJson({ url, headers, timeoutMs: WEBHOOK_TIMEOUT_MS, stopped }),
    deadLetters: new DeadLetters(join(folder.path, "event-dead-letters.jsonl")),
    load: new LoadWatch(THREAD_TIMES),
    random: Math.random,
    tell: (sentence) => logger.warn(sentence),
    stopped,
  });
  return { name: "event webhook", run: (nowMs, monotonicMs) => sink.run(nowMs, monotonicMs) };
}
