import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import { scopeKey } from "../../../batch/scope.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Logs } from "../../../logs/logs.ts";
import type { Change } from "../../../store/change.ts";
import type { Store } from "../../../store/store.ts";
import { streamsOf } from "./streams-of.ts";

/** What is known of a group that somebody asks about. */
interface RecentGroup {
  /** All streams with an event at or after this instant are among `streams`. */
  coveredFromMs: number;
  /** Since this instant and any before it more streams were written than are remembered. */
  tooManyFromMs: number;
  /** By name. */
  readonly streams: Map<string, RecentStream>;
  /** Ends when the group was gone through. */
  loading: Promise<void> | undefined;
  askedAtMs: number;
}

interface RecentStream {
  readonly stream: LogStream;
  /** Set once a job has ended: nothing more will come. */
  finalEventMs?: number;
}

/** Groups that are remembered, the ones asked about last. */
const GROUPS_MAX = 4;
/** Streams that are remembered of a group; up to twice as many while more come. */
const STREAMS_MAX = 5_000;
/** What nobody asks about for so long is forgotten, in milliseconds. */
const KEPT_MS = 600_000;

/**
 * Knows which streams of a group were written lately, so that who asks again and again for what is new pays for what is
 * new, not for all that there is.
 *
 * No index of that is kept on the disk, since it would change with every line that a job prints. A group is gone
 * through once, when somebody asks first; from then on what is created and written is noted as it happens. Nothing is
 * remembered of groups that nobody asks about.
 */
export class RecentStreams {
  readonly #store: Store;
  readonly #logs: Logs;
  readonly #clock: Clock;
  readonly #groups = new Map<string, RecentGroup>();

  constructor(parts: { readonly store: Store; readonly logs: Logs; readonly clock: Clock }) {
    this.#store = parts.store;
    this.#logs = parts.logs;
    this.#clock = parts.clock;
  }

  /** The store, so that what is committed through it is noted. */
  get noted(): Pick<Store, "commit" | "load"> {
    return {
      load: () => this.#store.load(),
      commit: async (changes) => {
        await this.#store.commit(changes);
        this.#noteChanges(changes);
      },
    };
  }

  /** The streams with an event at or after the instant; undefined where they are too many to be remembered. */
  async since(group: LogGroup, fromMs: number): Promise<readonly LogStream[] | undefined> {
    const recent = this.#ask(group);
    while (recent.coveredFromMs > fromMs) {
      if (fromMs <= recent.tooManyFromMs) return undefined;
      await (recent.loading ??= this.#load(group, recent, fromMs));
    }
    return [...recent.streams.values()]
      .filter((entry) => this.#lastEventMs(entry) >= fromMs)
      .map(({ stream }) => stream);
  }

  /** A client has put events to the stream. */
  noteWritten(stream: LogStream): void {
    this.#groupOf(stream.scope, stream.groupName)?.streams.set(stream.name, { stream });
  }

  #noteChanges(changes: readonly Change[]): void {
    if (this.#groups.size === 0) return;
    for (const change of changes) {
      if (change.kind === "log-stream-put") this.#noteCreated(change.logStream);
      if (change.kind === "log-stream-removed") {
        this.#groupOf(change.scope, change.groupName)?.streams.delete(change.name);
      }
      if (change.kind === "log-group-removed") this.#groups.delete(keyOf(change.scope, change.name));
    }
  }

  #noteCreated(stream: LogStream): void {
    const recent = this.#groupOf(stream.scope, stream.groupName);
    if (recent === undefined) return;
    recent.streams.set(stream.name, { stream });
    if (recent.streams.size >= 2 * STREAMS_MAX) this.#forgetOldest(recent);
  }

  #ask({ scope, name }: LogGroup): RecentGroup {
    const key = keyOf(scope, name);
    const recent = this.#groups.get(key) ?? {
      coveredFromMs: Infinity,
      tooManyFromMs: -Infinity,
      streams: new Map<string, RecentStream>(),
      loading: undefined,
      askedAtMs: 0,
    };
    recent.askedAtMs = this.#clock.monotonicMs();
    this.#groups.delete(key);
    this.#groups.set(key, recent);
    const [oldest] = this.#groups.keys();
    if (this.#groups.size > GROUPS_MAX && oldest !== undefined) this.#groups.delete(oldest);
    return recent;
  }

  /** Undefined where nobody asks about the group any more. */
  #groupOf(scope: Scope, name: string): RecentGroup | undefined {
    const key = keyOf(scope, name);
    const recent = this.#groups.get(key);
    if (recent === undefined || this.#clock.monotonicMs() - recent.askedAtMs <= KEPT_MS) return recent;
    this.#groups.delete(key);
    return undefined;
  }

  /** Goes through the group; what comes meanwhile is noted as always. */
  async #load(group: LogGroup, recent: RecentGroup, fromMs: number): Promise<void> {
    try {
      const found: RecentStream[] = [];
      for await (const streams of streamsOf(this.#store, group)) {
        for (const stream of streams) {
          const entry = { stream };
          const isRecent = this.#lastEventMs(entry) >= fromMs || this.#logs.isOpen(stream.streamId);
          if (isRecent) found.push(entry);
        }
        if (found.length <= STREAMS_MAX) continue;
        recent.tooManyFromMs = fromMs;
        return;
      }
      for (const entry of found) recent.streams.set(entry.stream.name, entry);
      recent.coveredFromMs = Math.min(recent.coveredFromMs, fromMs);
    } finally {
      recent.loading = undefined;
    }
  }

  /** Leaves those that were written last, and those that may still be. */
  #forgetOldest(recent: RecentGroup): void {
    const ended = [...recent.streams.values()]
      .map((entry) => ({ name: entry.stream.name, lastEventMs: this.#lastEventMs(entry), ...entry }))
      .filter(({ finalEventMs }) => finalEventMs !== undefined)
      .sort((a, b) => a.lastEventMs - b.lastEventMs);
    for (const { name, lastEventMs } of ended.slice(0, recent.streams.size - STREAMS_MAX)) {
      recent.streams.delete(name);
      recent.coveredFromMs = Math.max(recent.coveredFromMs, lastEventMs + 1);
    }
    recent.tooManyFromMs = Math.max(recent.tooManyFromMs, recent.coveredFromMs - 1);
  }

  #lastEventMs(entry: RecentStream): number {
    if (entry.finalEventMs !== undefined) return entry.finalEventMs;
    const { streamId, writer } = entry.stream;
    // Asked first: a job that ends between the two is final the next time.
    const isFinal = writer === "job" && !this.#logs.isOpen(streamId);
    const lastEventMs = this.#logs.lastEventAt(streamId) ?? -Infinity;
    if (isFinal) entry.finalEventMs = lastEventMs;
    return lastEventMs;
  }
}

function keyOf(scope: Scope, groupName: string): string {
  return `${scopeKey(scope)} ${groupName}`;
}
