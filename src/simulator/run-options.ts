import { parseArgs } from "node:util";
import { unreachable } from "../lib/assert.ts";
import { SCENARIOS } from "./scenarios/scenarios.ts";
import type { SwfGrouping } from "./workload/swf.ts";

/** A scenario by seeds, as the command line asks for it. What is absent is as the scenario says, or up to chance. */
export interface ScenarioRun {
  readonly kind: "scenario";
  /** A name, or `all`. */
  readonly scenario: string;
  readonly seed?: number;
  readonly jobs?: number;
  readonly instances?: number;
  readonly hours?: number;
  readonly faults?: "yes" | "no";
  readonly audit: number;
  readonly unchecked: boolean;
  /** For how long other seeds follow; Infinity: until it is stopped. */
  readonly seconds: number;
}

/** A workload on one machine. */
export interface WorkloadRun {
  readonly kind: "workload";
  /** The jobs of a file, or so many that are generated. */
  readonly source: { readonly trace: string; readonly shareBy: SwfGrouping } | { readonly generate: number };
  readonly seed: number;
  readonly vcpus?: number;
}

/** What the command line asks for. */
export type RunChoice = { readonly kind: "list" } | ScenarioRun | WorkloadRun;

/** A full audit comes after so many steps where nothing is said. */
export const AUDIT_STEPS = 1_000;

const GROUPINGS = ["user", "group", "queue", "partition"] as const;

const OPTIONS = {
  list: { type: "boolean" },
  scenario: { type: "string" },
  seed: { type: "string" },
  jobs: { type: "string" },
  instances: { type: "string" },
  hours: { type: "string" },
  faults: { type: "string" },
  audit: { type: "string" },
  unchecked: { type: "boolean" },
  seconds: { type: "string" },
  forever: { type: "boolean" },
  trace: { type: "string" },
  generate: { type: "string" },
  vcpus: { type: "string" },
  "share-by": { type: "string" },
} as const;

type OptionName = keyof typeof OPTIONS;
type Values = { readonly [Name in OptionName]?: string | boolean };

/** Nothing of a workload: said beside one they would be ignored. */
const NOT_OF_WORKLOADS = [
  "scenario",
  "jobs",
  "instances",
  "hours",
  "faults",
  "audit",
  "unchecked",
  "seconds",
  "forever",
] as const;

/** Something that is wrong with the options: one line for whoever typed them. */
class OptionProblem extends Error {}

/** @returns what is wrong, as a sentence, if something is. */
export function parseRunOptions(args: readonly string[]): RunChoice | string {
  try {
    const values = readArguments(args);
    if (values.list === true) return { kind: "list" };
    const isWorkload = values.trace !== undefined || values.generate !== undefined;
    return isWorkload ? workloadRun(values) : scenarioRun(values);
  } catch (error) {
    if (error instanceof OptionProblem) return error.message;
    throw error;
  }
}

/** The command that asks for the same. */
export function commandOf(choice: RunChoice): string {
  const words = wordsOf(choice).map(({ name, value }) =>
    value === true ? `--${name}` : `--${name} ${quoted(String(value))}`,
  );
  return ["npm run simulate --", ...words].join(" ");
}

interface Word {
  readonly name: OptionName;
  readonly value: string | number | true;
}

function wordsOf(choice: RunChoice): readonly Word[] {
  switch (choice.kind) {
    case "list":
      return [{ name: "list", value: true }];
    case "scenario": {
      const { kind: _, seconds, unchecked, ...rest } = choice;
      const more = { ...(unchecked && { unchecked: true as const }), ...durationOf(seconds) };
      return wordsFrom({ ...rest, ...more });
    }
    case "workload": {
      const { source, seed, vcpus } = choice;
      const jobs = "trace" in source ? { trace: source.trace, "share-by": source.shareBy } : source;
      return wordsFrom({ ...jobs, seed, ...(vcpus !== undefined && { vcpus }) });
    }
    default:
      return unreachable(choice);
  }
}

function wordsFrom(values: { readonly [Name in OptionName]?: Word["value"] }): readonly Word[] {
  const names = Object.keys(OPTIONS).filter(isOptionName);
  return names.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

function durationOf(seconds: number): { readonly seconds?: number; readonly forever?: true } {
  if (seconds === 0) return {};
  return seconds === Infinity ? { forever: true } : { seconds };
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function isOptionName(name: string): name is OptionName {
  return name in OPTIONS;
}

function readArguments(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    // Its messages give advice in further lines and sentences.
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split(/\n|\. /);
    throw new OptionProblem(line);
  }
}

function scenarioRun(values: Values): ScenarioRun {
  for (const name of ["vcpus", "share-by"] as const) {
    if (values[name] !== undefined) throw new OptionProblem(`--${name} goes with --trace or --generate only`);
  }
  const { scenario = "faults", faults } = values;
  if (typeof scenario !== "string" || (scenario !== "all" && !SCENARIOS.has(scenario))) {
    throw new OptionProblem(
      `--scenario takes all or one of ${[...SCENARIOS.keys()].join(", ")}, got ${scenario}`,
    );
  }
  if (faults !== undefined && faults !== "yes" && faults !== "no") {
    throw new OptionProblem(`--faults takes yes or no, got ${faults}`);
  }
  if (values.forever === true && values.seconds !== undefined) {
    throw new OptionProblem("--seconds and --forever do not go together");
  }
  return {
    kind: "scenario",
    scenario,
    ...numberIn(values, "seed", 0),
    ...numberIn(values, "jobs", 1),
    ...numberIn(values, "instances", 0),
    ...numberIn(values, "hours", 0),
    ...(faults !== undefined && { faults }),
    audit: AUDIT_STEPS,
    ...numberIn(values, "audit", 1),
    unchecked: values.unchecked === true,
    seconds: values.forever === true ? Infinity : 0,
    ...numberIn(values, "seconds", 0),
  };
}

function workloadRun(values: Values): WorkloadRun {
  const { trace, "share-by": shareBy = "user" } = values;
  const ignored = NOT_OF_WORKLOADS.find((name) => values[name] !== undefined);
  if (ignored !== undefined) throw new OptionProblem(`--${ignored} does not go with --trace or --generate`);
  const machine = {
    kind: "workload",
    seed: 1,
    ...numberIn(values, "seed", 0),
    ...numberIn(values, "vcpus", 1),
  } as const;
  if (trace === undefined) {
    if (values["share-by"] !== undefined) throw new OptionProblem("--share-by goes with --trace only");
    const { generate = 1 } = numberIn(values, "generate", 1);
    return { ...machine, source: { generate } };
  }
  if (values.generate !== undefined) throw new OptionProblem("--trace and --generate do not go together");
  const grouping = GROUPINGS.find((one) => one === shareBy);
  if (grouping === undefined) {
    throw new OptionProblem(`--share-by takes one of ${GROUPINGS.join(", ")}, got ${shareBy}`);
  }
  return { ...machine, source: { trace: String(trace), shareBy: grouping } };
}

function numberIn<Name extends OptionName>(
  values: Values,
  name: Name,
  min: number,
): { readonly [_ in Name]?: number } {
  const text = values[name];
  if (text === undefined) return {};
  const number = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < min) {
    throw new OptionProblem(`--${name} takes a whole number of at least ${min}, got ${text}`);
  }
  // The computed name is the one of the type.
  return { [name]: number } as { readonly [_ in Name]?: number };
}
