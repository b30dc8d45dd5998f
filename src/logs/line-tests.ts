import { GoRegex } from "../lib/go-regex.ts";
import type { LineTest } from "./stream-text.ts";

/** Expressions kept ready for the next read. */
const KEPT_MAX = 64;

/** Makes tests of lines from the patterns of streams, and keeps those that were used last. */
export class LineTests {
  readonly #kept = new Map<string, LineTest>();

  /** What is no expression is no test: its registration was refused. */
  of(pattern: string | undefined): LineTest {
    if (pattern === undefined) return undefined;
    const test = this.#kept.get(pattern) ?? makeTest(pattern);
    this.#kept.delete(pattern);
    this.#kept.set(pattern, test);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return test;
  }
}

function makeTest(pattern: string): LineTest {
  const regex = GoRegex.parse(pattern);
  return regex instanceof Error ? undefined : (line) => regex.matches(line);
}
