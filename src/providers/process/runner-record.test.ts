import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type RecordedAttempt,
  formatOutOfMemory,
  formatStarted,
  parseRunnerRecord,
} from "./runner-record.ts";

const STAT_REST = "S 1 6 7 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 128538 3133440 382";
const HEAD = `0m0.000000s 0m0.000000s\n0m0.500000s 0m0.500000s\nrunner the-boot 77 (sh) ${STAT_REST}\n`;
const RUNNER = { bootId: "the-boot", pid: 77, startTicks: 128_538 };
const COMMAND = { pid: 88, startTicks: 128_538 };

function times(children: string): string {
  return `0m0.010000s 0m0.010000s\n${children}\n`;
}

describe("parseRunnerRecord", () => {
  test("reads the runner and its attempts, with the processor time of each", () => {
    const record =
      `${HEAD}claim a1\ncommand a1 88 (sh) ${STAT_REST}\n${formatStarted("a1", 1_700_000_000_123)}\n` +
      `${times("0m2.000000s 0m0.250000s")}end a1 3 1285.41\n` +
      `claim b2\ncommand b2 88 (sh) ${STAT_REST}\n${formatOutOfMemory("b2")}\n` +
      `${times("1m2.000000s 0m0.250000s")}end b2 137 1300.00\nclaim c3\n`;
    expect(parseRunnerRecord(record)).toEqual({
      runner: RUNNER,
      attempts: [
        {
          runId: "a1",
          command: COMMAND,
          startedAtMs: 1_700_000_000_123,
          end: { code: 3, cpuTimeMs: 1_250, uptimeSeconds: 1285.41 },
        },
        {
          runId: "b2",
          command: COMMAND,
          isOutOfMemory: true,
          end: { code: 137, cpuTimeMs: 60_000, uptimeSeconds: 1300 },
        },
        { runId: "c3" },
      ],
      childrenCpuMs: 62_250,
    });
  });

  test("goes on from a part that was read before", () => {
    const part = `claim b2\n${times("0m3.000s 0m0.000s")}end b2 1 5.00\n`;
    expect(parseRunnerRecord(part, 2_250)).toEqual({
      runner: undefined,
      attempts: [{ runId: "b2", end: { code: 1, cpuTimeMs: 750, uptimeSeconds: 5 } }],
      childrenCpuMs: 3_000,
    });
  });

  const claimed: RecordedAttempt = { runId: "a1", command: COMMAND };
  const claim = `${HEAD}claim a1\ncommand a1 88 (sh) ${STAT_REST}\n`;
  test.each<[name: string, text: string, attempts: readonly RecordedAttempt[]]>([
    ["nothing", "", []],
    ["a claim without its newline", `${HEAD}claim a1`, []],
    ["a command whose line was cut", `${HEAD}claim a1\ncommand a1 88 (sh) S 1 6\n`, [{ runId: "a1" }]],
    ["an end without its newline", `${claim}${times("0m0.0s 0m0.0s")}end a1 0 12.3`, [claimed]],
    [
      "an end after one that was cut short",
      `${claim}${times("0m1.0s 0m0.5s")}end a${times("0m1.0s 0m0.5s")}end a1 0 12.3\n`,
      [{ ...claimed, end: { code: 0, cpuTimeMs: 500, uptimeSeconds: 12.3 } }],
    ],
    [
      "an end after times that were cut short",
      `${claim}0m0.01s 0m0.0${times("0m1.0s 0m0.5s")}end a1 0 12.3\n`,
      [{ ...claimed, end: { code: 0, cpuTimeMs: 500, uptimeSeconds: 12.3 } }],
    ],
    ["numbers that cannot be true", `${claim}started a1 ${"9".repeat(20)}\nend a1 9999 12.3\n`, [claimed]],
  ])("makes the best of %s", (_name, text, attempts) => {
    expect(parseRunnerRecord(text).attempts).toEqual(attempts);
  });

  test("takes in a megabyte of digits, which a job can write, at once", () => {
    const digits = "1".repeat(1_000_000);
    expect(parseRunnerRecord(`${digits}s ${digits}m${digits}\n`).attempts).toEqual([]);
  });

  test("never takes a record that was cut anywhere for one that says something else", () => {
    const whole = `${claim}${times("0m2.0s 0m0.0s")}end a1 3 12.34\n`;
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        const [attempt] = parseRunnerRecord(whole.slice(0, length)).attempts;
        expect([undefined, 3]).toContain(attempt?.end?.code);
        expect([undefined, "a1"]).toContain(attempt?.runId);
        expect([undefined, 88]).toContain(attempt?.command?.pid);
      }),
    );
  });
});
