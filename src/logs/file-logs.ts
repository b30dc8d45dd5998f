import type { Clock } from "../lib/clock.ts";
import { ClientFiles } from "./client-files.ts";
import { DiskUsage } from "./disk-usage.ts";
import { readPage } from "./event-page.ts";
import type { EventText } from "./event-page.ts";
import { GrowthWatches } from "./growth-watches.ts";
import { JobFiles } from "./job-files.ts";
import { LimitKeeper } from "./log-limits.ts";
import { LineTests } from "./line-tests.ts";
import type {
  EventPage,
  GrowthReport,
  GrowthWatch,
  InputLogEvent,
  LogEvent,
  Logs,
  ReadRequest,
  StreamExtent,
} from "./logs.ts";
import type { Marks } from "./marks.ts";
import { canPunchHoles } from "./punch-hole.ts";
import type { LogLimits } from "./removal-notice.ts";
import { STREAM_FILE_KINDS, StreamFiles } from "./stream-files.ts";
import { openEventText } from "./stream-text.ts";
import type { LineTest, StreamView } from "./stream-text.ts";
import { WorkBudget } from "./work-budget.ts";

export interface FileLogsOptions extends LogLimits {
  readonly directory: string;
  readonly clock: Clock;
}

/** Log streams as files of a folder. */
export class FileLogs implements Logs {
  /** Whether the log of a job under way can be shortened; where not, it grows until the job ends. */
  readonly canPunchHoles: boolean;
  readonly #clock: Clock;
  readonly #limits: LogLimits;
  readonly #files: StreamFiles;
  readonly #usage: DiskUsage;
  readonly #jobFiles: JobFiles;
  readonly #clientFiles: ClientFiles;
  readonly #limitKeeper: LimitKeeper;
  readonly #growth = new GrowthWatches();
  readonly #lineTests = new LineTests();
  #counted: Promise<void> | undefined;

  /** What is there already is counted meanwhile; nothing waits for it but `enforceLimit`. */
  static async open(options: FileLogsOptions): Promise<FileLogs> {
    const files = new StreamFiles(options.directory);
    return new FileLogs(options, files, await canPunchHoles(options.directory));
  }

