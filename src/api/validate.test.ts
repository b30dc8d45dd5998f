import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unreachable } from "../lib/assert.ts";
import { batchModel } from "../model/batch.ts";
import { logsModel } from "../model/logs.ts";
import type { ServiceModel } from "../model/service-model.ts";
import { stsModel } from "../model/sts.ts";
import { ApiError } from "./errors.ts";
import { SERVICES } from "./services.ts";
import type { ServiceName } from "./services.ts";
import { validateInput } from "./validate.ts";

const MODELS: readonly (readonly [ServiceName, ServiceModel])[] = [
  ["batch", batchModel],
  ["logs", logsModel],
  ["sts", stsModel],
];
const INPUTS = MODELS.flatMap(([service, model]) =>
  Object.values(model.operations).flatMap(({ input }) =>
    input === undefined ? [] : [{ service, model, input }],
  ),
);

describe("what is let through", () => {
  test("has the model's members only, without null and without strangers", () => {
    const given = JSON.parse(
      '{"jobName":"j","jobQueue":"q","jobDefinition":"d","stranger":1,"__proto__":{"admin":true},"tags":null,' +
        '"parameters":{"a":null,"b":"x"},"containerOverrides":{"command":[],"constructor":"x"}}',
    ) as unknown;
    expect(check("batch", "SubmitJobRequest", given)).toStrictEqual({
      jobName: "j",
      jobQueue: "q",
      jobDefinition: "d",
      parameters: { b: "x" },
      containerOverrides: { command: [] },
    });
  });

  test("may have a map of nothing, as AWS takes it against its own model", () => {
    const given = { jobName: "j", jobQueue: "q", jobDefinition: "d", tags: {} };
    expect(check("batch", "SubmitJobRequest", given)).toEqual(given);
  });

  test("may have a map's key named as a prototype, as a key and nothing more", () => {
    const given = JSON.parse('{"resourceArn":"a","tags":{"__proto__":"x","constructor":"y"}}') as unknown;
    const { tags } = check("batch", "TagResourceRequest", given) as { tags: object };
    expect(Object.entries(tags)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
  });

  test("has EvaluateOnExit's action in upper case, in whichever case it came", () => {
    const retryStrategy = { attempts: 2, evaluateOnExit: [{ action: "retry" }, { action: "Exit" }] };
    const given = { jobName: "j", jobQueue: "q", jobDefinition: "d", retryStrategy };
    expect(check("batch", "SubmitJobRequest", given)).toMatchObject({
      retryStrategy: { evaluateOnExit: [{ action: "RETRY" }, { action: "EXIT" }] },
    });
  });

  test("counts characters, not their halves, and mends halves that stand alone", () => {
    const given = { resourceArn: "a", tags: { ["😀".repeat(128)]: "\uD800x" } };
    expect(check("batch", "TagResourceRequest", given)).toEqual({
      resourceArn: "a",
      tags: { ["😀".repeat(128)]: "\uFFFDx" },
    });
  });

  test("goes up to the limits and not beyond", () => {
    const given = { resourceArn: "a", tags: { ["k".repeat(128)]: "v".repeat(256) } };
    expect(check("batch", "TagResourceRequest", given)).toEqual(given);
    expect(check("batch", "CancelJobRequest", { jobId: "j", reason: "" })).toEqual({
      jobId: "j",
      reason: "",
    });
  });
});

describe("any input", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });

  test("is refused with an ApiError or has the model's shape", () => {
    fc.assert(
      fc.property(fc.constantFrom(...INPUTS), anything, ({ service, input }, given) => {
        expectShape(service, input, given);
      }),
      { numRuns: 2_000 },
    );
  });

  test("that nearly has the model's shape is refused with an ApiError or has it", () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...INPUTS).chain(({ service, model, input }) =>
          fc.record({
            service: fc.constant(service),
            input: fc.constant(input),
            given: nearly(model, input, 4),
          }),
        ),
        ({ service, input, given }) => {
          if (expectShape(service, input, given)) accepted += 1;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

test("no input shape refers to itself, and none holds a timestamp or a blob", () => {
  expect(INPUTS.length).toBeGreaterThan(50);
  const visit = (model: ServiceModel, name: string, above: readonly string[]): void => {
    expect(above).not.toContain(name);
    const shape = model.shapes[name];
    expect(["timestamp", "blob", undefined]).not.toContain(shape?.type);
    for (const child of childrenOf(model, name)) visit(model, child, [...above, name]);
  };
  for (const { model, input } of INPUTS) visit(model, input, []);
});

/** Whether an input was let through; holds that what was let through has the shape. */
function expectShape(service: ServiceName, input: string, given: unknown): boolean {
  const outcome = check(service, input, given);
  if (Array.isArray(outcome)) return false;
  const { model } = SERVICES[service];
  expect(strangers(model, input, outcome)).toEqual([]);
  // What was let through once is let through as it is.
  expect(check(service, input, outcome)).toEqual(outcome);
  return true;
}

/** The checked input, or code, status and message of the ApiError; any other error is thrown on. */
function check(service: ServiceName, input: string, given: unknown): unknown {
  const { model, refuseShape } = SERVICES[service];
  try {
    return validateInput(model, input, given, refuseShape);
  } catch (error) {
    if (error instanceof ApiError) return [error.code, error.status, error.message];
    throw error;
  }
}

function childrenOf(model: ServiceModel, name: string): readonly string[] {
  const shape = model.shapes[name];
  if (shape?.type === "structure") return Object.values(shape.members).map((member) => member.shape);
  if (shape?.type === "list") return [shape.item];
  return shape?.type === "map" ? [shape.key, shape.value] : [];
}

/** Paths of all that the model does not have in a value that was let through. */
function strangers(model: ServiceModel, name: string, value: unknown, path = ""): string[] {
  const shape = model.shapes[name];
  switch (shape?.type) {
    case "structure":
      return Object.entries(value as object).flatMap(([member, inner]) => {
        const known = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined;
        return known === undefined
          ? [`${path}.${member}`]
          : strangers(model, known.shape, inner, `${path}.${member}`);
      });
    case "list":
      return (value as unknown[]).flatMap((item) => strangers(model, shape.item, item, `${path}[]`));
    case "map":
      return Object.values(value as object).flatMap((inner) =>
        strangers(model, shape.value, inner, `${path}{}`),
      );
    case "integer":
    case "long":
      return Number.isSafeInteger(value) ? [] : [path];
    case "string":
      return typeof value === "string" && value.isWellFormed() ? [] : [path];
    case "float":
    case "double":
    case "boolean":
      return ["number", "boolean"].includes(typeof value) ? [] : [path];
    case "timestamp":
    case "blob":
    case undefined:
      return [path];
    default:
      return unreachable(shape);
  }
}

/** Values of a shape, with now and then something else in the place of a part. */
function nearly(model: ServiceModel, name: string, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 40, arbitrary: exactly(model, name, depth) },
    { weight: 1, arbitrary: fc.anything() },
  );
}

function exactly(model: ServiceModel, name: string, depth: number): fc.Arbitrary<unknown> {
  const shape = model.shapes[name];
  switch (shape?.type) {
    case "structure": {
      const members = Object.entries(shape.members).filter(
        ([member]) => depth > 0 || shape.required.includes(member),
      );
      const fields = members.map(
        ([member, { shape: inner }]) => [member, nearly(model, inner, depth - 1)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...shape.required] });
    }
    case "list":
      return fc.array(nearly(model, shape.item, depth - 1), { minLength: shape.min ?? 0, maxLength: 3 });
    case "map":
      return fc.dictionary(
        fc.constantFrom("a", "b", "__proto__", "toString"),
        nearly(model, shape.value, depth - 1),
      );
    case "string":
      return shape.enum === undefined ? fc.string({ minLength: 1 }) : fc.constantFrom(...shape.enum);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "long":
    case "float":
    case "double":
    case "timestamp":
    case "blob":
    case undefined:
      return fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(-1), fc.constant(null));
    default:
      return unreachable(shape);
  }
}
