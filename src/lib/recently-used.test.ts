import { expect, test } from "vitest";
import { RecentlyUsed } from "./recently-used.ts";

test("beyond the size the one goes that was not used for longest, whether used means set or asked for", () => {
  const recent = new RecentlyUsed<{ readonly name: string }>(2);
  recent.set("a", { name: "a" });
  recent.set("b", { name: "b" });
  expect([recent.get("b"), recent.get("a"), recent.get("a")]).toEqual([
    { name: "b" },
    { name: "a" },
    { name: "a" },
  ]);
  recent.set("c", { name: "c" });
  expect([recent.get("a"), recent.get("b"), recent.get("c")]).toEqual([
    { name: "a" },
    undefined,
    { name: "c" },
  ]);
});

test("a value that is set again is the new one and takes no second place", () => {
  const recent = new RecentlyUsed<{ readonly version: number }>(2);
  recent.set("a", { version: 1 });
  recent.set("b", { version: 1 });
  recent.set("a", { version: 2 });
  expect([recent.get("a"), recent.get("b")]).toEqual([{ version: 2 }, { version: 1 }]);
});
