import type { ServiceModel, ShapeModel, StringShape, StructureShape } from "../model/service-model.ts";
import { assert, AssertionError, unreachable } from "../lib/assert.ts";
import { characterCount } from "../lib/character-count.ts";
import type { ApiError } from "./errors.ts";
import type { Bounds, Path, PathStep, ShapeProblem } from "./shape-problem.ts";

/** Puts a problem in the words of the service that was asked. */
export type Refuse = (problem: ShapeProblem) => ApiError;

export type PlainObject = Readonly<Record<string, unknown>>;

/**
 * Checks an input against its shape and builds anew what is not as it should be, so that what is behind this sees the
 * model's members only: no strangers, no prototypes, no `null`. What is as it should be, as almost all is, is given back.
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
  assert(shapeOf(model, shapeName).type === "structure", `the input ${shapeName} is not a structure`);
  // A structure is read as an object.
  return readerOf(model, shapeName)(value, undefined, refuse) as PlainObject;
}

/** Largest values of AWS's `integer` and of what JSON numbers carry of its `long`. */
const INTEGER_MAX = 2 ** 31 - 1;
const LONG_MAX = Number.MAX_SAFE_INTEGER;

/** AWS takes EvaluateOnExit's `action` in any case (specification 1.8, 15.15): the one enum that is not exact. */
const CASE_BLIND_ENUM = "RetryAction";

type ListShape = Extract<ShapeModel, { type: "list" }>;
type MapShape = Extract<ShapeModel, { type: "map" }>;
type IntegerShape = Extract<ShapeModel, { type: "integer" | "long" }>;

/** Checks a value of one shape; gives it back, or built anew where something of it is dropped or mended. */
type Reader = (value: unknown, path: Path, refuse: Refuse) => unknown;

/** Made once for each shape that is asked for: what a shape says is looked up then, not with every value. */
const readers = new WeakMap<ShapeModel, Reader>();

function readerOf(model: ServiceModel, shapeName: string): Reader {
  const shape = shapeOf(model, shapeName);
  let reader = readers.get(shape);
  if (reader === undefined) {
    reader = createReader(model, shapeName, shape);
    readers.set(shape, reader);
  }
  return reader;
}

function createReader(model: ServiceModel, shapeName: string, shape: ShapeModel): Reader {
  switch (shape.type) {
    case "structure":
      return structureReader(model, shape);
    case "list":
      return listReader(model, shape);
    case "map":
      return mapReader(model, shape);
    case "string":
      return shapeName === CASE_BLIND_ENUM
        ? (value, path, refuse) => readString(shape, upperCased(value), path, refuse)
        : (value, path, refuse) => readString(shape, value, path, refuse);
    case "integer":
    case "long":
      return (value, path, refuse) => readInteger(shape, value, path, refuse);
    case "float":
    case "double":
      return readNumber;
    case "boolean":
      return readBoolean;
    case "timestamp":
    case "blob":
      return () => {
        throw new AssertionError(`no input that is served here holds a ${shape.type}`);
      };
    default:
      return unreachable(shape);
  }
}

function structureReader(model: ServiceModel, shape: StructureShape): Reader {
  const members = Object.entries(shape.members).map(([name, member]) => ({
    name,
    step: { kind: "member", name } as const,
    read: readerOf(model, member.shape),
  }));
  return (value, path, refuse) => {
    const given = readObject(value, path, refuse);
    let count = 0;
    let changed: Record<string, unknown> | undefined;
    for (const { name, step, read } of members) {
      const memberValue = memberOf(given, name);
      if (memberValue === undefined) continue;
      const result = read(memberValue, below(path, step), refuse);
      if (result !== memberValue) (changed ??= {})[name] = result;
      count += 1;
    }
    for (const name of shape.required) {
      if (memberOf(given, name) !== undefined) continue;
      throw refuse({ kind: "missing", path: below(path, { kind: "member", name }) });
    }
    if (changed === undefined && count === Object.keys(given).length) return given;
    const kept = members.filter(({ name }) => memberOf(given, name) !== undefined);
    return Object.fromEntries(kept.map(({ name }) => [name, changed?.[name] ?? given[name]]));
  };
}

