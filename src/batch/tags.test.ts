import { describe, expect, test } from "vitest";
import { Refusal } from "./refusal.ts";
import { mergeTags, parseTags, removeTags } from "./tags.ts";
import type { Tags } from "./tags.ts";

function manyTags(count: number): Tags {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
}

describe("parseTags", () => {
  test.each<[name: string, tags: Tags]>([
    ["one", { team: "genomics" }],
    ["none", {}],
    ["fifty", manyTags(50)],
    ["an empty value", { team: "" }],
    ["the longest key and value", { ["k".repeat(128)]: "v".repeat(256) }],
    ["a key of 128 characters that take two units each", { ["😀".repeat(128)]: "" }],
    ["keys that differ in case only", { team: "a", Team: "b" }],
    ["a key with aws in its middle", { "my-aws:key": "v" }],
  ])("takes %s", (_name, tags) => {
    expect(parseTags(tags)).toEqual(tags);
  });

  test("takes an absent map for no tags", () => {
    expect(parseTags(undefined)).toEqual({});
  });

  test.each<[name: string, tags: Tags, text: string]>([
    ["fifty-one", manyTags(51), "tags must have between 1 and 50 entries, got 51"],
    ["an empty key", { "": "v" }, "tags: a key must have between 1 and 128 characters, got 0"],
    ["a long key", { ["k".repeat(129)]: "v" }, "tags: a key must have between 1 and 128 characters, got 129"],
    ["a long value", { k: "v".repeat(257) }, "tags.k must have at most 256 characters, got 257"],
    [
      "a reserved key",
      { "aws:x": "v" },
      "tags: a key must not begin with aws:, which is reserved, got aws:x",
    ],
    [
      "it in capitals",
      { "AWS:x": "v" },
      "tags: a key must not begin with aws:, which is reserved, got AWS:x",
    ],
  ])("refuses %s", (_name, tags, text) => {
    expect(parseTags(tags)).toEqual(Refusal.bare(text));
  });
});

describe("mergeTags", () => {
  test("lets new values win and leaves other keys alone", () => {
    expect(mergeTags({ a: "1", b: "2" }, { b: "3", c: "4" })).toEqual({ a: "1", b: "3", c: "4" });
  });

  test("refuses a fifty-first tag and takes another value for one of fifty", () => {
    expect(mergeTags(manyTags(50), { k0: "new" })).toEqual({ ...manyTags(50), k0: "new" });
    expect(mergeTags(manyTags(50), { other: "v" })).toEqual(
      Refusal.bare("tags of a resource must have at most 50 entries, would have 51"),
    );
  });
});

test("removeTags takes the named keys away and passes over absent ones", () => {
  expect(removeTags({ a: "1", b: "2" }, ["b", "z"])).toEqual({ a: "1" });
});
