import { expect, test } from "vitest";
import { LoadWatch } from "./load-watch.ts";

test("judges by what came since the last question, and counts both kinds of processor time", () => {
  let times = { active: 1_000, idle: 0 };
  const load = new LoadWatch({ utilization: () => times, cpuUsage: () => ({ user: 1_500, system: 500 }) });
  times = { active: 1_070, idle: 30 };
  expect(load.wasBusy()).toBe(false);
  times = { active: 1_150, idle: 50 };
  expect(load.wasBusy()).toBe(true);
  expect(load.wasBusy()).toBe(false);
  expect(load.cpuMs()).toBe(2);
});
