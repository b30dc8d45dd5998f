import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RetryAction, RetryStrategy as RetryStrategyRequest } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";
import { decideRetry, NO_RETRY, parseRetryStrategy } from "./retry-strategy.ts";
import type { EvaluateOnExit, FailedAttempt, RetryStrategy } from "./retry-strategy.ts";

const HOST_LOST: FailedAttempt = { statusReason: "Host EC2 (instance i-0123456789abcdef0) terminated." };
const COMMAND_FAILED: FailedAttempt = { statusReason: "Essential container in task exited", exitCode: 3 };
const OUT_OF_MEMORY: FailedAttempt = {
  statusReason: "Essential container in task exited",
  reason: "OutOfMemoryError: Container killed due to memory usage",
  exitCode: 137,
};
const START_FAILED: FailedAttempt = {
  statusReason: "Task failed to start",
  reason: "CannotPullContainerError: no such image",
};

/** AWS's own idiom: again on a lost host, never for anything else. */
const ON_HOST_LOSS: readonly EvaluateOnExit[] = [
  { onStatusReason: "Host EC2*", action: "RETRY" },
  { onReason: "*", action: "EXIT" },
];
const BY_KIND: readonly EvaluateOnExit[] = [
  { onReason: "CannotInspectContainerError:*", action: "RETRY" },
  { onStatusReason: "Task failed to start", action: "RETRY" },
  { onExitCode: "*", action: "EXIT" },
];

function strategy(evaluateOnExit: readonly EvaluateOnExit[] = [], attempts = 5): RetryStrategy {
  return { attempts, evaluateOnExit };
}

describe("decideRetry", () => {
  test.each<[name: string, rules: readonly EvaluateOnExit[], failed: FailedAttempt, expected: string]>([
    ["retries without rules", [], COMMAND_FAILED, "RETRY no-rule-matched"],
    ["retries a lost host (section 16, line 28)", ON_HOST_LOSS, HOST_LOST, "RETRY rule-matched"],
    ["exits a plain failure by * (section 16, line 28)", ON_HOST_LOSS, COMMAND_FAILED, "EXIT rule-matched"],
    ["exits by * where there is a reason", ON_HOST_LOSS, OUT_OF_MEMORY, "EXIT rule-matched"],
    ["matches a whole text", BY_KIND, START_FAILED, "RETRY rule-matched"],
    ["lets the first match decide", BY_KIND, COMMAND_FAILED, "EXIT rule-matched"],
    [
      "retries with no match (section 16, line 29)",
      [{ onExitCode: "4", action: "EXIT" }],
      COMMAND_FAILED,
      "RETRY no-rule-matched",
    ],
    ["matches an exit code", [{ onExitCode: "3", action: "EXIT" }], COMMAND_FAILED, "EXIT rule-matched"],
    ["matches its beginning", [{ onExitCode: "13*", action: "EXIT" }], OUT_OF_MEMORY, "EXIT rule-matched"],
    [
      "wants the whole text without a *",
      [{ onStatusReason: "Host EC2", action: "EXIT" }],
      HOST_LOST,
      "RETRY no-rule-matched",
    ],
    [
      "takes case for what it is",
      [{ onStatusReason: "host EC2*", action: "EXIT" }],
      HOST_LOST,
      "RETRY no-rule-matched",
    ],
    [
      "wants every pattern of a rule to match",
      [{ onReason: "OutOfMemoryError*", onExitCode: "1", action: "EXIT" }],
      OUT_OF_MEMORY,
      "RETRY no-rule-matched",
    ],
    [
      "matches an absent exit code by * only",
      [
        { onExitCode: "1*", action: "EXIT" },
        { onExitCode: "*", action: "EXIT" },
      ],
      HOST_LOST,
      "EXIT rule-matched",
    ],
    [
      "matches an absent reason by no other pattern",
      [{ onReason: "Cannot*", action: "EXIT" }],
      COMMAND_FAILED,
      "RETRY no-rule-matched",
    ],
    ["matches always without patterns", [{ action: "EXIT" }], HOST_LOST, "EXIT rule-matched"],
  ])("%s", (_name, rules, failed, expected) => {
    const { action, because } = decideRetry(strategy(rules), 1, failed);
    expect(`${action} ${because}`).toBe(expected);
  });

  test("exits on a spent budget whatever the rules say", () => {
    const again: readonly EvaluateOnExit[] = [{ action: "RETRY" }];
    expect(decideRetry(strategy(again, 3), 2, HOST_LOST).action).toBe("RETRY");
    expect(decideRetry(strategy(again, 3), 3, HOST_LOST)).toEqual({
      action: "EXIT",
      because: "attempts-exhausted",
    });
    expect(decideRetry(NO_RETRY, 1, HOST_LOST).because).toBe("attempts-exhausted");
  });

  test("never grants more attempts than the strategy allows", () => {
    const pattern = fc.constantFrom("*", "Host EC2*", "1*", "137", "Task failed to start");
    const anyRule = fc.record(
      {
        onStatusReason: pattern,
        onReason: pattern,
        onExitCode: pattern,
        action: fc.constantFrom<RetryAction>("RETRY", "EXIT"),
      },
      { requiredKeys: ["action"] },
    );
    const anyStrategy = fc.record({
      attempts: fc.integer({ min: 1, max: 10 }),
      evaluateOnExit: fc.array(anyRule, { maxLength: 5 }),
    });
    const anyFailure = fc.constantFrom(HOST_LOST, COMMAND_FAILED, OUT_OF_MEMORY, START_FAILED);
    fc.assert(
      fc.property(anyStrategy, fc.array(anyFailure, { minLength: 12, maxLength: 12 }), (any, failures) => {
        let attemptsMade = 1;
        for (const failed of failures) {
          if (decideRetry(any, attemptsMade, failed).action === "EXIT") break;
          attemptsMade += 1;
        }
        expect(attemptsMade).toBeLessThanOrEqual(any.attempts);
      }),
    );
  });
});

