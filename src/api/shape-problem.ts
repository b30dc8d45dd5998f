import { unreachable } from "../lib/assert.ts";

/** What is wrong with a member of an input, before it is put in a service's words. */
export type ShapeProblem =
  | { readonly kind: "missing"; readonly path: Path }
  /** `wanted` with its article: `an integer`. */
  | { readonly kind: "type"; readonly path: Path; readonly wanted: string; readonly got: unknown }
  | {
      readonly kind: "enum";
      readonly path: Path;
      readonly allowed: readonly string[];
      readonly got: string;
    }
  | { readonly kind: "pattern"; readonly path: Path; readonly pattern: string; readonly got: string }
  | { readonly kind: "value"; readonly path: Path; readonly bounds: Bounds; readonly got: number }
  | {
      readonly kind: "size";
      readonly path: Path;
      readonly bounds: Bounds;
      readonly unit: "characters" | "items" | "entries";
      readonly size: number;
      readonly got: unknown;
    };

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Where a value stands in the input, from its end: undefined is the input itself. */
export type Path = PathStep | undefined;

export interface PathStep {
  readonly parent: Path;
  /** `key` is a map's key itself; the value below it is an `entry`. Indexes count from 0. */
  readonly step:
    | { readonly kind: "member" | "entry" | "key"; readonly name: string }
    | { readonly kind: "item"; readonly index: number };
}

/** AWS Batch's case, where AWS's texts are not known: `computeResources.maxvCpus must be an integer, got "4"`. */
export function describePlainly(problem: ShapeProblem): string {
  const place = plainPath(problem.path);
  switch (problem.kind) {
    case "missing":
      return `${place} is required`;
    case "type":
      return `${place} must be ${problem.wanted}, got ${shortly(problem.got)}`;
    case "enum":
      return `${place} must be one of ${problem.allowed.join(", ")}, got ${shortly(problem.got)}`;
    case "pattern":
      return `${place} must match ${problem.pattern}, got ${shortly(problem.got)}`;
    case "value":
      return `${place} must be ${boundsText(problem.bounds)}, got ${problem.got}`;
    case "size":
      return `${place} must have ${boundsText(problem.bounds)} ${problem.unit}, got ${problem.size}`;
    default:
      return unreachable(problem);
  }
}

/**
 * The words of AWS's own validation, as CloudWatch Logs shows them: `1 validation error detected: Value 'a b' at
 * 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: …`. AWS lists all that
 * is wrong; this is always the first.
 */
export function describeAsConstraint(problem: ShapeProblem): string {
  const isKey = problem.path?.step.kind === "key";
  const place = constraintPath(isKey ? problem.path?.parent : problem.path);
  const constraint = constraintText(problem);
  const subject = problem.kind === "missing" ? "null" : `'${cut(constraintValue(problem))}'`;
  const rule = isKey ? `Map keys must satisfy constraint: [${constraint}]` : constraint;
  return `1 validation error detected: Value ${subject} at '${place}' failed to satisfy constraint: ${rule}`;
}

/** The most characters of a caller's value that a message repeats. */
const ECHO_LENGTH_MAX = 100;

function plainPath(path: Path): string {
  if (path === undefined) return "the input";
  const { parent, step } = path;
  switch (step.kind) {
    case "member":
      return parent === undefined ? step.name : `${plainPath(parent)}.${step.name}`;
    case "entry":
      return isPlainWord(step.name)
        ? `${plainPath(parent)}.${step.name}`
        : `${plainPath(parent)}[${shortly(step.name)}]`;
    case "key":
      return `the key ${shortly(step.name)} of ${plainPath(parent)}`;
    case "item":
      return `${plainPath(parent)}[${step.index}]`;
    default:
      return unreachable(step);
  }
}

function isPlainWord(name: string): boolean {
  return /^[\w-]{1,64}$/.test(name);
}

function boundsText({ min, max }: Bounds): string {
  if (min === undefined) return `at most ${max}`;
  if (max === undefined) return `at least ${min}`;
  return `between ${min} and ${max}`;
}

/** A value as JSON writes it, cut where it is long; objects and lists by their kind only. */
function shortly(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return JSON.stringify(cut(value));
  return String(value);
}

function cut(text: string): string {
  return text.length > ECHO_LENGTH_MAX ? `${text.slice(0, ECHO_LENGTH_MAX)}…`.toWellFormed() : text;
}

/** AWS counts the items of a list from 1 and writes `member` behind the number. */
function constraintPath(path: Path): string {
  if (path === undefined) return "";
  const { parent, step } = path;
  const text = step.kind === "item" ? `${step.index + 1}.member` : step.name;
  return parent === undefined ? text : `${constraintPath(parent)}.${text}`;
}

function constraintValue(problem: Exclude<ShapeProblem, { kind: "missing" }>): string {
  const { got } = problem;
  return typeof got === "string" || typeof got === "number" ? String(got) : shortly(got);
}

function constraintText(problem: ShapeProblem): string {
  switch (problem.kind) {
    case "missing":
      return "Member must not be null";
    case "type":
      return `Member must be ${problem.wanted}`;
    case "enum":
      return `Member must satisfy enum value set: [${problem.allowed.join(", ")}]`;
    case "pattern":
      return `Member must satisfy regular expression pattern: ${problem.pattern}`;
    case "value":
      return `Member must have value ${brokenBound(problem.bounds, problem.got)}`;
    case "size":
      return `Member must have length ${brokenBound(problem.bounds, problem.size)}`;
    default:
      return unreachable(problem);
  }
}

function brokenBound({ min, max }: Bounds, got: number): string {
  return min !== undefined && got < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
}
