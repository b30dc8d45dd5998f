import { describe, expect, test } from "vitest";
import { findMistakes } from "./checks.ts";
import { RETRIED, RETRIED_JOB, FACTS, attempt, mark, replaced } from "./crash-examples.ts";
import { CrashRecord } from "./crash-record.ts";
import type { AttemptFacts, FinalFacts, JobFacts } from "./final-facts.ts";
import type { JobPlan } from "./job-plans.ts";

describe("findMistakes where the engine went away", () => {
  const HOST_LOST = "Host EC2 (instance i-01) terminated.";
  /** Retried only where it loses its host, in its first attempt here. */
  const plan: JobPlan = {
    ...RETRIED,
    retriesExits: false,
    exitCodes: [7],
    logLines: [["one", "two", "three"]],
  };
  const lost: AttemptFacts = {
    taskId: "a1",
    statusReason: HOST_LOST,
    startedAtMs: 100,
    stoppedAtMs: 300,
    logStreamName: "log/a1",
  };
  const job: JobFacts = {
    ...RETRIED_JOB,
    status: "FAILED",
    exitCode: 7,
    attempts: [lost, { ...attempt("a2", 7), startedAtMs: 400, stoppedAtMs: 500 }],
  };
  const facts: FinalFacts = {
    ...FACTS,
    listedJobIds: ["a"],
    jobs: [job],
    starts: new Map([["a", [mark(1, "a1"), mark(2, "a2")]]]),
    ends: new Map([["a", [mark(2, "a2", 7)]]]),
    logs: new Map([
      ["log/a1", ["one", "three"]],
      ["log/a2", ["one", "two", "three"]],
    ]),
    followedLogs: new Map(),
    resources: new Map(),
  };

  function mistakesOf(change: Partial<FinalFacts>, fromMs = 200): readonly string[] {
    const asked = new CrashRecord();
    asked.addSubmission({ plan, fate: "answered", jobId: "a" });
    asked.outages.push({ fromMs, toMs: fromMs + 50 });
    return findMistakes(asked, { ...facts, ...change });
  }

  test("takes it that an attempt went down with it, and that its log lacks something", () => {
    expect(mistakesOf({})).toEqual([]);
  });

  test.each<[fault: string, change: Partial<FinalFacts>, mistakes: readonly string[]]>([
    [
      "a lost attempt that is not followed by another",
      { jobs: [{ ...job, statusReason: HOST_LOST, attempts: [lost] }], starts: new Map(), ends: new Map() },
      ["retried-1 (a) must have exit codes , 7, has "],
    ],
    [
      "an attempt that was lost and run twice",
      { starts: new Map([["a", [mark(1, "a1"), mark(1, "a1"), mark(2, "a2")]]]) },
      ["retried-1 (a) has run attempt 1 2 times"],
    ],
    [
      "a line that is there twice",
      { logs: replaced(facts.logs, "log/a1", ["one", "one"]) },
      ['the log of retried-1, attempt 1, has as line 2 "one", which does not belong there'],
    ],
    [
      "a gap in the log of an attempt that ran when the engine was there",
      { logs: replaced(facts.logs, "log/a2", ["one", "three"]) },
      ['the log of retried-1, attempt 2, has as line 2 "three", must be "two"'],
    ],
  ])("finds %s", (_fault, change, mistakes) => {
    expect(mistakesOf(change)).toEqual(mistakes);
  });

  test("finds an attempt that is said to be lost and ran when the engine was there", () => {
    expect(mistakesOf({ logs: replaced(facts.logs, "log/a1", ["one", "two", "three"]) }, 70_000)).toContain(
      `retried-1 (a) has an attempt with the status reason ${HOST_LOST}`,
    );
  });
});
