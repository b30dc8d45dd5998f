import { describe, expect, test } from "vitest";
import { type ProcessStat, parseProcessStat } from "./process-identity.ts";

const REST = "1 6 7 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 128538 3133440 382 18446744073709551615";

describe("parseProcessStat", () => {
  const expected: ProcessStat = {
    pid: 5690,
    state: "S",
    parentPid: 1,
    groupId: 6,
    sessionId: 7,
    startTicks: 128_538,
  };

  test.each<[name: string, line: string, expected: ProcessStat | undefined]>([
    ["reads a line", `5690 (cat) S ${REST}\n`, expected],
    ["reads past a name with spaces and parentheses", `5690 (a) S (b) S ${REST}`, expected],
    ["reads past a name that looks like the fields", `5690 (x) R 1 2 3) S ${REST}`, expected],
    ["refuses a line that was cut short", `5690 (cat) S 1 6 7 0 -1`, undefined],
    ["refuses an empty line", "", undefined],
    ["refuses what is no such line", "forbidden", undefined],
  ])("%s", (_name, line, stat) => {
    expect(parseProcessStat(line)).toEqual(stat);
  });
});
