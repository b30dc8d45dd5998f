import { expect, test } from "vitest";
import type { ContainerFacts } from "./docker-engine.ts";
import { decideTakeUp } from "./take-up.ts";

type Status = ContainerFacts["status"] | undefined;

const CASES: [status: Status, hasRun: boolean, isUnwanted: boolean, expected: string][] = [
  [undefined, false, false, "start never-ran"],
  [undefined, false, true, "give-up stopped-before-start"],
  [undefined, true, false, "give-up container-gone"],
  [undefined, true, true, "give-up container-gone"],
  ["created", false, false, "start never-ran"],
  ["created", false, true, "give-up stopped-before-start"],
  ["created", true, false, "give-up container-gone"],
  ["removing", true, false, "give-up container-gone"],
  ["running", false, false, "adopt runs"],
  ["paused", true, true, "adopt runs"],
  ["restarting", true, false, "adopt runs"],
  ["exited", false, false, "finish ended"],
  ["dead", true, true, "finish ended"],
];

test.each(CASES)(
  "an attempt whose container is %s (has run: %s, unwanted: %s): %s",
  (status, hasRun, isUnwanted, expected) => {
    const facts = status === undefined ? undefined : aContainer(status);
    const { action, because } = decideTakeUp({ facts, hasRun, isOfEarlierEngine: false, isUnwanted });
    expect(`${action} ${because}`).toBe(expected);
  },
);

test("what an earlier engine may have been starting is not started again", () => {
  const known = { facts: aContainer("created"), hasRun: false, isOfEarlierEngine: true };
  expect(decideTakeUp({ ...known, isUnwanted: false })).toEqual({
    action: "give-up",
    because: "engine-gone",
  });
  expect(decideTakeUp({ ...known, isUnwanted: true })).toEqual({
    action: "give-up",
    because: "stopped-before-start",
  });
});

function aContainer(status: ContainerFacts["status"]): ContainerFacts {
  return {
    id: "an-id",
    name: "a-name",
    labels: {},
    status,
    exitCode: 0,
    isOutOfMemory: false,
    error: "",
    pid: 0,
    stopSignal: "SIGTERM",
  };
}
