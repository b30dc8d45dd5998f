import { expect, test } from "vitest";
import { ClockWatch } from "./clock-watch.ts";

test("notices a clock that is set, either way, once, and not one that drifts", () => {
  const watch = new ClockWatch();
  const looks = [
    [1_000_000, 0],
    [1_060_100, 60_000],
    [4_660_100, 60_000],
    [4_661_100, 61_000],
    [1_061_100, 61_000],
  ].map(([nowMs = 0, monotonicMs = 0]) => watch.look(nowMs, monotonicMs));
  expect(looks).toEqual([undefined, undefined, 3_600_000, undefined, -3_600_000]);
});
