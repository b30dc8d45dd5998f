import { expect, test } from "vitest";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";
import { Interrupts } from "./interrupts.ts";

test("a signal while the job is submitted leaves the next one to end the program, and counts once there is a job", async () => {
  const listeners = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  const asked: unknown[] = [];
  using interrupts = new Interrupts(aContext(listeners, asked), aDisplay());
  send(listeners, "SIGTERM");
  expect(listeners.size).toBe(0);
  expect(asked).toEqual([]);

  interrupts.begin("id");
  await interrupts.settled();
  expect(asked).toEqual([["TerminateJob", "id"]]);
  expect(listeners.size).toBe(1);
  send(listeners, "SIGINT");
  expect(interrupts.left.aborted).toBe(true);
  expect(listeners.size).toBe(0);
});

function send(listeners: ReadonlySet<(signal: "SIGINT" | "SIGTERM") => void>, signal: "SIGINT" | "SIGTERM") {
  for (const listener of listeners) listener(signal);
}

function aContext(listeners: Set<(signal: "SIGINT" | "SIGTERM") => void>, asked: unknown[]): Context {
  const surroundings = {
    isInteractive: false,
    onSignal(listener: (signal: "SIGINT" | "SIGTERM") => void) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  const client = {
    batch(operation: string, { jobId }: { readonly jobId: string }) {
      asked.push([operation, jobId]);
      return Promise.resolve({});
    },
  };
  // What else there is of a context is not looked at.
  return { surroundings, client } as unknown as Context;
}

function aDisplay(): Display {
  return { say: () => Promise.resolve() } as unknown as Display;
}
