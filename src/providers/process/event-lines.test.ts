import { describe, expect, test } from "vitest";
import { EventLines, type ToldEvent, parseEventLine } from "./event-lines.ts";

const STAT_LINE = "77 (a (b) c) S 1 77 77 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 128538 3133440 382";

describe("EventLines", () => {
  test("joins what comes in parts", () => {
    const lines = new EventLines();
    expect([lines.take("started a1\nen"), lines.take("ded"), lines.take(" a1\n\nready")]).toEqual([
      ["started a1"],
      [],
      ["ended a1", ""],
    ]);
  });

  test("keeps the last 4,096 characters of a line, however many parts it comes in", () => {
    const lines = new EventLines();
    for (let times = 0; times < 1_000; times += 1) expect(lines.take("x".repeat(1_000))).toEqual([]);
    expect(lines.take("ended a1\n")).toEqual([`${"x".repeat(4_088)}ended a1`]);
    expect(lines.take(`${"y".repeat(5_000)}\n`)).toEqual(["y".repeat(4_096)]);
  });
});

describe("parseEventLine", () => {
  test.each<[line: string, told: ToldEvent | undefined]>([
    ["started a1", { event: "started", runId: "a1" }],
    ["ended a1", { event: "ended", runId: "a1" }],
    [`ready r1 ${STAT_LINE}`, { event: "ready", runnerName: "r1", statLine: STAT_LINE }],
    ["\0\0of a job ended a1", { event: "ended", runId: "a1" }],
    [`\0ready r0 ready r1 ${STAT_LINE}`, { event: "ready", runnerName: "r1", statLine: STAT_LINE }],
    ["ended", undefined],
    ["ended a1 ", undefined],
    ["ready r1", undefined],
    ["", undefined],
  ])("reads %j", (line, told) => {
    expect(parseEventLine(line)).toEqual(told);
  });
});
