import { setImmediate as nextTurn } from "node:timers/promises";
import type { TextSearch } from "../lib/text-search.ts";

/** Done before others have their turn, by all searches of the process together: about a millisecond. */
export const STEPS_PER_TURN = 200_000;
/** What one call may do: some tenths of a second. */
const STEPS_MAX = 50_000_000;

/** There is one event loop for all, so all share what may be done in one of its turns. */
let stepsLeft = STEPS_PER_TURN;
let turn: Promise<void> | undefined;

/**
 * The steps that one call may spend on looking for something in texts.
 *
 * Nobody is stopped within a text, so that each call comes a little further: who reads looks now and then whether the
 * budget is spent, and ends the page early if it is.
 */
export class WorkBudget {
  #stepsLeft: number;

  constructor(stepsMax = STEPS_MAX) {
    this.#stepsLeft = stepsMax;
  }

  get isSpent(): boolean {
    return this.#stepsLeft <= 0;
  }

  /** Carries the search to its end; others have their turn in between. */
  async find(search: TextSearch): Promise<boolean> {
    for (;;) {
      // Others that wait as well may have used up the turn that was waited for.
      while (stepsLeft <= 0) await (turn ??= beginTurn());
      const before = search.stepCount;
      const found = search.advance(stepsLeft);
      stepsLeft -= search.stepCount - before;
      if (found === undefined) continue;
      this.#stepsLeft -= search.stepCount;
      return found;
    }
  }
}

async function beginTurn(): Promise<void> {
  await nextTurn();
  stepsLeft = STEPS_PER_TURN;
  turn = undefined;
}
