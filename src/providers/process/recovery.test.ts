import { describe, expect, test } from "vitest";
import { type RecoveryFacts, decideRecovery } from "./recovery.ts";

const CLAIMED = { runId: "t" };
const ENDED = { runId: "t", end: { code: 0, cpuTimeMs: 0, uptimeSeconds: 1 } };

describe("decideRecovery", () => {
  test.each<[name: string, facts: Partial<RecoveryFacts>, expected: string]>([
    ["starts what no runner has claimed", {}, "start never-claimed"],
    [
      "goes on with what a living runner has",
      { recorded: CLAIMED, isRunnerAlive: true },
      "adopt runner-alive",
    ],
    ["reports what has ended", { recorded: ENDED }, "report ended"],
    [
      "reports what has ended though its runner lives",
      { recorded: ENDED, isRunnerAlive: true },
      "report ended",
    ],
    ["reports what has ended before a reboot", { recorded: ENDED, isSameBoot: false }, "report ended"],
    ["gives up what a dead runner had", { recorded: CLAIMED }, "give-up runner-dead"],
    ["gives up what a reboot ended", { recorded: CLAIMED, isSameBoot: false }, "give-up rebooted"],
    ["gives up what a reboot may have ended", { isSameBoot: false }, "give-up rebooted"],
    ["gives up what runs and has no record", { hasRun: true }, "give-up record-gone"],
    [
      "goes on with what was begun since a reboot that is not noted yet",
      { recorded: CLAIMED, isRunnerAlive: true, isSameBoot: false },
      "adopt runner-alive",
    ],
  ])("%s", (_name, facts, expected) => {
    const { action, because } = decideRecovery({
      recorded: undefined,
      isRunnerAlive: false,
      isSameBoot: true,
      hasRun: false,
      ...facts,
    });
    expect(`${action} ${because}`).toBe(expected);
  });
});
