import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { JobLogs } from "../../logs/logs.ts";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import type { LiveAttempt } from "./live-attempt.ts";
import { copyLog, removeMark } from "./log-copy.ts";

export interface AttemptLogOptions {
  readonly link: EngineLink;
  readonly logs: JobLogs;
  /** Where marks are kept. */
  readonly dir: string;
  readonly markEveryBytes: number;
  /** How long a log that is followed may take to end after its container. */
  readonly followEndMsMax: number;
  readonly logReadMsMax: number;
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
    attempt.log = { stop, isWhole: this.#copy(attempt, stop.signal) };
  }

  /** The attempt has ended: copies the rest. */
  async complete(attempt: LiveAttempt): Promise<void> {
    const { log } = attempt;
    if (log !== undefined) {
      AbortSignal.timeout(this.#options.followEndMsMax).addEventListener("abort", () => log.stop.abort());
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

  /** Answers whether all of it was read. An engine that cannot read its log back has nothing to be copied. */
  async #copy(attempt: LiveAttempt, followed: AbortSignal | undefined): Promise<boolean> {
    const { link, logs, markEveryBytes, logReadMsMax } = this.#options;
    const { spec, containerId = attempt.name } = attempt;
    const place = {
      openLog: () => logs.openFile(spec.logStreamId),
      markPath: this.#markPath(spec.taskId),
      isMarked: followed !== undefined,
      markEveryBytes,
    };
    try {
      await link.run(followed ?? logReadMsMax, (engine, signal) =>
        copyLog(engine.readLog(containerId, followed !== undefined, signal), place),
      );
      return true;
    } catch (error) {
      const isExpected =
        error instanceof EngineAway ||
        error instanceof EngineTimeout ||
        error instanceof EngineRefusal ||
        error === followed?.reason;
      if (!isExpected) throw error;
      return false;
    }
  }

  #markPath(taskId: string): string {
    return join(this.#options.dir, `${taskId}.mark`);
  }
}
