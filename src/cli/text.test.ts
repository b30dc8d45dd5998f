import { describe, expect, test } from "vitest";
import { decideColors } from "./surroundings.ts";
import { renderTable } from "./table.ts";
import { formatAge, formatDuration, quoteCommand, shortId } from "./text.ts";
import { wrap } from "./wrap.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("texts", () => {
  test.each([
    [-5, "0ms"],
    [40, "40ms"],
    [1_449, "1.4s"],
    [9_949, "9.9s"],
    [9_999, "9.9s"],
    [59_700, "59s"],
    [3 * MINUTE + 12 * SECOND, "3m12s"],
    [2 * HOUR + 5 * MINUTE, "2h05m"],
    [3 * DAY + 4 * HOUR, "3d04h"],
  ])("a length of %d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [0, "0s"],
    [59_999, "59s"],
    [3 * MINUTE, "3m"],
    [2 * HOUR, "2h"],
    [5 * DAY, "5d"],
  ])("an age of %d ms is %s", (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });

  test("commands are quoted as a shell would need it", () => {
    expect(quoteCommand(["sh", "-c", "echo 'a b'", "", "x=1"])).toBe(
      String.raw`sh -c 'echo '\''a b'\''' '' x=1`,
    );
  });

  test("short ids are the end of an id; an index stays behind them", () => {
    expect(shortId("0195515c-0000-4000-8000-12345678abcd")).toBe("5678abcd");
    expect(shortId("0195515c-0000-4000-8000-12345678abcd:3")).toBe("5678abcd:3");
  });

  test("tables cut their last column only, and only where there is a width", () => {
    const rows = [
      ["A", "B"],
      ["longer", "much too long"],
    ];
    expect(renderTable(rows, 12)).toBe("A       B\nlonger  muc…\n");
    expect(renderTable(rows, undefined)).toBe("A       B\nlonger  much too long\n");
  });

  test("lines are broken below the beginning of their text", () => {
    expect(wrap("Label:  one two three", 14)).toEqual(["Label:  one", "        two", "        three"]);
    expect(wrap("  10:00  one two", 12)).toEqual(["  10:00  one", "         two"]);
    expect(wrap("one two", undefined)).toEqual(["one two"]);
  });

  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("with %o and a terminal: %s, colours: %s", (environment, isTerminal, hasColors) => {
    expect(decideColors(environment, isTerminal)).toBe(hasColors);
  });
});
