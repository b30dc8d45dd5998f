import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Loop } from "./loop.ts";
import type { LoopTask } from "./loop.ts";

const CLOCK = { nowMs: () => 0, monotonicMs: () => 0 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A loop and how it called its task, which ends when `finish` is called and asks to be called again after `dueMs`. */
function aLoop(dueMs: number | undefined, onCall: (loop: Loop, task: LoopTask) => void = () => {}) {
  const failures: unknown[] = [];
  const loop = new Loop({ clock: CLOCK, onFailure: (_task, error) => failures.push(error) });
  const ends: (() => void)[] = [];
  const calls = { count: 0, atOnce: 0, mostAtOnce: 0 };
  const task: LoopTask = {
    name: "task",
    async run() {
      calls.count += 1;
      calls.atOnce += 1;
      calls.mostAtOnce = Math.max(calls.mostAtOnce, calls.atOnce);
      onCall(loop, task);
      await new Promise<void>((resolve) => ends.push(resolve));
      calls.atOnce -= 1;
      return dueMs;
    },
  };
  loop.add(task);
  const finish = async (): Promise<void> => {
    ends.shift()?.();
    await turn();
  };
  return { loop, task, calls, failures, finish };
}

/** Lets time pass and everything happen that is due by then. */
async function turn(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  // Woken tasks are called in the turn behind the next.
  for (let count = 0; count < 3; count += 1) await setImmediate();
}

test("calls a task when it is added, then when it is due", async () => {
  const { calls, finish } = aLoop(100);
  await turn();
  expect(calls.count).toBe(1);
  await finish();
  await turn(99);
  expect(calls.count).toBe(1);
  await turn(1);
  expect(calls.count).toBe(2);
});

test("a task that is woken while it runs is called once more behind that, never beside it", async () => {
  const { loop, task, calls, finish } = aLoop(undefined);
  await turn();
  loop.wake(task);
  loop.wake(task);
  await turn();
  expect(calls.count).toBe(1);
  await finish();
  expect(calls.count).toBe(2);
  await finish();
  expect(calls).toEqual({ count: 2, atOnce: 0, mostAtOnce: 1 });
});

test("a task that wakes itself at once is called behind itself, and no timer is left at the end", async () => {
  const { loop, calls, finish } = aLoop(60_000, (self, task) => {
    if (calls.count === 1) self.wake(task);
  });
  await turn();
  expect(calls).toEqual({ count: 1, atOnce: 1, mostAtOnce: 1 });
  await finish();
  await finish();
  expect(calls).toEqual({ count: 2, atOnce: 0, mostAtOnce: 1 });
  await loop[Symbol.asyncDispose]();
  expect(vi.getTimerCount()).toBe(0);
});

test("a task that failed is called again after a rest", async () => {
  let isBroken = true;
  const { calls, failures } = aLoop(undefined, () => {
    if (isBroken) throw new Error("broken");
  });
  await turn();
  expect(failures).toEqual([new Error("broken")]);
  isBroken = false;
  await turn(499);
  expect(calls.count).toBe(1);
  await turn(1);
  expect(calls.count).toBe(2);
});

test("ends when what is under way has ended, and calls nothing from then on", async () => {
  const { loop, task, calls, finish } = aLoop(1);
  await turn();
  const events: string[] = [];
  const ended = loop[Symbol.asyncDispose]().then(() => events.push("ended"));
  loop.wake(task);
  await turn(1_000);
  events.push("finishing");
  await finish();
  await ended;
  await turn(1_000);
  expect(events).toEqual(["finishing", "ended"]);
  expect(calls.count).toBe(1);
});
