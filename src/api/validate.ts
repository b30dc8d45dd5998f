import type {
  MemberModel,
  ServiceModel,
  ShapeModel,
  StringShape,
  StructureShape,
} from "../model/service-model.ts";
import { assert, AssertionError, unreachable } from "../lib/assert.ts";
import type { ApiError } from "./errors.ts";
import type { Bounds, Path, PathStep, ShapeProblem } from "./shape-problem.ts";

/** Puts a problem in the words of the service that was asked. */
export type Refuse = (problem: ShapeProblem) => ApiError;

export type PlainObject = Readonly<Record<string, unknown>>;

/**
 * Checks an input against its shape and builds it anew, so that what is behind this sees the model's members only:
 * no strangers, no prototypes, no `null`.
 *
 * Members that the model does not have are dropped (specification 1.1). `null` counts as absent, in a map too; in a
 * list it is refused, since dropping it would move its neighbours. Text that is not well-formed Unicode is mended, so
 * that every store keeps the same. The first problem ends the check, with what `refuse` makes of it.
 *
 * The input shapes do not refer to themselves, so the depth is the model's and the work grows with the input only.
 */
export function validateInput(
  model: ServiceModel,
  shapeName: string,
  value: unknown,
  refuse: Refuse,
): PlainObject {
  const shape = shapeOf(model, shapeName);
  assert(shape.type === "structure", `the input ${shapeName} is not a structure`);
  return readStructure({ model, refuse }, shape, value, undefined);
}

/** Largest values of AWS's `integer` and of what JSON numbers carry of its `long`. */
const INTEGER_MAX = 2 ** 31 - 1;
const LONG_MAX = Number.MAX_SAFE_INTEGER;

/** AWS takes EvaluateOnExit's `action` in any case (specification 1.8, 15.15): the one enum that is not exact. */
const CASE_BLIND_ENUM = "RetryAction";

type ListShape = Extract<ShapeModel, { type: "list" }>;
type MapShape = Extract<ShapeModel, { type: "map" }>;
type IntegerShape = Extract<ShapeModel, { type: "integer" | "long" }>;

interface Check {
  readonly model: ServiceModel;
  readonly refuse: Refuse;
}

function readShape(check: Check, shapeName: string, value: unknown, path: Path): unknown {
  const shape = shapeOf(check.model, shapeName);
  switch (shape.type) {
    case "structure":
      return readStructure(check, shape, value, path);
    case "list":
      return readList(check, shape, value, path);
    case "map":
      return readMap(check, shape, value, path);
    case "string":
      return readString(check, shape, shapeName === CASE_BLIND_ENUM ? upperCased(value) : value, path);
    case "integer":
    case "long":
      return readInteger(check, shape, value, path);
    case "float":
    case "double":
      return readNumber(check, value, path);
    case "boolean":
      if (typeof value === "boolean") return value;
      throw check.refuse({ kind: "type", path, wanted: "a boolean", got: value });
    case "timestamp":
    case "blob":
      throw new AssertionError(`no input that is served here holds a ${shape.type}`);
    default:
      return unreachable(shape);
  }
}

function readStructure(check: Check, shape: StructureShape, value: unknown, path: Path): PlainObject {
  const given = readObject(check, value, path);
  const result: Record<string, unknown> = {};
  for (const [name, member] of membersOf(shape)) {
    const memberValue = Object.hasOwn(given, name) ? given[name] : undefined;
    if (memberValue === undefined || memberValue === null) continue;
    result[name] = readShape(check, member.shape, memberValue, below(path, { kind: "member", name }));
  }
  for (const name of shape.required) {
    if (!Object.hasOwn(result, name)) {
      throw check.refuse({ kind: "missing", path: below(path, { kind: "member", name }) });
    }
  }
  return result;
}

function readList(check: Check, shape: ListShape, value: unknown, path: Path): readonly unknown[] {
  if (!Array.isArray(value)) throw check.refuse({ kind: "type", path, wanted: "a list", got: value });
  if (isOutside(shape, value.length)) {
    const bounds = boundsOf(shape);
    throw check.refuse({ kind: "size", path, bounds, unit: "items", size: value.length, got: value });
  }
  return Array.from(value, (item: unknown, index) =>
    readShape(check, shape.item, item, below(path, { kind: "item", index })),
  );
}

