import { describe, expect, test } from "vitest";
import { EC2_CATALOGUE, InstanceCatalogue } from "./instance-catalogue.ts";
import type { InstanceType } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

const RESOURCES = { vcpuMillis: 8000, memoryMiB: 30_720, gpuCount: 0 };
const MY_LARGE: InstanceType = {
  name: "my.large",
  family: "my",
  architecture: "x86_64",
  resources: RESOURCES,
  usable: RESOURCES,
};
const WITH_OWN = new InstanceCatalogue([MY_LARGE]);

describe("find", () => {
  test("knows a type with its shape, what jobs can have of it and its price", () => {
    expect(EC2_CATALOGUE.find("g4dn.12xlarge")).toEqual({
      name: "g4dn.12xlarge",
      family: "g4dn",
      architecture: "x86_64",
      resources: { vcpuMillis: 48_000, memoryMiB: 196_608, gpuCount: 4 },
      usable: { vcpuMillis: 48_000, memoryMiB: 189_536, gpuCount: 4 },
      pricePerHour: 3.912,
    });
  });

  test.each([
    ["m4.large", 7953],
    ["m6i.2xlarge", 31_431],
  ])("takes off what kernel and agent keep: %s has %i MiB for jobs", (name, memoryMiB) => {
    expect(EC2_CATALOGUE.find(name)?.usable.memoryMiB).toBe(memoryMiB);
  });

  test.each(["g3s.xlarge", "p5e.48xlarge"])("has no price for %s, of which none is known", (name) => {
    expect(EC2_CATALOGUE.find(name)).not.toHaveProperty("pricePerHour");
  });

  test("has a price above nothing for almost all", () => {
    const types = EC2_CATALOGUE.groups(EC2_CATALOGUE.knownEntries()).flat();
    const prices = types.flatMap(({ pricePerHour }) => pricePerHour ?? []);
    expect(prices.length).toBeGreaterThan(1300);
    expect(Math.min(...prices)).toBeGreaterThan(0);
    expect(types.length - prices.length).toBeLessThan(25);
  });

  test("counts NVIDIA's GPUs only", () => {
    expect(EC2_CATALOGUE.find("g4ad.xlarge")?.resources.gpuCount).toBe(0);
  });

  test.each(["c5", "optimal", "local.host", "c5.huge", ""])("finds no type called %j", (name) => {
    expect(WITH_OWN.find(name)).toBeUndefined();
  });

  test("finds the user's own types where they are, as they are", () => {
    expect(WITH_OWN.find("my.large")).toBe(MY_LARGE);
    expect(EC2_CATALOGUE.find("my.large")).toBeUndefined();
  });
});

describe("expand", () => {
  test("takes a family for its sizes, smallest first", () => {
    expect([...EC2_CATALOGUE.expand(["a1"])]).toEqual([
      "a1.medium",
      "a1.large",
      "a1.xlarge",
      "a1.2xlarge",
      "a1.4xlarge",
      "a1.metal",
    ]);
  });

  test("names each type once, where it comes first", () => {
    expect([...WITH_OWN.expand(["g3s.xlarge", "local", "my", "g3s", "local.host", "my.large"])]).toEqual([
      "g3s.xlarge",
      "local.host",
      "my.large",
    ]);
  });

  test.each([
    ["optimal", ["m6i", "c6i", "r6i", "c7i"]],
    ["default_x86_64", ["m6i", "c6i", "r6i", "c7i"]],
    ["default_arm64", ["m6g", "c6g", "r6g", "c7g"]],
  ])("takes the bundle %s for its families, none of which is empty", (bundle, families) => {
    expect(EC2_CATALOGUE.expand([bundle])).toEqual(EC2_CATALOGUE.expand(families));
    for (const family of families) expect(EC2_CATALOGUE.expand([family]).size).toBeGreaterThan(0);
  });

  test("takes every known name for at least one type", () => {
    const names = EC2_CATALOGUE.knownEntries();
    expect(names.length).toBeGreaterThan(1500);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(EC2_CATALOGUE.expand([name]).size, name).toBeGreaterThan(0);
  });
});

describe("groups", () => {
  test("keeps the types of an entry together, and one that is named itself where it is named", () => {
    expect(namesOf(["my", "a1", "a1.large", "c1"])).toEqual([
      ["my.large"],
      ["a1.medium", "a1.xlarge", "a1.2xlarge", "a1.4xlarge", "a1.metal"],
      ["a1.large"],
      ["c1.medium", "c1.xlarge"],
    ]);
  });

  test("has no type twice, no empty group, and neither this machine nor what nobody knows", () => {
    expect(namesOf(["c1", "c1", "local.host", "c1.medium", "c1.huge"])).toEqual([
      ["c1.xlarge"],
      ["c1.medium"],
    ]);
    const all = WITH_OWN.groups(["optimal", "default_x86_64", "m6i"]).flat();
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("check", () => {
  test("takes any types of one architecture, or the machine itself", () => {
    expect(WITH_OWN.check(["optimal", "c5", "p3.2xlarge", "my", "my.large"])).toBeUndefined();
    expect(EC2_CATALOGUE.check(["default_arm64", "a1"])).toBeUndefined();
    expect([...EC2_CATALOGUE.architecturesOf(["default_arm64", "a1"])]).toEqual(["arm64"]);
    expect(WITH_OWN.check(["local", "local.host"])).toBeUndefined();
    expect([...WITH_OWN.architecturesOf(["local", "local.host"])]).toEqual([]);
  });

  test.each([
    ["local.host", "c5.large"],
    ["my", "local"],
    ["c5", "c6g", "local.host"],
  ])("refuses the machine itself beside other types: it would never be used", (...entries) => {
    expect(WITH_OWN.check(entries)).toEqual(
      Refusal.wrapped("local.host cannot be used with other instance types."),
    );
  });

  test.each([
    ["c5", "c6g"],
    ["my.large", "c6g.large"],
  ])("refuses a mix of architectures in AWS's words", (...entries) => {
    expect(WITH_OWN.check(entries)).toEqual(
      Refusal.wrapped("arm-based instance type cannot be used with other instance types."),
    );
  });

  test.each(["c5.huge", "C5", "", "constructor", "my.large"])(
    "answers %j with the list of what there is",
    (entry) => {
      expect(EC2_CATALOGUE.check(["c5", entry])).toEqual(
        Refusal.wrapped(`Instance type can only be one of [${EC2_CATALOGUE.knownEntries().join(", ")}]`),
      );
    },
  );

  test("has bundles, families, types, the user's own and the machine itself in that list", () => {
    const names = WITH_OWN.knownEntries();
    expect(names.join(", ")).toMatch(/^optimal, default_x86_64, default_arm64, /);
    expect(names).toEqual(
      expect.arrayContaining(["c5", "c5.large", "local", "local.host", "my", "my.large"]),
    );
  });
});

function namesOf(entries: readonly string[]): readonly (readonly string[])[] {
  return WITH_OWN.groups(entries).map((types) => types.map(({ name }) => name));
}
