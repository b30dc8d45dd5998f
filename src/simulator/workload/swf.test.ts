import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSwf, SwfProblem, workloadOf } from "./swf.ts";
import type { SwfTrace } from "./swf.ts";

const TRACE = read(readFileSync(join(import.meta.dirname, "small-trace.swf"), "utf8"));

describe("parseSwf", () => {
  test("keeps header comments with a label, those that repeat too", () => {
    expect(TRACE.header.map(({ label, value }) => `${label}=${value}`)).toEqual([
      "Version=2.2",
      "Computer=none, written for the tests",
      "MaxJobs=7",
      "MaxRecords=9",
      "MaxProcs=64",
      "Note=every case that a reader has to tell from the others",
      "Queue=0 interactive",
      "Queue=1 batch",
    ]);
  });

  test("reads all eighteen fields, and leaves out what the trace does not know", () => {
    expect(TRACE.records).toHaveLength(9);
    expect(TRACE.records[0]).toEqual({
      jobNumber: 1,
      submitSeconds: 0,
      waitSeconds: 5,
      runSeconds: 100,
      allocatedProcessors: 8,
      averageCpuSeconds: 80.5,
      usedMemoryKiB: 2048,
      requestedProcessors: 8,
      requestedSeconds: 120,
      requestedMemoryKiB: 4096,
      status: 1,
      user: 3,
      group: 1,
      executable: 4,
      queue: 1,
      partition: 1,
    });
    expect(TRACE.records[5]).toMatchObject({ precedingJob: 5, thinkSeconds: 10 });
    expect(TRACE.records[7]).not.toHaveProperty("submitSeconds");
  });

  test.each<[name: string, text: string, problem: string]>([
    ["fields that lack", "; Version: 2\n1 0 0 1", "line 2: 18 fields wanted, got 4"],
    ["a field too many", `${line({})} 7`, "line 1: 18 fields wanted, got 19"],
    [
      "a word for a number",
      `${line({})}\n\n${line({ 4: "1h" })}`,
      "line 3: field 4, run time, must be a number of at least 0 or -1, got 1h",
    ],
    [
      "a part of a processor",
      line({ 5: "1.5" }),
      "line 1: field 5, number of allocated processors, must be a whole number of at least 0 or -1, got 1.5",
    ],
    [
      "a negative number that is not -1",
      line({ 3: "-3" }),
      "line 1: field 3, wait time, must be a number of at least 0 or -1, got -3",
    ],
    ["a job without number", line({ 1: "-1" }), "line 1: field 1, job number, must be known, got -1"],
    ["a job never submitted", line({ 2: "-1" }), "line 1: field 2, submit time, must be known, got -1"],
    [
      "jobs out of order",
      `${line({ 2: "20" })}\n${line({ 2: "19.5" })}`,
      "line 2: field 2, submit time, must not be before that of the job above, 20, got 19.5",
    ],
  ])("says line and field of %s", (_name, text, problem) => {
    const found = parseSwf(text);
    expect(found instanceof SwfProblem && found.toString()).toBe(problem);
  });
});

describe("workloadOf", () => {
  test("makes one submission of each job that ran", () => {
    expect(workloadOf(TRACE, "user")).toEqual([
      { submitAtMs: 0, vcpuCount: 8, runTimeMs: 100_000, shareIdentifier: "user-3" },
      { submitAtMs: 10_000, vcpuCount: 1, runTimeMs: 0, shareIdentifier: "user-4" },
      { submitAtMs: 10_000, vcpuCount: 32, runTimeMs: 7_500, shareIdentifier: "user-3" },
      { submitAtMs: 90_000, vcpuCount: 2, runTimeMs: 200_000, shareIdentifier: "user-unknown" },
      { submitAtMs: 100_000, vcpuCount: 4, runTimeMs: 300_000, shareIdentifier: "user-5" },
    ]);
  });

  test("names shares by what it is told to", () => {
    const shares = workloadOf(TRACE, "queue").map(({ shareIdentifier }) => shareIdentifier);
    expect(shares).toEqual(["queue-1", "queue-0", "queue-1", "queue-unknown", "queue-1"]);
  });
});

function read(text: string): SwfTrace {
  const trace = parseSwf(text);
  if (trace instanceof SwfProblem) throw new Error(trace.toString());
  return trace;
}

/** A line that is right but for the fields given, counted from 1. */
function line(fields: Readonly<Record<number, string>>): string {
  return Array.from({ length: 18 }, (_, index) => fields[index + 1] ?? "1").join(" ");
}
