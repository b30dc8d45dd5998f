import { unreachable } from "../../src/lib/assert.ts";
import type { ServiceModel, ShapeModel } from "../../src/model/service-model.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { PLAUSIBLE, type SeenJobs } from "./plausible-values.ts";
import { REPAIRS } from "./repairs.ts";

type Members = Readonly<Record<string, unknown>>;

/** What is drawn for one request: from chance and, in so many of a hundred cases, with each member that may be absent. */
interface Draw {
  readonly random: SeededRandom;
  readonly model: ServiceModel;
  readonly seen: SeenJobs;
  readonly optionalPercent: number;
}

/** A request of an operation as the model has it, with names of what there may be. Most such requests are taken. */
export function validInput(
  random: SeededRandom,
  { model, seen }: Pick<Draw, "model" | "seen">,
  shapeName: string,
): Members {
  const optionalPercent = random.pick([0, 0, 10, 50]) ?? 0;
  // The input of an operation is a structure.
  return createValue({ random, model, seen, optionalPercent }, shapeName) as Members;
}

function createValue(draw: Draw, shapeName: string): unknown {
  const shape = draw.model.shapes[shapeName];
  if (shape === undefined) throw new Error(`the model has no shape ${shapeName}`);
  switch (shape.type) {
    case "structure":
      return createStructure(draw, shapeName, shape);
    case "list":
      return createList(draw, shape);
    case "map":
      return { [`key-${draw.random.between(1, 9)}`]: createValue(draw, shape.value) };
    case "string":
      return draw.random.pick(shape.enum ?? TEXTS);
    case "boolean":
      return draw.random.chance(50);
    case "integer":
    case "long":
    case "float":
    case "double":
    case "timestamp":
    case "blob":
      return createNumber(draw.random, shape);
    default:
      return unreachable(shape);
  }
}

const TEXTS = ["a", "name-1", "Some_text", "10"];

function createStructure(
  draw: Draw,
  shapeName: string,
  { members, required }: Extract<ShapeModel, { type: "structure" }>,
): Members {
  const { random } = draw;
  const created: Record<string, unknown> = {};
  for (const [name, { shape }] of Object.entries(members)) {
    if (!required.includes(name) && !random.chance(draw.optionalPercent)) continue;
    const plausible = PLAUSIBLE[`${shapeName}.${name}`] ?? PLAUSIBLE[name];
    created[name] = plausible === undefined ? createValue(draw, shape) : plausible(random, draw.seen);
  }
  return REPAIRS[shapeName]?.(created, random) ?? created;
}

function createList(
  draw: Draw,
  { item, min = 1 }: Extract<ShapeModel, { type: "list" }>,
): readonly unknown[] {
  const length = Math.max(min, draw.random.between(1, 2));
  return Array.from({ length }, () => createValue(draw, item));
}

function createNumber(random: SeededRandom, shape: ShapeModel): number {
  const { min = 1, max = 100 } = "min" in shape || "max" in shape ? shape : {};
  return random.between(min, max);
}
