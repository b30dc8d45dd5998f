import type { JobDetail } from "../model/batch.ts";
import { advise } from "./advice.ts";
import { ServerAwayError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";
import { isTerminal } from "./job-statuses.ts";
import { describeOutcome } from "./outcome-text.ts";
import { attemptEndOf } from "./task-containers.ts";
import { describeWait } from "./wait-text.ts";

/** A wait shorter than this is not worth a word. */
const SILENT_MS = 500;

/** Between questions for the place in a queue. */
const PLACE_AGE_MAX_MS = 2_000;

/** Says where a followed job waits, and when an attempt of it ended. */
export class Narrator {
  readonly #context: Context;
  readonly #display: Display;
  readonly #startedAtMs: number;
  #toldAttemptCount = 0;
  #told: { readonly key: string; readonly atMs: number } | undefined;

  constructor(context: Context, display: Display) {
    this.#context = context;
    this.#display = display;
    this.#startedAtMs = context.surroundings.nowMs();
  }

  async tell(job: JobDetail): Promise<void> {
    await this.#tellAttempts(job);
    const nowMs = this.#context.surroundings.nowMs();
    if (nowMs - this.#startedAtMs < SILENT_MS) return;
    const key = `${job.status} ${job.statusReason ?? ""}`;
    if (this.#told?.key === key && nowMs - this.#told.atMs < PLACE_AGE_MAX_MS) return;
    const isNew = this.#told?.key !== key;
    this.#told = { key, atMs: nowMs };
    const wait = await this.#describeWait(job);
    await this.#display.showStatus(wait);
    const advice = wait !== undefined && isNew ? advise(job) : undefined;
    if (advice !== undefined) await this.#display.say(advice);
  }

  /** Who looks at the job itself waits for a server that is away, and says so. */
  async #describeWait(job: JobDetail): Promise<string | undefined> {
    try {
      return await describeWait(this.#context, job);
    } catch (error) {
      if (error instanceof ServerAwayError) return job.status;
      throw error;
    }
  }

  /** Says of attempts that end while the job is followed and that others follow; the last one's end is the job's. */
  async #tellAttempts({ attempts = [], status, startedAt, retryStrategy }: JobDetail): Promise<void> {
    // The main node of a multi-node job has ended, the others have not yet: nobody knows whether another attempt follows.
    const isEnding = status === "RUNNING" && attempts.at(-1)?.startedAt === startedAt;
    const count = isTerminal(status) || isEnding ? attempts.length - 1 : attempts.length;
    const told = this.#toldAttemptCount;
    this.#toldAttemptCount = Math.max(told, count);
    for (const [index, attempt] of attempts.slice(0, Math.max(0, count)).entries()) {
      if (index < told) continue;
      const outcome = describeOutcome({ ...attempt, container: attemptEndOf(attempt) });
      const next = `attempt ${index + 2} of ${retryStrategy?.attempts ?? "?"} follows`;
      await this.#display.say(`attempt ${index + 1} ended${outcome === "" ? "" : ` (${outcome})`}; ${next}`);
    }
  }
}
