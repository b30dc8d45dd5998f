import { taskIdOfStream } from "../../../batch/log-stream.ts";
import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import { scopeKey } from "../../../batch/scope.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Logs } from "../../../logs/logs.ts";
import type { Change } from "../../../store/change.ts";
import type { LiveState } from "../../../store/live-state.ts";
import type { Store } from "../../../store/store.ts";
import { streamsOf } from "./streams-of.ts";

export interface DatedStream {
  readonly stream: LogStream;
  /** Absent where it holds nothing. */
  readonly lastEventMs: number | undefined;
}

/** What is known of a group that somebody asks about. */
interface RecentGroup {
  /** All streams with an event at or after this instant are among `streams`: all there are, if it is `-Infinity`. */
  coveredFromMs: number;
  /** By name. */
  readonly streams: Map<string, RecentStream>;
  /** Ends when the group has been gone through; undefined before that began. */
  loaded: Promise<void> | undefined;
  askedAtMs: number;
}

interface RecentStream {
  readonly stream: LogStream;
  /** A job has ended: nothing more will come. */
  isFinal?: boolean;
  /** Known once it is final. */
  lastEventMs?: number | undefined;
}

/** Attempts under way by task id, which is the id of the stream that they write. */
interface LiveAttempts {
  readonly jobs: Pick<LiveState["jobs"], "active">;
}

interface RecentStreamsOptions {
  readonly store: Store;
  readonly logs: Logs;
  readonly clock: Clock;
  readonly state: () => LiveAttempts;
}

/** Groups that are remembered, the ones asked about last. */
const GROUPS_MAX = 4;
/** Streams that are remembered of a group, those written last; up to twice as many while more come. */
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
  readonly #state: () => LiveAttempts;
  readonly #groups = new Map<string, RecentGroup>();

  constructor({ store, logs, clock, state }: RecentStreamsOptions) {
    this.#store = store;
    this.#logs = logs;
    this.#clock = clock;
    this.#state = state;
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
    const recent = await this.#ask(group);
    if (recent.coveredFromMs > fromMs) return undefined;
    return [...recent.streams.values()]
      .filter((entry) => (this.#lastEventMs(entry) ?? -Infinity) >= fromMs)
      .map(({ stream }) => stream);
  }

  /** The streams written last, in no order: all there are, or some thousands. */
  async latest(group: LogGroup): Promise<{ readonly streams: DatedStream[]; readonly areAll: boolean }> {
    const { streams, coveredFromMs } = await this.#ask(group);
    const dated = [...streams.values()].map((entry) => {
      return { stream: entry.stream, lastEventMs: this.#lastEventMs(entry) };
    });
    const areAll = coveredFromMs === -Infinity;
    return {
      streams: areAll ? dated : dated.filter(({ lastEventMs = -Infinity }) => lastEventMs >= coveredFromMs),
      areAll,
    };
  }

  /** A client has put events to the stream. */
  noteWritten(stream: LogStream): void {
    this.#note(stream);
  }

  #noteChanges(changes: readonly Change[]): void {
    if (this.#groups.size === 0) return;
    for (const change of changes) {
      if (change.kind === "log-stream-put") this.#note(change.logStream);
      if (change.kind === "log-stream-removed") {
        this.#groupOf(change.scope, change.groupName)?.streams.delete(change.name);
      }
      if (change.kind === "log-group-removed") this.#groups.delete(keyOf(change.scope, change.name));
    }
  }

  #note(stream: LogStream): void {
    const recent = this.#groupOf(stream.scope, stream.groupName);
    if (recent !== undefined) this.#remember(recent, stream);
  }

  #remember(recent: RecentGroup, stream: LogStream): void {
    recent.streams.set(stream.name, { stream });
    if (recent.streams.size >= 2 * STREAMS_MAX) this.#forgetOldest(recent);
  }

  async #ask(group: LogGroup): Promise<RecentGroup> {
    const key = keyOf(group.scope, group.name);
    const recent = this.#groups.get(key) ?? {
      coveredFromMs: -Infinity,
      streams: new Map<string, RecentStream>(),
      loaded: undefined,
      askedAtMs: 0,
    };
    recent.askedAtMs = this.#clock.monotonicMs();
    this.#groups.delete(key);
    this.#groups.set(key, recent);
    const [oldest] = this.#groups.keys();
    if (this.#groups.size > GROUPS_MAX && oldest !== undefined) this.#groups.delete(oldest);
    await (recent.loaded ??= this.#load(group, recent));
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
  async #load(group: LogGroup, recent: RecentGroup): Promise<void> {
    try {
      for await (const streams of streamsOf(this.#store, group)) {
        for (const stream of streams) this.#remember(recent, stream);
      }
    } catch (error) {
      recent.loaded = undefined;
      throw error;
    }
  }

  /** Leaves those that were written last, and those that a job is writing. What a client writes is noted again. */
  #forgetOldest(recent: RecentGroup): void {
    const ended = [...recent.streams.values()]
      .filter(({ stream }) => !this.#isWritten(stream.streamId))
      .map((entry) => ({ name: entry.stream.name, lastEventMs: this.#lastEventMs(entry) ?? 0 }))
      .sort((a, b) => a.lastEventMs - b.lastEventMs);
    for (const { name, lastEventMs } of ended.slice(0, recent.streams.size - STREAMS_MAX)) {
      recent.streams.delete(name);
      recent.coveredFromMs = Math.max(recent.coveredFromMs, lastEventMs + 1);
    }
  }

  #lastEventMs(entry: RecentStream): number | undefined {
    if (entry.isFinal === true) return entry.lastEventMs;
    const { streamId, writer } = entry.stream;
    entry.isFinal = writer === "job" && !this.#isWritten(streamId);
    entry.lastEventMs = this.#logs.lastEventAt(streamId);
    return entry.lastEventMs;
  }

  /** A job may still write to it: its file is open, or is opened once what runs the job is back. */
  #isWritten(streamId: string): boolean {
    return this.#logs.isOpen(streamId) || this.#state().jobs.active.has(taskIdOfStream(streamId));
  }
}

function keyOf(scope: Scope, groupName: string): string {
  return `${scopeKey(scope)} ${groupName}`;
}
