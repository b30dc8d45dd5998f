import { describe, expect, test } from "vitest";
import {
  architecturesOf,
  checkInstanceTypes,
  expandInstanceTypes,
  findInstanceType,
  isInstanceTypeBundle,
  isLocalOnly,
  knownInstanceTypeNames,
} from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

describe("findInstanceType", () => {
  test("knows a type with its shape", () => {
    expect(findInstanceType("g4dn.12xlarge")).toEqual({
      name: "g4dn.12xlarge",
      family: "g4dn",
      architecture: "x86_64",
      resources: { vcpuMillis: 48_000, memoryMiB: 196_608, gpuCount: 4 },
    });
  });

  test("counts NVIDIA's GPUs only", () => {
    expect(findInstanceType("g4ad.xlarge")?.resources.gpuCount).toBe(0);
  });

  test.each(["c5", "optimal", "local.host", "c5.huge", ""])("finds no type called %j", (name) => {
    expect(findInstanceType(name)).toBeUndefined();
  });
});

describe("expandInstanceTypes", () => {
  test("takes a family for its sizes, smallest first", () => {
    expect([...expandInstanceTypes(["a1"])]).toEqual([
      "a1.medium",
      "a1.large",
      "a1.xlarge",
      "a1.2xlarge",
      "a1.4xlarge",
      "a1.metal",
    ]);
  });

  test("names each type once, where it comes first", () => {
    expect([...expandInstanceTypes(["g3s.xlarge", "local", "g3s", "local.host"])]).toEqual([
      "g3s.xlarge",
      "local.host",
    ]);
  });

  test.each([
    ["optimal", ["m6i", "c6i", "r6i", "c7i"]],
    ["default_x86_64", ["m6i", "c6i", "r6i", "c7i"]],
    ["default_arm64", ["m6g", "c6g", "r6g", "c7g"]],
  ])("takes the bundle %s for its families, none of which is empty", (bundle, families) => {
    expect(isInstanceTypeBundle(bundle)).toBe(true);
    expect(expandInstanceTypes([bundle])).toEqual(expandInstanceTypes(families));
    for (const family of families) expect(expandInstanceTypes([family]).size).toBeGreaterThan(0);
  });

  test("takes every known name for at least one type", () => {
    const names = knownInstanceTypeNames();
    expect(names.length).toBeGreaterThan(1500);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(expandInstanceTypes([name]).size, name).toBeGreaterThan(0);
  });
});

describe("checkInstanceTypes", () => {
  test("takes any types of one architecture, and the machine itself beside them", () => {
    expect(checkInstanceTypes(["optimal", "c5", "p3.2xlarge", "local.host"])).toBeUndefined();
    expect(checkInstanceTypes(["default_arm64", "a1", "local"])).toBeUndefined();
    expect([...architecturesOf(["default_arm64", "a1", "local"])]).toEqual(["arm64"]);
  });

  test("refuses a mix of architectures in AWS's words", () => {
    expect(checkInstanceTypes(["c5", "c6g"])).toEqual(
      Refusal.wrapped("arm-based instance type cannot be used with other instance types."),
    );
  });

  test.each(["c5.huge", "C5", "", "constructor"])("answers %j with the list of what there is", (entry) => {
    expect(checkInstanceTypes(["c5", entry])).toEqual(
      Refusal.wrapped(`Instance type can only be one of [${knownInstanceTypeNames().join(", ")}]`),
    );
  });

  test("has bundles, families, types and the machine itself in that list", () => {
    const text = knownInstanceTypeNames().join(", ");
    expect(text).toMatch(/^optimal, default_x86_64, default_arm64, /);
    for (const name of ["c5", "c5.large", "local", "local.host"]) {
      expect(knownInstanceTypeNames()).toContain(name);
    }
  });
});

describe("isLocalOnly", () => {
  test.each([
    [["local.host"], true],
    [["local", "local.host"], true],
    [["local.host", "c5"], false],
    [[], false],
  ])("of %j is %j", (entries, expected) => {
    expect(isLocalOnly(entries)).toBe(expected);
  });
});
