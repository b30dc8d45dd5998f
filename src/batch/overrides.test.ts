import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ec2Container, requirements } from "../../test/support/batch-values.ts";
import type { ContainerOverrides, ContainerProperties } from "../model/batch.ts";
import { applyOverrides, checkOverrides } from "./overrides.ts";
import { Refusal } from "./refusal.ts";

describe("applyOverrides", () => {
  const container = ec2Container({
    command: ["run"],
    environment: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    user: "nobody",
  });
  const deprecated: ContainerProperties = {
    image: "busybox",
    vcpus: 1,
    memory: 64,
    environment: [],
    resourceRequirements: [],
  };

  test.each<
    [name: string, own: ContainerProperties, overrides: ContainerOverrides, changed: ContainerProperties]
  >([
    ["changes nothing without overrides", container, {}, {}],
    ["replaces the whole command", container, { command: ["sh", "-c", "x"] }, { command: ["sh", "-c", "x"] }],
    ["takes an empty command for none", container, { command: [] }, {}],
    [
      "replaces a variable in its place and adds new ones (section 16, line 20)",
      container,
      {
        environment: [
          { name: "C", value: "3" },
          { name: "A", value: "9" },
        ],
      },
      {
        environment: [
          { name: "A", value: "9" },
          { name: "B", value: "2" },
          { name: "C", value: "3" },
        ],
      },
    ],
    [
      "replaces one resource and keeps the other (section 16, line 21)",
      container,
      { resourceRequirements: [{ type: "MEMORY", value: "256" }] },
      { resourceRequirements: requirements("1", "256") },
    ],
    [
      "adds a resource",
      container,
      { resourceRequirements: [{ type: "GPU", value: "1" }] },
      { resourceRequirements: [...requirements("1", "128"), { type: "GPU", value: "1" }] },
    ],
    [
      "ignores the deprecated spelling where the definition uses the other (section 16, line 22)",
      container,
      { memory: 4096, vcpus: 8 },
      {},
    ],
    ["overrides the deprecated spelling by itself", deprecated, { memory: 4096 }, { memory: 4096 }],
    [
      "lets the current spelling take the place of the deprecated one",
      deprecated,
      { memory: 9, resourceRequirements: [{ type: "MEMORY", value: "4096" }] },
      { memory: undefined, resourceRequirements: [{ type: "MEMORY", value: "4096" }] },
    ],
  ])("%s", (_name, own, overrides, changed) => {
    expect(applyOverrides(own, overrides)).toEqual({ ...own, ...changed });
  });
});

describe("applyOverrides, for any container and overrides,", () => {
  const name = fc.constantFrom("A", "B", "C", "D");
  const count = fc.integer({ min: 1, max: 9 });
  const environment = fc.uniqueArray(fc.record({ name, value: fc.string() }), {
    selector: (pair) => pair.name,
  });
  const resourceRequirements = fc.uniqueArray(
    fc.record({
      type: fc.constantFrom("VCPU" as const, "MEMORY" as const, "GPU" as const),
      value: count.map(String),
    }),
    { selector: ({ type }) => type },
  );
  const members = {
    command: fc.array(fc.string()),
    environment,
    resourceRequirements,
    vcpus: count,
    memory: count,
  };
  const anyOverrides = fc.record(members, { requiredKeys: [] });
  const anyContainer = fc.record(
    { ...members, image: fc.constant("busybox"), user: fc.constant("nobody") },
    { requiredKeys: ["image", "environment", "resourceRequirements"] },
  );

  test("changes nothing more the second time", () => {
    fc.assert(
      fc.property(anyContainer, anyOverrides, (container, overrides) => {
        const once = applyOverrides(container, overrides);
        expect(applyOverrides(once, overrides)).toEqual(once);
      }),
    );
  });

  test("lets the override win and leaves the others untouched", () => {
    fc.assert(
      fc.property(anyContainer, anyOverrides, (container, overrides) => {
        const merged = applyOverrides(container, overrides);
        for (const wanted of ["A", "B", "C", "D"]) {
          expect(valueOf(merged, wanted)).toBe(valueOf(overrides, wanted) ?? valueOf(container, wanted));
        }
        for (const type of ["VCPU", "MEMORY", "GPU"]) {
          const overriding = amountOf(overrides, type);
          expect(amountOf(merged, type)).toEqual(
            overriding.length > 0 ? overriding : amountOf(container, type),
          );
        }
        expect([merged.image, merged.user]).toEqual([container.image, container.user]);
      }),
    );
  });
});

describe("checkOverrides", () => {
  test.each<[name: string, overrides: ContainerOverrides]>([
    ["nothing", {}],
    ["an empty command", { command: [] }],
    ["all of it", { command: ["x"], environment: [{ name: "A" }], vcpus: 1, memory: 64 }],
  ])("takes %s", (_name, overrides) => {
    expect(checkOverrides(overrides, "EC2", "containerOverrides")).toBeUndefined();
  });

  test.each<[name: string, overrides: ContainerOverrides, text: string]>([
    ["an empty argument", { command: ["x", ""] }, "containerOverrides.command[1] must not be empty"],
    [
      "an argument that cannot be passed on",
      { command: ["\0"] },
      "containerOverrides.command[0] must not contain a null character",
    ],
    [
      "a reserved variable (section 16, line 20)",
      { environment: [{ name: "AWS_BATCH_X" }] },
      "containerOverrides.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X",
    ],
  ])("refuses %s", (_name, overrides, text) => {
    expect(checkOverrides(overrides, "EC2", "containerOverrides")).toEqual(Refusal.bare(text));
  });

  test.each(["vcpus", "memory"] as const)("refuses %s on Fargate", (member) => {
    expect(checkOverrides({ [member]: 2048 }, "FARGATE", "containerOverrides")).toEqual(
      Refusal.wrapped(`${member} is not applicable for Fargate. Use resource requirements instead.`),
    );
  });
});

function valueOf({ environment = [] }: ContainerProperties, name: string): string | undefined {
  return environment.find((variable) => variable.name === name)?.value;
}

function amountOf({ resourceRequirements = [] }: ContainerProperties, type: string): readonly string[] {
  return resourceRequirements.filter((requirement) => requirement.type === type).map(({ value }) => value);
}
