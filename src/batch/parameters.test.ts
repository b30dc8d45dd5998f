import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeParameters, substituteParameters } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

describe("substituteParameters", () => {
  test.each<[name: string, command: string[], expected: string[]]>([
    ["replaces a whole argument", ["cp", "Ref::input"], ["cp", "in.txt"]],
    ["replaces each of several", ["Ref::input", "Ref::input", "Ref::out-1_x"], ["in.txt", "in.txt", "o"]],
    ["puts an empty value", ["Ref::empty"], [""]],
    ["leaves a reference in a longer argument", ["--in=Ref::input"], ["--in=Ref::input"]],
    ["leaves what has no name that a reference has", ["Ref::", "Ref::a.b"], ["Ref::", "Ref::a.b"]],
    ["leaves a value that looks like a reference", ["Ref::nested"], ["Ref::input"]],
    ["leaves a command without references", ["sh", "-c", "exit 3"], ["sh", "-c", "exit 3"]],
  ])("%s", (_name, command, expected) => {
    const parameters = { input: "in.txt", "out-1_x": "o", empty: "", nested: "Ref::input" };
    expect(substituteParameters(command, parameters)).toEqual(expected);
  });

  test.each(["missing", "constructor", "__proto__"])(
    "refuses a reference to %s (section 16, line 18)",
    (name) => {
      expect(substituteParameters(["echo", `Ref::${name}`], { input: "x" })).toEqual(
        Refusal.bare(`Unable to substitute value. No parameter found for reference ${name}`),
      );
    },
  );

  test("leaves no reference behind and every other argument as it was", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
    const value = fc.string().filter((text) => !text.startsWith("Ref::"));
    const inputs = fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }).chain((parameters) => {
      const reference = fc.constantFrom(...Object.keys(parameters).map((key) => `Ref::${key}`));
      return fc.tuple(fc.constant(parameters), fc.array(fc.oneof(reference, value)));
    });
    fc.assert(
      fc.property(inputs, ([parameters, command]) => {
        const expected = command.map((argument) =>
          argument.startsWith("Ref::") ? parameters[argument.slice("Ref::".length)] : argument,
        );
        const substituted = substituteParameters(command, parameters);
        expect(substituted).toEqual(expected);
        expect(JSON.stringify(substituted)).not.toMatch(/"Ref::[A-Za-z0-9_-]+"/);
      }),
    );
  });
});

test("mergeParameters lets the submission's values win, key by key", () => {
  expect(mergeParameters({ a: "1", b: "2" }, { b: "3", "nf-token": "x" })).toEqual({
    a: "1",
    b: "3",
    "nf-token": "x",
  });
  expect(mergeParameters({ a: "1" })).toEqual({ a: "1" });
});
