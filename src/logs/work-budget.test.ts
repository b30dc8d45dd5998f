import { describe, expect, test } from "vitest";
import { turnsDuring } from "../../test/support/loop-turns.ts";
import type { TextSearch } from "../lib/text-search.ts";
import { STEPS_PER_TURN, WorkBudget } from "./work-budget.ts";

/** Takes so many steps to find something; tells of those that it does. */
function searchOf(stepsNeeded: number, onSteps: (count: number) => void = () => undefined): TextSearch {
  return {
    stepCount: 0,
    advance(stepsMax) {
      const steps = Math.min(stepsMax, stepsNeeded - this.stepCount);
      Object.assign(this, { stepCount: this.stepCount + steps });
      onSteps(steps);
      return this.stepCount === stepsNeeded ? true : undefined;
    },
  };
}

describe("a budget of work", () => {
  test("gives others their turn after so many steps of all searches together", async () => {
    let stepsInTurn = 0;
    let stepsInTurnMax = 0;
    const search = (): TextSearch =>
      searchOf(2.5 * STEPS_PER_TURN, (count) => {
        if (stepsInTurn === 0) setImmediate(() => (stepsInTurn = 0));
        stepsInTurn += count;
        stepsInTurnMax = Math.max(stepsInTurnMax, stepsInTurn);
      });
    const { turnCount, result } = await turnsDuring(() =>
      Promise.all(Array.from({ length: 8 }, () => new WorkBudget().find(search()))),
    );
    expect(result).toEqual(Array.from({ length: 8 }, () => true));
    expect(turnCount).toBeGreaterThanOrEqual(19);
    expect(stepsInTurnMax).toBeLessThanOrEqual(STEPS_PER_TURN);
  });

  test("is spent by the steps of its own searches, which it carries to their end", async () => {
    const budget = new WorkBudget(100);
    const other = new WorkBudget(100);
    expect(await budget.find(searchOf(99))).toBe(true);
    expect([budget.isSpent, other.isSpent]).toEqual([false, false]);
    expect(await budget.find(searchOf(1_000))).toBe(true);
    expect([budget.isSpent, other.isSpent]).toEqual([true, false]);
  });
});
