import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isSystemError } from "../../lib/system-error.ts";
import type { JobLogs } from "../../logs/logs.ts";
import { EngineAway, EngineRefusal, type LogPiece, LogCutShort } from "./docker-engine.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import type { FollowedLog, LiveAttempt } from "./live-attempt.ts";
import { type LogPlace, copyLog, noteUnread, removeMark } from "./log-copy.ts";

export interface AttemptLogOptions {
  readonly link: EngineLink;
  readonly logs: JobLogs;
  /** Where marks are kept. */
  readonly dir: string;
  readonly markEveryBytes: number;
  /** How long nothing may come of a log that is followed, once its container has ended. */
  readonly followIdleMsMax: number;
  readonly logReadMsMax: number;
}

interface Following {
  readonly signal: AbortSignal;
  readonly onArrival: () => void;
}

/** Copies what attempts print from the engine into their log streams. */
export class AttemptLogs {
  readonly #options: AttemptLogOptions;

  constructor(options: AttemptLogOptions) {
    this.#options = options;
  }

  /** Copies from now on what it prints, as it comes. */
  follow(attempt: LiveAttempt): void {
    this.#makeFile(attempt);
    const stop = new AbortController();
    const log = { stop, arrivalCount: 0 };
    const onArrival = (): void => void (log.arrivalCount += 1);
    const copied = this.#copy(attempt, { signal: stop.signal, onArrival });
    attempt.log = Object.assign(log, { isWhole: copied.then((failure) => failure === undefined) });
  }

  /** The attempt has ended: copies the rest. */
  async complete(attempt: LiveAttempt): Promise<void> {
    const { log } = attempt;
    if (log !== undefined) {
      this.#stopWhenIdle(log);
      if (await log.isWhole) return;
    }
    const failure = await this.#copy(attempt, undefined);
    // The engine went away: the rest is read when it is back.
    this.#options.link.signal.throwIfAborted();
    if (failure !== undefined && isReadBack(attempt)) await noteUnread(this.#place(attempt), failure);
  }

  /** Nothing more is copied for now. */
  async leave(attempt: LiveAttempt): Promise<void> {
    attempt.log?.stop.abort();
    await attempt.log?.isWhole;
    delete attempt.log;
  }

  /** Nobody will ask for the container again. */
  forget(runId: string): void {
    removeMark(this.#markPath(runId));
  }

  /** Nobody will ask for any but these: an earlier run of the server may not have come to forgetting the rest. */
  forgetAllBut(runIds: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#options.dir)) {
      const [runId = "", kind] = name.split(".");
      if (kind === "mark" && !runIds.has(runId)) this.forget(runId);
    }
  }

  #stopWhenIdle(log: FollowedLog): void {
    const { arrivalCount } = log;
    AbortSignal.timeout(this.#options.followIdleMsMax).addEventListener("abort", () => {
      if (log.arrivalCount === arrivalCount) log.stop.abort();
      else this.#stopWhenIdle(log);
    });
  }

  /** An attempt that prints nothing has a file too; where the disk takes none, copying tries again. */
  #makeFile({ run }: LiveAttempt): void {
    try {
      this.#options.logs.openFile(run.logStreamId);
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #place({ run }: LiveAttempt): Omit<LogPlace, "isMarked"> {
    const { logs, markEveryBytes } = this.#options;
    return {
      openLog: () => logs.openFile(run.logStreamId),
      markPath: this.#markPath(run.runId),
      markEveryBytes,
    };
  }

  /** Answers what kept it from reading all of it. */
  async #copy(attempt: LiveAttempt, followed: Following | undefined): Promise<Error | undefined> {
    const { link, logReadMsMax } = this.#options;
    const { containerId = attempt.name } = attempt;
    const place = { ...this.#place(attempt), isMarked: followed !== undefined };
    try {
      await link.run(followed?.signal ?? logReadMsMax, (engine, signal) =>
        copyLog((sinceSeconds) => {
          const since = sinceSeconds === undefined ? {} : { sinceSeconds };
          const log = engine.readLog(containerId, { follow: followed !== undefined, ...since }, signal);
          return followed === undefined ? log : counted(log, followed.onArrival);
        }, place),
      );
      return undefined;
    } catch (error) {
      const isExpected =
        error instanceof EngineAway ||
        error instanceof EngineTimeout ||
        error instanceof EngineRefusal ||
        error instanceof LogCutShort;
      if (isExpected) return error;
      if (followed?.signal.aborted === true && error === followed.signal.reason)
        return new LogCutShort("following the log was given up");
      throw error;
    }
  }

  #markPath(runId: string): string {
    return join(this.#options.dir, `${runId}.mark`);
  }
}

/** What another driver carries elsewhere need not be readable here. */
function isReadBack({ run }: LiveAttempt): boolean {
  return (run.properties.logConfiguration?.logDriver ?? "awslogs") === "awslogs";
}

async function* counted(
  log: AsyncIterable<readonly LogPiece[]>,
  onArrival: () => void,
): AsyncGenerator<readonly LogPiece[], void, undefined> {
  for await (const pieces of log) {
    onArrival();
    yield pieces;
  }
}
