import { unreachable } from "../../src/lib/assert.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import type { ServiceModel, ShapeModel } from "../../src/model/service-model.ts";
import { hostileName, hostileNumber, hostileText, hostileValue, notJson } from "./hostile-values.ts";
import { RawObject } from "./json-text.ts";

/** A request that is not as it should be. */
export interface Mutated {
  readonly input: unknown;
  /** It cannot be taken, whatever the rules: the shape forbids it. */
  readonly mustBeRefused: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** Where a value of the model's stands in an input, and how to put another there. */
interface Place {
  readonly shape: ShapeModel;
  readonly replace: (value: unknown) => unknown;
  readonly value: unknown;
  readonly isRequired: boolean;
  /** The value is in a list, where `null` is refused. */
  readonly isItem: boolean;
}

/** Changes one place of a valid input for the worse. */
export function mutate(
  random: SeededRandom,
  model: ServiceModel,
  shapeName: string,
  input: Members,
): Mutated {
  const places = [...placesOf(model, shapeName, input)];
  const place = random.pick(places);
  if (place === undefined || random.chance(10)) {
    return { input: withStranger(random, input), mustBeRefused: false };
  }
  switch (random.between(0, 5)) {
    case 0:
      return { input: place.replace(undefined), mustBeRefused: place.isRequired };
    case 1:
      return { input: place.replace(notJson(random)), mustBeRefused: true };
    case 2:
      return mistyped(random, place);
    case 3:
      return { input: place.replace(stretched(random, place)), mustBeRefused: false };
    case 4:
      return { input: place.replace(strange(random, place.value)), mustBeRefused: false };
    default:
      return { input: place.replace(hostileOfKind(random, place.shape)), mustBeRefused: false };
  }
}

/** A value of another kind than the shape's. */
function mistyped(random: SeededRandom, place: Place): Mutated {
  const value = hostileValue(random);
  return { input: place.replace(value), mustBeRefused: isOfOtherKind(place, value) };
}

function isOfOtherKind({ shape, isRequired, isItem }: Place, value: unknown): boolean {
  if (value === null) return isRequired || isItem;
  switch (shape.type) {
    case "string":
      return typeof value !== "string";
    case "boolean":
      return typeof value !== "boolean";
    case "list":
      return typeof value !== "object";
    case "structure":
    case "map":
      return typeof value !== "object" || Array.isArray(value);
    case "integer":
    case "long":
    case "float":
    case "double":
    case "timestamp":
    case "blob":
      return typeof value === "string" || typeof value === "boolean" || Array.isArray(value);
    default:
      return unreachable(shape);
  }
}

/** The value many times over, or of the kind's own excess. */
function stretched(random: SeededRandom, { value }: Place): unknown {
  if (typeof value === "string") return value.repeat(random.between(2, 3_000)).slice(0, 60_000);
  if (typeof value === "number") return hostileNumber(random);
  if (Array.isArray(value))
    return Array.from({ length: random.between(6, 1_200) }, (_, index) => value[index % value.length]);
  return value;
}

/** An object with members besides those that it should have, also of names that it has; all else as it is. */
function strange(random: SeededRandom, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return hostileValue(random);
  return withStranger(random, value as Members);
}

function withStranger(random: SeededRandom, members: Members): RawObject {
  const known = Object.entries(members);
  const twice = random.chance(40) ? random.pick(known)?.[0] : undefined;
  return new RawObject([...known, [twice ?? hostileName(random), hostileValue(random)]]);
}

function hostileOfKind(random: SeededRandom, shape: ShapeModel): unknown {
  if (shape.type === "string") return hostileText(random);
  if (shape.type === "integer" || shape.type === "long") return hostileNumber(random);
  return hostileValue(random);
}

/** Every place of the model's that the input has a value at. */
function* placesOf(model: ServiceModel, shapeName: string, value: unknown): Generator<Place> {
  const shape = model.shapes[shapeName];
  if (shape?.type === "structure") yield* memberPlaces(model, shape, value as Members);
  if (shape?.type === "list") yield* itemPlaces(model, shape.item, value as readonly unknown[]);
  if (shape?.type === "map") yield* entryPlaces(model, shape.value, value as Members);
}

function* memberPlaces(
  model: ServiceModel,
  { members, required }: Extract<ShapeModel, { type: "structure" }>,
  value: Members,
): Generator<Place> {
  for (const [name, memberValue] of Object.entries(value)) {
    const shapeName = members[name]?.shape ?? "";
    const shape = model.shapes[shapeName];
    if (shape === undefined || memberValue === undefined) continue;
    const replace = (other: unknown) => ({ ...value, [name]: other });
    const isRequired = required.includes(name);
    yield { shape, value: memberValue, replace, isRequired, isItem: false };
    yield* lifted(placesOf(model, shapeName, memberValue), replace);
  }
}

function* itemPlaces(model: ServiceModel, itemName: string, items: readonly unknown[]): Generator<Place> {
  const shape = model.shapes[itemName];
  if (shape === undefined) return;
  for (const [index, value] of items.entries()) {
    const replace = (other: unknown) => items.with(index, other);
    yield { shape, value, replace, isRequired: false, isItem: true };
    yield* lifted(placesOf(model, itemName, value), replace);
  }
}

function* entryPlaces(model: ServiceModel, valueName: string, entries: Members): Generator<Place> {
  const shape = model.shapes[valueName];
  if (shape === undefined) return;
  for (const [name, value] of Object.entries(entries)) {
    const replace = (other: unknown) => ({ ...entries, [name]: other });
    yield { shape, value, replace, isRequired: false, isItem: false };
    yield* lifted(placesOf(model, valueName, value), replace);
  }
}

function* lifted(places: Iterable<Place>, outer: (value: unknown) => unknown): Generator<Place> {
  for (const place of places) yield { ...place, replace: (value) => outer(place.replace(value)) };
}