describe("parseRetryStrategy", () => {
  test.each<[name: string, request: RetryStrategyRequest, expected: RetryStrategy]>([
    ["attempts alone", { attempts: 3 }, { attempts: 3, evaluateOnExit: [] }],
    ["nothing", {}, { attempts: 1, evaluateOnExit: [] }],
    ["an empty list without attempts", { evaluateOnExit: [] }, { attempts: 1, evaluateOnExit: [] }],
    [
      "the idiom",
      { attempts: 5, evaluateOnExit: ON_HOST_LOSS },
      { attempts: 5, evaluateOnExit: ON_HOST_LOSS },
    ],
    [
      "the longest pattern",
      strategy([{ onReason: "a".repeat(512), action: "EXIT" }]),
      strategy([{ onReason: "a".repeat(512), action: "EXIT" }]),
    ],
    [
      "white space in a pattern",
      strategy([{ onReason: "a\tb c", action: "EXIT" }]),
      strategy([{ onReason: "a\tb c", action: "EXIT" }]),
    ],
  ])("takes %s", (_name, request, expected) => {
    expect(parseRetryStrategy(request)).toEqual(expected);
  });

  test("takes the action in any case", () => {
    // AWS does, against its own enum.
    const action = "Retry" as RetryAction;
    expect(parseRetryStrategy({ attempts: 2, evaluateOnExit: [{ onExitCode: "1", action }] })).toEqual({
      attempts: 2,
      evaluateOnExit: [{ onExitCode: "1", action: "RETRY" }],
    });
  });

  const reasonText =
    "1 to 512 letters, digits, periods, colons and white space with at most one * at the end";
  test.each<[name: string, request: RetryStrategyRequest, text: string]>([
    ["no attempts", { attempts: 0 }, "retryStrategy.attempts must be between 1 and 10, got 0"],
    ["eleven attempts", { attempts: 11 }, "retryStrategy.attempts must be between 1 and 10, got 11"],
    [
      "rules without attempts (section 16, line 14)",
      { evaluateOnExit: ON_HOST_LOSS },
      "RetryAttempts must be provided with retry strategy",
    ],
    [
      "six rules",
      strategy(Array.from({ length: 6 }, () => ({ action: "EXIT" }))),
      "retryStrategy.evaluateOnExit must have at most 5 entries, got 6",
    ],
    [
      "an action that there is not",
      strategy([{ action: "STOP" as RetryAction }]),
      "retryStrategy.evaluateOnExit[0].action must be RETRY or EXIT, got STOP",
    ],
    [
      "a * in the middle",
      strategy([{ action: "EXIT" }, { onStatusReason: "a*b", action: "EXIT" }]),
      `retryStrategy.evaluateOnExit[1].onStatusReason must be ${reasonText}, got a*b`,
    ],
    [
      "a character that patterns do not have",
      strategy([{ onReason: "a(b", action: "EXIT" }]),
      `retryStrategy.evaluateOnExit[0].onReason must be ${reasonText}, got a(b`,
    ],
    [
      "an empty pattern",
      strategy([{ onReason: "", action: "EXIT" }]),
      `retryStrategy.evaluateOnExit[0].onReason must be ${reasonText}, got `,
    ],
    [
      "a pattern that is too long",
      strategy([{ onReason: "a".repeat(513), action: "EXIT" }]),
      `retryStrategy.evaluateOnExit[0].onReason must be ${reasonText}, got ${"a".repeat(513)}`,
    ],
    [
      "letters in an exit code",
      strategy([{ onExitCode: "1x", action: "EXIT" }]),
      "retryStrategy.evaluateOnExit[0].onExitCode must be 1 to 512 digits with at most one * at the end, got 1x",
    ],
  ])("refuses %s", (_name, request, text) => {
    expect(parseRetryStrategy(request)).toEqual(Refusal.bare(text));
  });
});
