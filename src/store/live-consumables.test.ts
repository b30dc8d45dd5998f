import { expect, test } from "vitest";
import { LiveConsumables } from "./live-consumables.ts";

const NEEDS = [
  { consumableResource: "licence", quantity: 2 },
  { consumableResource: "token", quantity: 1 },
];
const ENDED = { outcome: { kind: "exited", exitCode: 0 } } as const;

function held(consumables: LiveConsumables): number[] {
  return [consumables.heldOf("licence"), consumables.heldOf("token")];
}

test("an attempt holds what its job needs, once, until it ends", () => {
  const consumables = new LiveConsumables();
  consumables.submit({ jobId: "1", consumableResources: NEEDS });
  expect(held(consumables)).toEqual([0, 0]);
  consumables.noteAttempt({ jobId: "1", taskId: "t1" });
  consumables.noteAttempt({ jobId: "1", taskId: "t1" });
  expect(held(consumables)).toEqual([2, 1]);
  consumables.noteAttempt({ jobId: "1", taskId: "t1", ...ENDED });
  consumables.noteAttempt({ jobId: "1", taskId: "t1", ...ENDED });
  expect(held(consumables)).toEqual([0, 0]);
  consumables.noteChange({ jobId: "1", patch: { status: "RUNNABLE" } });
  consumables.noteAttempt({ jobId: "1", taskId: "t2" });
  consumables.noteChange({ jobId: "1", patch: { status: "FAILED" } });
  expect(held(consumables)).toEqual([2, 1]);
  consumables.noteAttempt({ jobId: "1", taskId: "t2", ...ENDED });
  expect(held(consumables)).toEqual([0, 0]);
});

test("each child of an array holds what the array needs", () => {
  const consumables = new LiveConsumables();
  consumables.submit({ jobId: "a", consumableResources: NEEDS });
  expect(consumables.neededBy("a:3")).toEqual(NEEDS);
  consumables.noteAttempt({ jobId: "a:0", taskId: "t0" });
  consumables.noteAttempt({ jobId: "a:1", taskId: "t1" });
  consumables.noteChange({ jobId: "a:0", patch: { status: "FAILED" } });
  expect(held(consumables)).toEqual([4, 2]);
});

test("a job that needs nothing holds nothing", () => {
  const consumables = new LiveConsumables();
  consumables.submit({ jobId: "1", consumableResources: NEEDS });
  consumables.submit({ jobId: "2" });
  consumables.noteAttempt({ jobId: "2", taskId: "t" });
  expect(consumables.neededBy("2")).toEqual([]);
  expect(held(consumables)).toEqual([0, 0]);
});
