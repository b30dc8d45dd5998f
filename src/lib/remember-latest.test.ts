import { expect, test } from "vitest";
import { rememberLatest } from "./remember-latest.ts";

test("computes anew for another text only, and keeps nothing of what failed", () => {
  const computed: string[] = [];
  const remembered = rememberLatest((text) => {
    computed.push(text);
    if (text === "bad") throw new Error(text);
    return text.toUpperCase();
  });
  expect([remembered("a"), remembered("a"), remembered("b"), remembered("a")]).toEqual(["A", "A", "B", "A"]);
  expect(() => remembered("bad")).toThrow("bad");
  expect(() => remembered("bad")).toThrow("bad");
  expect(remembered("a")).toBe("A");
  expect(computed).toEqual(["a", "b", "a", "bad", "bad"]);
});
