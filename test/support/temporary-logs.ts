import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/lib/clock.ts";
import { FileLogs } from "../../src/logs/file-logs.ts";
import type { EventPage, LogEvent, ReadRequest } from "../../src/logs/logs.ts";
import type { LogLimits } from "../../src/logs/removal-notice.ts";

/** A moment in November 2026, when the tests begin. */
export const TEST_START_MS = Date.UTC(2026, 10, 21, 20);

const NO_LIMITS: LogLimits = { diskBytesMax: 2 ** 40, jobLogBytesMax: 2 ** 40 };

/** Stands still until it is set. */
export class SetClock implements Clock {
  ms = TEST_START_MS;

  nowMs(): number {
    return this.ms;
  }

  monotonicMs(): number {
    return this.ms - TEST_START_MS;
  }
}

/** Logs in a folder of their own, which goes with them. */
export class TemporaryLogs implements AsyncDisposable {
  readonly clock: SetClock;
  readonly directory: string;
  readonly limits: LogLimits;
  logs: FileLogs;

  static async open(limits: Partial<LogLimits> = {}): Promise<TemporaryLogs> {
    const directory = mkdtempSync(join(tmpdir(), "batchyard-logs-"));
    const clock = new SetClock();
    const allLimits = { ...NO_LIMITS, ...limits };
    const logs = await FileLogs.open({ directory, clock, ...allLimits });
    return new TemporaryLogs(directory, clock, allLimits, logs);
  }

  private constructor(directory: string, clock: SetClock, limits: LogLimits, logs: FileLogs) {
    this.directory = directory;
    this.clock = clock;
    this.limits = limits;
    this.logs = logs;
  }

  /** Appends as a job does. The stream is open. */
  write(streamId: string, bytes: string | Uint8Array): void {
    appendFileSync(this.path(streamId), bytes);
  }

  path(streamId: string, kind = "log"): string {
    return join(this.directory, streamId.slice(-2), `${streamId}.${kind}`);
  }

  /** A whole job: opened, written and closed now. */
  job(streamId: string, output: string | Uint8Array): void {
    this.logs.openFile(streamId);
    this.write(streamId, output);
    this.logs.closeFile(streamId);
  }

  read(streamId: string, request: Partial<ReadRequest> = {}): Promise<EventPage> {
    return this.logs.readEvents(streamId, {
      position: "start",
      direction: "forward",
      limit: 10_000,
      bytesMax: 1_048_576,
      ...request,
    });
  }

  /** All events, page by page. */
  async readAll(streamId: string, request: Partial<ReadRequest> = {}): Promise<readonly LogEvent[]> {
    const events: LogEvent[] = [];
    let position: ReadRequest["position"] = "start";
    for (;;) {
      const page: EventPage = await this.read(streamId, { ...request, position });
      events.push(...page.events);
      if (page.nextPosition === position || (position === "start" && page.nextPosition === 0)) return events;
      position = page.nextPosition;
    }
  }

  async messages(streamId: string): Promise<readonly string[]> {
    return (await this.readAll(streamId)).map(({ message }) => message);
  }

  /** Begins anew on the same folder, after an orderly end. */
  async restart(): Promise<void> {
    await this.logs[Symbol.asyncDispose]();
    await this.crash();
  }

  /** Begins anew on the same folder; what was in memory only is gone. */
  async crash(): Promise<void> {
    this.logs = await FileLogs.open({ directory: this.directory, clock: this.clock, ...this.limits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.logs[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true });
  }
}
