import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { JobLogs } from "../../logs/logs.ts";
import { EngineAway, EngineRefusal, type LogPiece, LogCutShort } from "./docker-engine.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import type { FollowedLog, LiveAttempt } from "./live-attempt.ts";
import { copyLog, removeMark } from "./log-copy.ts";

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
    const { logs } = this.#options;
    logs.openFile(attempt.spec.logStreamId);
    const stop = new AbortController();
    const log = { stop, arrivalCount: 0 };
    const onArrival = (): void => void (log.arrivalCount += 1);
    attempt.log = Object.assign(log, { isWhole: this.#copy(attempt, { signal: stop.signal, onArrival }) });
  }

  /** The attempt has ended: copies the rest. */
  async complete(attempt: LiveAttempt): Promise<void> {
    const { log } = attempt;
    if (log !== undefined) {
      this.#stopWhenIdle(log);
      if (await log.isWhole) return;
    }
    await this.#copy(attempt, undefined);
    // The engine went away: the rest is read when it is back.
    this.#options.link.signal.throwIfAborted();
  }

  /** Nothing more is copied for now. */
  async leave(attempt: LiveAttempt): Promise<void> {
    attempt.log?.stop.abort();
    await attempt.log?.isWhole;
    delete attempt.log;
  }

  /** Nobody will ask for the attempt again. */
  forget(taskId: string): void {
    removeMark(this.#markPath(taskId));
  }

  /** Nobody will ask for any but these: an earlier run of the server may not have come to forgetting the rest. */
  forgetAllBut(taskIds: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#options.dir)) {
      const [taskId = "", kind] = name.split(".");
      if (kind === "mark" && !taskIds.has(taskId)) this.forget(taskId);
    }
  }

  #stopWhenIdle(log: FollowedLog): void {
    const { arrivalCount } = log;
    AbortSignal.timeout(this.#options.followIdleMsMax).addEventListener("abort", () => {
      if (log.arrivalCount === arrivalCount) log.stop.abort();
      else this.#stopWhenIdle(log);
    });
  }

  /** Answers whether all of it was read. An engine that cannot read its log back has nothing to be copied. */
  async #copy(attempt: LiveAttempt, followed: Following | undefined): Promise<boolean> {
    const { link, logs, markEveryBytes, logReadMsMax } = this.#options;
    const { spec, containerId = attempt.name } = attempt;
    const place = {
      openLog: () => logs.openFile(spec.logStreamId),
      markPath: this.#markPath(spec.taskId),
      isMarked: followed !== undefined,
      markEveryBytes,
    };
    try {
      await link.run(followed?.signal ?? logReadMsMax, (engine, signal) =>
        copyLog((sinceSeconds) => {
          const since = sinceSeconds === undefined ? {} : { sinceSeconds };
          const log = engine.readLog(containerId, { follow: followed !== undefined, ...since }, signal);
          return followed === undefined ? log : counted(log, followed.onArrival);
        }, place),
      );
      return true;
    } catch (error) {
      const isExpected =
        error instanceof EngineAway ||
        error instanceof EngineTimeout ||
        error instanceof EngineRefusal ||
        error instanceof LogCutShort ||
        error === followed?.signal.reason;
      if (!isExpected) throw error;
      return false;
    }
  }

  #markPath(taskId: string): string {
    return join(this.#options.dir, `${taskId}.mark`);
  }
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
