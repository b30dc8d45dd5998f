import { GoRegex } from "../lib/go-regex.ts";
import { RecentlyUsed } from "../lib/recently-used.ts";
import type { LineTest } from "./stream-text.ts";
import type { WorkBudget } from "./work-budget.ts";

/** Expressions kept ready for the next read. */
const KEPT_MAX = 64;

/** Makes tests of lines from the patterns of streams, and keeps the expressions that were used last. */
export class LineTests {
  readonly #kept = new RecentlyUsed<GoRegex>(KEPT_MAX);

  /**
   * A test that looks at the whole line, however long it is; absent where each line is an event. What is no expression is
   * no test: its registration was refused.
   */
  of(pattern: string | undefined, budget: WorkBudget): LineTest {
    const regex = pattern === undefined ? undefined : this.#regexOf(pattern);
    return regex === undefined ? undefined : (line) => budget.find(regex.search(line));
  }

  #regexOf(pattern: string): GoRegex | undefined {
    const kept = this.#kept.get(pattern);
    if (kept !== undefined) return kept;
    const regex = GoRegex.parse(pattern);
    if (regex instanceof Error) return undefined;
    this.#kept.set(pattern, regex);
    return regex;
  }
}
