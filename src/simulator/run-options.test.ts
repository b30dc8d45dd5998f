import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeFailure } from "./describe-run.ts";
import { commandOf, parseRunOptions } from "./run-options.ts";
import type { RunChoice, ScenarioRun } from "./run-options.ts";
import { SPOT } from "./scenarios/spot.ts";
import type { SimulationReport } from "./simulation.ts";

/** The words that a shell makes of a command of which only single quotes and a backslash mean anything. */
function shellWords(command: string): readonly string[] {
  const words = command.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/gsu);
  return Array.from(words, ([word]) =>
    word.replaceAll(/'([^']*)'|\\(.)/gsu, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ""),
  );
}

function parseCommand(command: string): RunChoice | string {
  const words = shellWords(command);
  expect(words.slice(0, 4)).toEqual(["npm", "run", "simulate", "--"]);
  return parseRunOptions(words.slice(4));
}

const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const maybe = { seed: number, jobs: number, instances: number, hours: number };
const scenarioRun = fc
  .record(
    {
      kind: fc.constant("scenario" as const),
      scenario: fc.constantFrom("all", "faults", "fair-share", "changes"),
      ...maybe,
      faults: fc.constantFrom("yes" as const, "no" as const),
      audit: number,
      unchecked: fc.boolean(),
      seconds: fc.oneof(fc.constant(0), number, fc.constant(Infinity)),
    },
    { requiredKeys: ["kind", "scenario", "audit", "unchecked", "seconds"] },
  )
  .map((run): ScenarioRun => run);
const shareBy = fc.constantFrom("user", "group", "queue", "partition");
// No argument of a program can hold a zero, and one that begins with a dash is an option.
const fileName = fc.string({ minLength: 1 }).filter((name) => !name.includes("\0") && !name.startsWith("-"));
const workloadRun = fc.record(
  {
    kind: fc.constant("workload" as const),
    source: fc.oneof(fc.record({ trace: fileName, shareBy }), fc.record({ generate: number })),
    seed: number,
    vcpus: number,
  },
  { requiredKeys: ["kind", "source", "seed"] },
);

describe("the command of a run", () => {
  test("asks for the same again", () => {
    fc.assert(
      fc.property(fc.oneof(scenarioRun, workloadRun, fc.constant({ kind: "list" as const })), (choice) => {
        expect(parseCommand(commandOf(choice))).toEqual(choice);
      }),
    );
  });

  test("stands below a failure, with all that the run was told", () => {
    const report: SimulationReport = {
      violations: [{ checker: "order", message: "b starts before a" }],
      stepCount: 7,
      eventCount: 9,
      virtualMs: 1,
      submissionCount: 2,
      endedCount: 0,
      tickCount: 3,
      crashCount: 0,
    };
    const scenario = { ...SPOT, size: { jobCount: 12, instanceCount: 3, hours: 1 } };
    const told = { faults: "no", audit: 50, unchecked: true } as const;
    const lines = describeFailure(scenario, 4, report, told).split("\n");
    expect(lines.slice(0, 2)).toEqual(["seed 4 of spot, step 7:", "  order: b starts before a"]);
    expect(parseCommand(lines[2] ?? "")).toEqual({
      kind: "scenario",
      scenario: "spot",
      seed: 4,
      jobs: 12,
      instances: 3,
      hours: 1,
      ...told,
      seconds: 0,
    });
  });
});

describe("options that are wrong are told in one line", () => {
  test.each<[args: string, problem: RegExp]>([
    ["--bogus", /^Unknown option '--bogus'$/],
    ["extra", /^Unexpected argument 'extra'$/],
    ["--seed", /^Option '--seed <value>' argument missing$/],
    ["--seed -1", /^Option '--seed' argument is ambiguous\.?$/],
    ["--seed=-1", /^--seed takes a whole number of at least 0, got -1$/],
    ["--seed 1.5", /^--seed takes a whole number of at least 0, got 1\.5$/],
    ["--seed 99999999999999999999", /^--seed takes a whole number/],
    ["--jobs 0", /^--jobs takes a whole number of at least 1, got 0$/],
    ["--audit 0", /^--audit takes a whole number of at least 1, got 0$/],
    ["--scenario nope", /^--scenario takes all or one of steady, .*, got nope$/],
    ["--faults maybe", /^--faults takes yes or no, got maybe$/],
    ["--seconds 1 --forever", /^--seconds and --forever do not go together$/],
    ["--share-by user", /^--share-by goes with --trace or --generate only$/],
    ["--vcpus 4", /^--vcpus goes with --trace or --generate only$/],
    ["--generate 0", /^--generate takes a whole number of at least 1, got 0$/],
    ["--generate 5 --share-by x", /^--share-by goes with --trace only$/],
    ["--generate 5 --trace a.swf", /^--trace and --generate do not go together$/],
    ["--generate 5 --vcpus 0", /^--vcpus takes a whole number of at least 1, got 0$/],
    ["--generate 5 --faults no", /^--faults does not go with --trace or --generate$/],
    ["--trace a.swf --share-by x", /^--share-by takes one of user, group, queue, partition, got x$/],
  ])("%s", (args, problem) => {
    expect(parseRunOptions(args.split(" "))).toMatch(problem);
  });
});
