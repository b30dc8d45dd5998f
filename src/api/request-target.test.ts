import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePercent, encodePercent, pathOf, queryOf } from "./request-target.ts";

test.each<[target: string, path: string, query: [string, string][]]>([
  ["/v1/listjobs", "/v1/listjobs", []],
  ["/?", "/", []],
  [
    "/a%2Fb?x=1&x=2",
    "/a%2Fb",
    [
      ["x", "1"],
      ["x", "2"],
    ],
  ],
  [
    "/?a&b=&=c&&d=e=f",
    "/",
    [
      ["a", ""],
      ["b", ""],
      ["", "c"],
      ["d", "e=f"],
    ],
  ],
  ["/?plus=a+b%20c%2B", "/", [["plus", "a+b c+"]]],
  [
    "/?broken=%zz%FF&fine=%C3%BC",
    "/",
    [
      ["broken", "%zz%FF"],
      ["fine", "ü"],
    ],
  ],
  ["/?a=b?c", "/", [["a", "b?c"]]],
])("%s is read as its path and query", (target, path, query) => {
  expect([pathOf(target), queryOf(target)]).toEqual([path, query]);
});

describe("percent-encoding", () => {
  test("leaves AWS's unreserved characters alone and nothing else", () => {
    expect(encodePercent("AZaz09-._~!'()*/:+ ü")).toBe("AZaz09-._~%21%27%28%29%2A%2F%3A%2B%20%C3%BC");
  });

  test("is undone by decoding", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodePercent(encodePercent(text))).toBe(text);
      }),
    );
  });
});
