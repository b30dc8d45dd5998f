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
    const { action, because } = decideTakeUp({ facts, hasRun, isUnwanted });
    expect(`${action} ${because}`).toBe(expected);
  },
);

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