  private constructor(options: FileLogsOptions, files: StreamFiles, hasHoles: boolean) {
    const { clock, diskBytesMax, jobLogBytesMax } = options;
    this.canPunchHoles = hasHoles;
    this.#clock = clock;
    this.#limits = { diskBytesMax, jobLogBytesMax };
    this.#files = files;
    this.#usage = new DiskUsage(files, (streamId) => this.#jobFiles.get(streamId)?.size);
    const onGrowth = (streamId: string): void => this.#growth.tell(streamId);
    this.#jobFiles = new JobFiles(files, this.#usage, onGrowth);
    this.#clientFiles = new ClientFiles(files, this.#usage, onGrowth);
    this.#limitKeeper = new LimitKeeper({
      files,
      usage: this.#usage,
      jobFiles: this.#jobFiles,
      clientFiles: this.#clientFiles,
      limits: this.#limits,
      canPunchHoles: hasHoles,
    });
    this.#counted = this.#usage.count();
    // Whoever waits for it is told.
    this.#counted.catch(() => undefined);
  }

  openFile(streamId: string): string {
    return this.#jobFiles.open(streamId, this.#clock.nowMs());
  }

  closeFile(streamId: string): void {
    this.#jobFiles.close(streamId, this.#clock.nowMs());
  }

  observeGrowth(nowMs: number): GrowthReport {
    const isAnyOpen = this.#jobFiles.lookAtAll(nowMs);
    return { isAnyOpen, isOverLimit: isAnyOpen && this.#limitKeeper.hasWork() };
  }

  putEvents(streamId: string, events: readonly InputLogEvent[], ingestedAtMs: number): Promise<void> {
    return this.#clientFiles.put(streamId, events, ingestedAtMs);
  }

  async readEvents(streamId: string, request: ReadRequest): Promise<EventPage> {
    for (;;) {
      const view = this.#view(streamId);
      const budget = request.budget ?? new WorkBudget();
      const begins = this.#lineTests.of(request.multilinePattern, budget);
      const page = await this.#withText(view, begins, (text) => readPage(text, { ...request, budget }));
      // What had to go while it was read reads as zeros: once more, then, with the notice in its place.
      const removed = this.#files.facts(streamId).removed;
      if (removed?.size === view.facts.removed?.size) return page;
    }
  }

  watchGrowth(streamId: string): GrowthWatch | undefined {
    return this.#growth.watch(streamId, this.#jobFiles.get(streamId)?.path);
  }

  async describe(streamId: string): Promise<StreamExtent | undefined> {
    const view = this.#view(streamId);
    const lastEventMs = lastEventOf(view);
    if (lastEventMs === undefined) return undefined;

    return this.#withText(view, undefined, async (source) => {
      const { begin, end } = source.text;
      const storedBytes = end - begin;
      if (source.marks !== undefined && storedBytes > 0) {
        const firstEventMs = await source.marks.timeAt(begin);
        return { firstEventMs, lastEventMs, lastIngestionMs: lastEventMs, storedBytes };
      }
      const first = await firstEvent(source, "forward");
      const last = await firstEvent(source, "backward");
      return {
        firstEventMs: first?.timestampMs ?? lastEventMs,
        lastEventMs,
        lastIngestionMs: last?.ingestedAtMs ?? lastEventMs,
        storedBytes,
      };
    });
  }

  lastEventAt(streamId: string): number | undefined {
    return lastEventOf(this.#view(streamId));
  }

  isOpen(streamId: string): boolean {
    return this.#jobFiles.get(streamId) !== undefined;
  }

  remove(streamId: string): void {
    this.#usage.change(streamId, -this.#usage.ofStream(streamId));
    this.#jobFiles.forget(streamId);
    this.#files.delete(streamId, STREAM_FILE_KINDS);
  }

  removeOlderThan(streamId: string, beforeMs: number): boolean {
    const isBeingWritten =
      this.#jobFiles.get(streamId) !== undefined || this.#clientFiles.isWriting(streamId);
    const lastEventMs = this.lastEventAt(streamId);
    if (isBeingWritten || lastEventMs === undefined || lastEventMs >= beforeMs) return false;
    this.remove(streamId);
    return true;
  }

  async enforceLimit(nowMs: number): Promise<void> {
    await this.#untilCounted();
    await this.#limitKeeper.enforce(nowMs);
  }

  get diskBytes(): number {
    return this.#usage.bytes;
  }

  /** Jobs may go on writing: the next run of this program opens their files again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counted?.catch(() => undefined);
    await this.#clientFiles.settle();
    this.#jobFiles.saveAll(this.#clock.nowMs());
  }

  /** A count that failed, as without a free descriptor, is made again for whoever asks next. */
  async #untilCounted(): Promise<void> {
    this.#counted ??= this.#usage.count();
    try {
      await this.#counted;
    } catch (error) {
      this.#counted = undefined;
      throw error;
    }
  }

  /** A job's file is looked at first, so that the newest is seen and has its time. */
  #view(streamId: string): StreamView {
    return {
      streamId,
      files: this.#files,
      jobFile: this.#jobFiles.look(streamId, this.#clock.nowMs()),
      facts: this.#files.facts(streamId),
      durableEnd: this.#clientFiles.durableEnd(streamId),
      limits: this.#limits,
    };
  }

  async #withText<Result>(
    view: StreamView,
    begins: LineTest,
    read: (text: EventText & { readonly marks?: Marks }) => Promise<Result>,
  ): Promise<Result> {
    await using resources = new AsyncDisposableStack();
    return await read(await openEventText(view, begins, resources));
  }
}

/** Undefined where the stream holds nothing. */
function lastEventOf({ jobFile, facts }: StreamView): number | undefined {
  const { content, removed } = facts;
  if (jobFile !== undefined) return jobFile.lastMark.end > 0 ? jobFile.lastMark.atMs : undefined;
  const hasContent = content !== undefined && content.size > (removed?.size ?? 0);
  return hasContent ? content.modifiedMs : removed?.modifiedMs;
}

async function firstEvent(
  source: EventText,
  direction: ReadRequest["direction"],
): Promise<LogEvent | undefined> {
  const position = direction === "forward" ? "start" : "end";
  const { events } = await readPage(source, { position, direction, limit: 1, bytesMax: 0 });
  return events[0];
}