function listReader(model: ServiceModel, shape: ListShape): Reader {
  const read = readerOf(model, shape.item);
  return (value, path, refuse) => {
    if (!Array.isArray(value)) throw refuse({ kind: "type", path, wanted: "a list", got: value });
    if (isOutside(shape, value.length)) {
      const bounds = boundsOf(shape);
      throw refuse({ kind: "size", path, bounds, unit: "items", size: value.length, got: value });
    }
    let items: unknown[] = value;
    for (let index = 0; index < value.length; index += 1) {
      const item = read(value[index], below(path, { kind: "item", index }), refuse);
      if (item === value[index]) continue;
      if (items === value) items = [...value];
      items[index] = item;
    }
    return items;
  };
}

function mapReader(model: ServiceModel, shape: MapShape): Reader {
  const readKey = readerOf(model, shape.key);
  const readEntry = readerOf(model, shape.value);
  return (value, path, refuse) => {
    const given = readObject(value, path, refuse);
    const names = Object.keys(given);
    const kept = names.filter((name) => memberOf(given, name) !== undefined);
    // AWS takes a map of nothing whatever its model says: Airflow's BatchOperator sends `tags: {}` with each job.
    if (kept.length > 0 && isOutside(shape, kept.length)) {
      const bounds = boundsOf(shape);
      throw refuse({ kind: "size", path, bounds, unit: "entries", size: kept.length, got: value });
    }
    const keyOf = (name: string): unknown => readKey(name, below(path, { kind: "key", name }), refuse);
    const entryOf = (name: string): unknown =>
      readEntry(given[name], below(path, { kind: "entry", name }), refuse);
    const isAsGiven = kept.every((name) => keyOf(name) === name && entryOf(name) === given[name]);
    if (isAsGiven && kept.length === names.length) return given;
    // fromEntries makes own members of all keys, `__proto__` among them; an assignment would not.
    return Object.fromEntries(kept.map((name) => [keyOf(name), entryOf(name)]));
  };
}

/** `null` counts as absent. */
function memberOf(given: PlainObject, name: string): unknown {
  const value = given[name];
  return value !== undefined && value !== null && Object.hasOwn(given, name) ? value : undefined;
}

function readObject(value: unknown, path: Path, refuse: Refuse): PlainObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    // Any object may be asked for its own members.
    return value as PlainObject;
  }
  throw refuse({ kind: "type", path, wanted: "an object", got: value });
}

function readString(shape: StringShape, value: unknown, path: Path, refuse: Refuse): string {
  if (typeof value !== "string") throw refuse({ kind: "type", path, wanted: "a string", got: value });
  const text = shape.isVerbatim === true ? value : value.toWellFormed();
  if (shape.enum !== undefined && !shape.enum.includes(text)) {
    throw refuse({ kind: "enum", path, allowed: shape.enum, got: text });
  }
  if (shape.min !== undefined || shape.max !== undefined) {
    const size = characterCount(text);
    if (isOutside(shape, size)) {
      const bounds = boundsOf(shape);
      throw refuse({ kind: "size", path, bounds, unit: "characters", size, got: text });
    }
  }
  if (shape.pattern !== undefined && !wholePattern(shape.pattern).test(text)) {
    throw refuse({ kind: "pattern", path, pattern: shape.pattern, got: text });
  }
  return text;
}

function readInteger(shape: IntegerShape, value: unknown, path: Path, refuse: Refuse): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw refuse({ kind: "type", path, wanted: "an integer", got: value });
  }
  const limit = shape.type === "integer" ? INTEGER_MAX : LONG_MAX;
  if (Math.abs(value) > limit) {
    const wanted = `an integer between ${-limit} and ${limit}`;
    throw refuse({ kind: "type", path, wanted, got: value });
  }
  if (isOutside(shape, value)) {
    throw refuse({ kind: "value", path, bounds: boundsOf(shape), got: value });
  }
  return value;
}

function readNumber(value: unknown, path: Path, refuse: Refuse): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw refuse({ kind: "type", path, wanted: "a number", got: value });
}

function readBoolean(value: unknown, path: Path, refuse: Refuse): boolean {
  if (typeof value === "boolean") return value;
  throw refuse({ kind: "type", path, wanted: "a boolean", got: value });
}

function shapeOf(model: ServiceModel, name: string): ShapeModel {
  const shape = model.shapes[name];
  assert(shape !== undefined, `the model has no shape ${name}`);
  return shape;
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