function readMap(check: Check, shape: MapShape, value: unknown, path: Path): PlainObject {
  const given = Object.entries(readObject(check, value, path)).filter(
    ([, entry]) => entry !== undefined && entry !== null,
  );
  if (isOutside(shape, given.length)) {
    const bounds = boundsOf(shape);
    throw check.refuse({ kind: "size", path, bounds, unit: "entries", size: given.length, got: value });
  }
  // fromEntries makes own members of all keys, `__proto__` among them; an assignment would not.
  return Object.fromEntries(
    given.map(([name, entry]) => [
      readShape(check, shape.key, name, below(path, { kind: "key", name })),
      readShape(check, shape.value, entry, below(path, { kind: "entry", name })),
    ]),
  );
}

function readObject(check: Check, value: unknown, path: Path): PlainObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    // Any object may be asked for its own members.
    return value as PlainObject;
  }
  throw check.refuse({ kind: "type", path, wanted: "an object", got: value });
}

function readString(check: Check, shape: StringShape, value: unknown, path: Path): string {
  if (typeof value !== "string") throw check.refuse({ kind: "type", path, wanted: "a string", got: value });
  const text = value.toWellFormed();
  if (shape.enum !== undefined && !shape.enum.includes(text)) {
    throw check.refuse({ kind: "enum", path, allowed: shape.enum, got: text });
  }
  if (shape.min !== undefined || shape.max !== undefined) {
    const size = characterCount(text);
    if (isOutside(shape, size)) {
      const bounds = boundsOf(shape);
      throw check.refuse({ kind: "size", path, bounds, unit: "characters", size, got: text });
    }
  }
  if (shape.pattern !== undefined && !wholePattern(shape.pattern).test(text)) {
    throw check.refuse({ kind: "pattern", path, pattern: shape.pattern, got: text });
  }
  return text;
}

function readInteger(check: Check, shape: IntegerShape, value: unknown, path: Path): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw check.refuse({ kind: "type", path, wanted: "an integer", got: value });
  }
  const limit = shape.type === "integer" ? INTEGER_MAX : LONG_MAX;
  if (Math.abs(value) > limit) {
    const wanted = `an integer between ${-limit} and ${limit}`;
    throw check.refuse({ kind: "type", path, wanted, got: value });
  }
  if (isOutside(shape, value)) {
    throw check.refuse({ kind: "value", path, bounds: boundsOf(shape), got: value });
  }
  return value;
}

function readNumber(check: Check, value: unknown, path: Path): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw check.refuse({ kind: "type", path, wanted: "a number", got: value });
}

function shapeOf(model: ServiceModel, name: string): ShapeModel {
  const shape = model.shapes[name];
  assert(shape !== undefined, `the model has no shape ${name}`);
  return shape;
}

/** The entries of a structure's members, listed once: there are as many structures as the models have. */
const listedMembers = new WeakMap<StructureShape, readonly [string, MemberModel][]>();

function membersOf(shape: StructureShape): readonly [string, MemberModel][] {
  let members = listedMembers.get(shape);
  if (members === undefined) {
    members = Object.entries(shape.members);
    listedMembers.set(shape, members);
  }
  return members;
}

function below(parent: Path, step: PathStep["step"]): PathStep {
  return { parent, step };
}

function isOutside({ min, max }: Bounds, size: number): boolean {
  return (min !== undefined && size < min) || (max !== undefined && size > max);
}

function boundsOf({ min, max }: Bounds): Bounds {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

function upperCased(value: unknown): unknown {
  return typeof value === "string" ? value.toUpperCase() : value;
}

/** Unicode characters, not the halves of them that `length` counts. */
function characterCount(text: string): number {
  return text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
}

const SURROGATE_PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

/** The model's patterns, made to match a whole text and compiled once: there are as many as the models have. */
const compiledPatterns = new Map<string, RegExp>();

function wholePattern(pattern: string): RegExp {
  let compiled = compiledPatterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern})$`, "u");
    compiledPatterns.set(pattern, compiled);
  }
  return compiled;
}
