import { describe, expect, test } from "vitest";
import { boundedSlowdown, figuresOf, figuresTable } from "./report.ts";
import type { RanJob } from "./report.ts";

describe("boundedSlowdown", () => {
  test.each<[name: string, waitSeconds: number, runSeconds: number, expected: number]>([
    ["is the response over the run of a long job", 300, 100, 4],
    ["is 1 for a job that never waited", 0, 100, 1],
    ["takes a short job as one of ten seconds", 99, 1, 10],
    ["is never below 1, be the job short and its wait shorter", 2, 1, 1],
    ["is finite for a job of no time", 20, 0, 2],
  ])("%s", (_name, waitSeconds, runSeconds, expected) => {
    expect(boundedSlowdown(ran(0, waitSeconds, runSeconds))).toBe(expected);
  });
});

describe("figuresOf", () => {
  test("sums up by hand-computed examples", () => {
    const jobs = [ran(100, 0, 100, 4), ran(100, 300, 100, 2), ran(200, 99, 1, 1), ran(250, 0, 50, 8)];
    expect(figuresOf("fifo", jobs, 8)).toEqual({
      policy: "fifo",
      jobCount: 4,
      averageBoundedSlowdown: (1 + 4 + 10 + 1) / 4,
      meanWaitSeconds: 399 / 4,
      medianWaitSeconds: 0,
      wait90Seconds: 300,
      wait99Seconds: 300,
      utilisation: (4 * 100 + 2 * 100 + 1 + 8 * 50) / (8 * 400),
      makespanSeconds: 400,
    });
  });

  test("takes percentiles by the nearest rank", () => {
    const jobs = Array.from({ length: 200 }, (_, index) => ran(0, index + 1, 10));
    const { medianWaitSeconds, wait90Seconds, wait99Seconds } = figuresOf("fifo", jobs, 1);
    expect([medianWaitSeconds, wait90Seconds, wait99Seconds]).toEqual([100, 180, 198]);
  });

  test("takes a hundred thousand jobs", () => {
    const jobs = Array.from({ length: 200_000 }, () => ran(0, 1, 10));
    expect(figuresOf("fifo", jobs, 1).makespanSeconds).toBe(11);
  });
});

test("the table has a line for each policy and fits 80 columns", () => {
  const figures = figuresOf("fifo", [ran(0, 12.345, 100, 4)], 8);
  const largest = { ...figures, policy: "a-policy-of-a-long-name", jobCount: 12_345_678, utilisation: 1 };
  const seconds = 9_999_999;
  const wide = {
    ...largest,
    averageBoundedSlowdown: seconds,
    meanWaitSeconds: seconds,
    medianWaitSeconds: seconds,
    wait90Seconds: seconds,
    wait99Seconds: seconds,
    makespanSeconds: seconds,
  };
  const table = figuresTable([figures, wide]);
  expect(table.split("\n")).toEqual([
    "policy             jobs slowdown    wait     p50     p90     p99   used makespan",
    "fifo                  1     1.12    12.3    12.3    12.3    12.3  44.5%    112.3",
    "a-policy-of-a- 12345678  9999999 9999999 9999999 9999999 9999999 100.0%  9999999",
  ]);
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

function ran(submittedSeconds: number, waitSeconds: number, runSeconds: number, vcpuCount = 1): RanJob {
  const submittedAtMs = submittedSeconds * 1000;
  const startedAtMs = submittedAtMs + waitSeconds * 1000;
  return { submittedAtMs, startedAtMs, stoppedAtMs: startedAtMs + runSeconds * 1000, vcpuCount };
}
