import { expect, test } from "vitest";
import type { ContainerFacts } from "./docker-engine.ts";
import { type EndFacts, diedWithEngine } from "./container-end.ts";

const LEFT_AT_MS = 100_000;

const CASES: [name: string, end: Partial<ContainerFacts>, rest: Partial<EndFacts>, expected: boolean][] = [
  ["SIGKILL under the same engine is its own", { exitCode: 137 }, { isSameEngine: true }, false],
  ["SIGKILL under another engine is the engine's", { exitCode: 137 }, {}, true],
  ["SIGTERM is the engine's", { exitCode: 143 }, {}, true],
  ["the image's own stop signal is the engine's", { exitCode: 131, stopSignal: "SIGQUIT" }, {}, true],
  ["another signal is the command's own", { exitCode: 131 }, {}, false],
  ["255 is the engine's: it found the container gone", { exitCode: 255 }, {}, true],
  ["a kill for memory is the command's own", { exitCode: 137, isOutOfMemory: true }, {}, false],
  ["any other exit code is the command's own", { exitCode: 8 }, {}, false],
  ["but not after a signal that somebody sent", { exitCode: 8 }, { wasSignalled: true }, true],
  ["success after the engine had gone is not believed", {}, { engineLeftAtMs: LEFT_AT_MS }, true],
  ["success before it had gone is", { finishedAtMs: 50_000 }, { engineLeftAtMs: LEFT_AT_MS }, false],
  ["success that nobody watched is not", {}, {}, true],
];

test.each(CASES)("%s", (_name, end, rest, expected) => {
  const facts: ContainerFacts = {
    id: "an-id",
    name: "a-name",
    labels: {},
    status: "exited",
    startedAtMs: 1_000,
    finishedAtMs: LEFT_AT_MS + 5,
    exitCode: 0,
    isOutOfMemory: false,
    error: "",
    pid: 0,
    stopSignal: "SIGTERM",
    ...end,
  };
  const nothing = { isSameEngine: false, wasSignalled: false, engineLeftAtMs: undefined };
  expect(diedWithEngine({ ...nothing, ...rest, facts })).toBe(expected);
});
