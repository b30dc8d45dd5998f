import { describe, expect, test } from "vitest";
import { isInstanceTypeBundle, isLocalOnly } from "./instance-type.ts";

describe("isInstanceTypeBundle", () => {
  test.each([
    ["optimal", true],
    ["default_x86_64", true],
    ["default_arm64", true],
    ["c5", false],
    ["local", false],
  ])("of %s is %j", (entry, expected) => {
    expect(isInstanceTypeBundle(entry)).toBe(expected);
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
