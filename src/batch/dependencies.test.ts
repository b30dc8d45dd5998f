import { describe, expect, test } from "vitest";
import type { JobDependency } from "../model/batch.ts";
import { isDoomed, parseDependencies } from "./dependencies.ts";
import type { DependencyTarget } from "./dependencies.ts";
import type { JobDependency as ParsedDependency } from "./job.ts";
import { Refusal } from "./refusal.ts";

const TARGETS: Readonly<Record<string, DependencyTarget>> = {
  single: { status: "RUNNING" },
  failed: { status: "FAILED" },
  array: { status: "PENDING", arraySize: 3 },
  "array:1": { status: "SUCCEEDED" },
  "nodes#1": { status: "RUNNING" },
};
const find = (jobId: string): DependencyTarget | undefined => TARGETS[jobId];

describe("parseDependencies", () => {
  test.each<[name: string, arraySize: number | undefined, given: readonly JobDependency[]]>([
    ["nothing", undefined, []],
    ["jobs, arrays and children", undefined, [{ jobId: "single" }, { jobId: "array" }, { jobId: "array:1" }]],
    ["jobs that have ended", undefined, [{ jobId: "failed" }]],
    ["the order of an array's own children", 2, [{ type: "SEQUENTIAL" }]],
    [
      "all kinds in one list",
      3,
      [{ type: "SEQUENTIAL" }, { jobId: "array", type: "N_TO_N" }, { jobId: "single" }],
    ],
    ["20 of them", undefined, Array.from({ length: 20 }, () => ({ jobId: "single" }))],
  ])("takes %s", (_name, arraySize, given) => {
    expect(parseDependencies(given, arraySize, find)).toEqual(given);
  });

  test.each<[name: string, arraySize: number | undefined, given: readonly JobDependency[], text: string]>([
    [
      "more than 20",
      undefined,
      Array.from({ length: 21 }, () => ({ jobId: "single" })),
      "dependsOn must have at most 20 entries, got 21",
    ],
    [
      "a job that does not exist",
      undefined,
      [{ jobId: "single" }, { jobId: "none" }],
      "dependsOn[1].jobId: job none not found.",
    ],
    ["a node", undefined, [{ jobId: "nodes#1" }], "dependsOn[0].jobId: job nodes#1 not found."],
    ["an entry without an id", 3, [{}], "dependsOn[0].jobId is required"],
    ["N_TO_N with nothing", 3, [{ type: "N_TO_N" }], "dependsOn[0].jobId is required"],
    [
      "an order of children of a job that has none",
      undefined,
      [{ type: "SEQUENTIAL" }],
      "dependsOn[0].type SEQUENTIAL is for array jobs only",
    ],
    [
      "N_TO_N with an array of another size",
      4,
      [{ jobId: "array", type: "N_TO_N" }],
      "dependsOn[0]: N_TO_N needs an array of the same size, 4; array has 3 children",
    ],
    [
      "N_TO_N with what is no array",
      4,
      [{ jobId: "single", type: "N_TO_N" }],
      "dependsOn[0]: N_TO_N needs an array of the same size, 4; single is no array",
    ],
  ])("refuses %s", (_name, arraySize, given, text) => {
    expect(parseDependencies(given, arraySize, find)).toEqual(Refusal.bare(text));
  });
});

test.each<[dependsOn: readonly ParsedDependency[], isLost: boolean]>([
  [[], false],
  [[{ jobId: "single" }, { type: "SEQUENTIAL" }], false],
  [[{ jobId: "single" }, { jobId: "failed" }], true],
])("a job that depends on %j can never run: %s", (dependsOn, isLost) => {
  expect(isDoomed(dependsOn, find)).toBe(isLost);
});
