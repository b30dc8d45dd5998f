import { ServerAwayError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";

const AWAY_PAUSE_MS = 300;

/**
 * Asks until the server answers: one that is started again meanwhile goes on where it was. The signal gives it up with
 * the failure.
 */
export class Patience {
  readonly #context: Context;
  readonly #display: Display;
  #isAway = false;

  constructor(context: Context, display: Display) {
    this.#context = context;
    this.#display = display;
  }

  async ask<Answer>(request: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    for (;;) {
      try {
        const answer = await request();
        await this.#tellBack();
        return answer;
      } catch (error) {
        if (!(error instanceof ServerAwayError) || signal.aborted) throw error;
        await this.#tellAway(error);
        await this.#context.surroundings.pause(AWAY_PAUSE_MS, signal);
        if (signal.aborted) throw error;
      }
    }
  }

  async #tellAway(error: ServerAwayError): Promise<void> {
    if (this.#isAway) return;
    this.#isAway = true;
    await this.#display.say(`${error.message}; waiting for it to come back`);
  }

  async #tellBack(): Promise<void> {
    if (!this.#isAway) return;
    this.#isAway = false;
    await this.#display.say("the server is back");
  }
}
