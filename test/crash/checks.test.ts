import { describe, expect, test } from "vitest";
import { findMistakes } from "./checks.ts";
import {
  EXITED,
  RETRIED,
  ENDLESS,
  RETRIED_JOB,
  ENDLESS_JOB,
  TERMINATION,
  FACTS,
  attempt,
  mark,
  replaced,
} from "./crash-examples.ts";
import { CrashRecord } from "./crash-record.ts";
import type { Fate, Wish } from "./crash-record.ts";
import type { FinalFacts, JobFacts } from "./final-facts.ts";
import { jobTagsKey } from "./job-load.ts";

/** What was asked and acknowledged; by default it goes with `FACTS`. */
function record({
  fate = "answered",
  wishes = [TERMINATION],
}: { readonly fate?: Fate; readonly wishes?: readonly Wish[] } = {}): CrashRecord {
  const made = new CrashRecord();
  made.addSubmission(fate === "answered" ? { plan: RETRIED, fate, jobId: "a" } : { plan: RETRIED, fate });
  made.addSubmission({ plan: ENDLESS, fate: "answered", jobId: "b" });
  made.wishes.push(...wishes);
  made.resource(jobTagsKey("a")).change(() => ({ tag: "1" }), "answered");
  made.resource("job-queue/q").change(() => ({ level: 1 }), "answered");
  made.resource("job-queue/gone").change(() => ({ level: 1 }), "answered");
  made.resource("job-queue/gone").change(() => null, "answered");
  return made;
}

/** The facts with another retried job. */
function withJob(change: Partial<JobFacts>): FinalFacts {
  return { ...FACTS, jobs: [{ ...RETRIED_JOB, ...change }, ENDLESS_JOB] };
}

function withEndless(change: Partial<JobFacts>): FinalFacts {
  return { ...FACTS, jobs: [RETRIED_JOB, { ...ENDLESS_JOB, ...change }] };
}

describe("findMistakes", () => {
  test("finds none where everything held", () => {
    expect(findMistakes(record(), FACTS)).toEqual([]);
  });

  test("takes it that a submission whose answer was lost was made, or was not", () => {
    const lost = record({ fate: "lost" });
    expect(findMistakes(lost, FACTS)).toEqual([]);
    const without: FinalFacts = {
      ...FACTS,
      listedJobIds: ["b"],
      jobs: [ENDLESS_JOB],
      starts: new Map([["b", [mark(1, "b1")]]]),
      ends: new Map(),
    };
    expect(findMistakes(lost, without)).toEqual([]);
  });

  test("takes it that one who is stopped has not got to its end, or not to its beginning", () => {
    const unstarted = { taskId: "b1", statusReason: "enough" };
    const { exitCode: _none, ...job } = ENDLESS_JOB;
    const facts: FinalFacts = {
      ...FACTS,
      jobs: [RETRIED_JOB, { ...job, attempts: [unstarted] }],
      starts: new Map([["a", [mark(1, "a1"), mark(2, "a2")]]]),
      logs: new Map([...FACTS.logs].filter(([name]) => name !== "log/b1")),
    };
    expect(findMistakes(record(), facts)).toEqual([]);
  });

  test("takes it that a change whose answer was lost was made, or was not", () => {
    const asked = record();
    asked.resource("job-queue/q").change(() => ({ level: 2 }), "lost");
    for (const level of [1, 2]) {
      const resources = replaced(FACTS.resources, "job-queue/q", { level });
      expect(findMistakes(asked, { ...FACTS, resources })).toEqual([]);
    }
    const resources = replaced(FACTS.resources, "job-queue/q", { level: 3 });
    expect(findMistakes(asked, { ...FACTS, resources })).toEqual([
      'job-queue/q is {"level":3}, must be {"level":1} or {"level":2}',
    ]);
  });

  const starts = FACTS.starts;
  const ends = FACTS.ends;
  test.each<[fault: string, facts: FinalFacts, mistakes: readonly string[]]>([
    [
      "an acknowledged job that is lost",
      { ...FACTS, listedJobIds: ["b"], jobs: [ENDLESS_JOB], starts: new Map() },
      ["retried-1 was acknowledged as a and is not there"],
    ],
    ["a job that is listed twice", { ...FACTS, listedJobIds: ["a", "b", "a"] }, ["job a is listed 2 times"]],
    [
      "a submission that made two jobs",
      {
        ...FACTS,
        listedJobIds: ["a", "b", "c"],
        jobs: [...FACTS.jobs, { ...RETRIED_JOB, jobId: "c" }],
        starts: replaced(starts, "c", starts.get("a") ?? []),
        ends: replaced(ends, "c", ends.get("a") ?? []),
      },
      ["retried-1 was submitted once and exists 2 times"],
    ],
    [
      "a job that nobody submitted",
      {
        ...FACTS,
        listedJobIds: ["a", "b", "c"],
        jobs: [...FACTS.jobs, { ...RETRIED_JOB, jobId: "c", name: "strange", attempts: [] }],
      },
      ["strange (c) was submitted by nobody"],
    ],
    [
      "a run of a job that is not there",
      { ...FACTS, starts: replaced(starts, "c", [mark(1, "c1")]) },
      ["job c has run and is not there"],
    ],
    [
      "an attempt that was run twice",
      { ...FACTS, starts: replaced(starts, "a", [mark(1, "a1"), mark(2, "a2"), mark(2, "a2")]) },
      ["retried-1 (a) has run attempt 2 2 times"],
    ],
    [
      "an attempt that was stopped and run twice",
      { ...FACTS, starts: replaced(starts, "b", [mark(1, "b1"), mark(1, "b1")]) },
      ["endless-2 (b) has run attempt 1 2 times"],
    ],
    [
      "an attempt that was run under another id as well",
      { ...FACTS, starts: replaced(starts, "a", [mark(1, "a1"), mark(2, "a2"), mark(2, "a3")]) },
      [
        "retried-1 (a) has run attempt 2 as task a3, which is recorded as a2",
        "retried-1 (a) has run attempt 2 2 times",
      ],
    ],
    [
      "an attempt that nobody knows of",
      { ...FACTS, starts: replaced(starts, "a", [mark(1, "a1"), mark(2, "a2"), mark(3, "a3")]) },
      ["retried-1 (a) has run attempt 3 as task a3, which is recorded as undefined"],
    ],
    [
      "an attempt that is said to have run and has not",
      { ...FACTS, starts: replaced(starts, "a", [mark(1, "a1")]) },
      ["retried-1 (a) has not run attempt 2"],
    ],
    [
      "an attempt that came to its end twice",
      { ...FACTS, ends: replaced(ends, "a", [mark(1, "a1", 75), mark(2, "a2", 0), mark(2, "a2", 0)]) },
      ["retried-1 (a) has left attempt 2 with 0, 0, recorded is 0"],
    ],
    [
      "an attempt that was ended before its end",
      { ...FACTS, ends: replaced(ends, "a", [mark(1, "a1", 75)]) },
      ["retried-1 (a) has left attempt 2 with , recorded is 0"],
    ],
    [
      "a wrong exit code",
      withJob({ attempts: [attempt("a1", 137), attempt("a2", 0)] }),
      [
        "retried-1 (a) must have exit codes 75, 0, has 137, 0",
        "retried-1 (a) has left attempt 1 with 75, recorded is 137",
      ],
    ],
    [
      "a wrong exit code of the job",
      withJob({ exitCode: 1 }),
      ["retried-1 (a) must show exit code 0, shows 1"],
    ],
    [
      "a host that is said to be lost",
      withJob({
        attempts: [
          { ...attempt("a1", 75), statusReason: "Host EC2 (instance i-1) terminated." },
          attempt("a2", 0),
        ],
      }),
      ["retried-1 (a) has an attempt with the status reason Host EC2 (instance i-1) terminated."],
    ],
    ["a wrong status", withJob({ status: "FAILED" }), ["retried-1 (a) must be SUCCEEDED, is FAILED"]],
    [
      "a job that has not ended",
      withJob({ status: "RUNNING" }),
      ["retried-1 (a) must be SUCCEEDED, is RUNNING"],
    ],
    [
      "a termination that is lost",
      withEndless({ isTerminated: false, statusReason: EXITED }),
      [
        `endless-2 (b) cannot have ended of itself, is FAILED (${EXITED}) with 143`,
        "endless-2 (b) has left attempt 1 with , recorded is 143",
      ],
    ],
    [
      "a termination for a reason that nobody gave",
      withEndless({ statusReason: "because" }),
      ['endless-2 (b) says "because", with which nobody asked to terminate it'],
    ],
    [
      "a termination shown as a cancellation",
      withEndless({ isTerminated: false, isCancelled: true }),
      ['endless-2 (b) says "enough", with which nobody asked to cancel it'],
    ],
    [
      "a line that is lost",
      { ...FACTS, logs: replaced(FACTS.logs, "log/a2", ["second begins"]) },
      ["the log of retried-1, attempt 2, has 1 lines, must have 2"],
    ],
    [
      "a line that is there twice",
      { ...FACTS, logs: replaced(FACTS.logs, "log/a1", ["first begins", "first begins", "first ends"]) },
      ['the log of retried-1, attempt 1, has as line 2 "first begins", must be "first ends"'],
    ],
    [
      "a line that was missed by who followed the log",
      { ...FACTS, followedLogs: new Map([["log/a2", ["second ends"]]]) },
      ['the log of retried-1, attempt 2, has as line 1 "second ends", must be "second begins"'],
    ],
    [
      "a line that an attempt that was stopped cannot have written",
      { ...FACTS, logs: replaced(FACTS.logs, "log/b1", ["waits", "first begins"]) },
      ['the log of endless-2, attempt 1, has as line 2 "first begins", must be "undefined"'],
    ],
    [
      "a tag that is lost",
      { ...FACTS, resources: replaced(FACTS.resources, jobTagsKey("a"), {}) },
      ['job-tags/a is {}, must be {"tag":"1"}'],
    ],
    [
      "a queue that is lost",
      { ...FACTS, resources: replaced(FACTS.resources, "job-queue/q", null) },
      ['job-queue/q is null, must be {"level":1}'],
    ],
    [
      "a queue that was deleted and is there",
      { ...FACTS, resources: replaced(FACTS.resources, "job-queue/gone", { level: 1 }) },
      ['job-queue/gone is {"level":1}, must be null'],
    ],
  ])("finds %s", (_fault, facts, mistakes) => {
    expect(findMistakes(record(), facts)).toEqual(mistakes);
  });

  test("finds a termination that was ignored", () => {
    const ignored: Wish = { ...TERMINATION, jobId: "a", answeredAtMs: 999 };
    expect(findMistakes(record({ wishes: [TERMINATION, ignored] }), FACTS)).toEqual([
      "retried-1 (a) was to be terminated (enough) and ended later of itself",
    ]);
    const tooLate = { ...ignored, answeredAtMs: 1_001 };
    expect(findMistakes(record({ wishes: [TERMINATION, tooLate] }), FACTS)).toEqual([]);
  });

  test("finds a termination that was ignored for the sake of a later one", () => {
    const earlier: Wish = { ...TERMINATION, reason: "at once", askedAtMs: 1_200, answeredAtMs: 1_300 };
    expect(findMistakes(record({ wishes: [earlier, TERMINATION] }), FACTS)).toEqual([
      'endless-2 (b) was asked to terminate (at once) before "enough" was said',
    ]);
    const lost: Wish = { ...earlier, fate: "lost" };
    expect(findMistakes(record({ wishes: [lost, TERMINATION] }), FACTS)).toEqual([]);
    const cancellation: Wish = { ...earlier, kind: "cancel" };
    expect(findMistakes(record({ wishes: [cancellation, TERMINATION] }), FACTS)).toEqual([]);
  });

  test("finds a second attempt after a termination", () => {
    const wish: Wish = { ...TERMINATION, jobId: "a" };
    const facts = withJob({
      status: "FAILED",
      isTerminated: true,
      statusReason: "enough",
      attempts: [attempt("a1", 143), attempt("a2", 0)],
    });
    expect(findMistakes(record({ wishes: [TERMINATION, wish] }), facts)).toEqual([
      "retried-1 (a) attempt 1 has exit code 143",
      "retried-1 (a) has left attempt 1 with 75, recorded is 143",
    ]);
  });
});

describe("CrashRecord", () => {
  const seen = { jobId: "a", jobName: "j", jobQueue: "q", jobDefinition: "d", startedAt: 0 };

  test("finds a status that is taken back", () => {
    const asked = new CrashRecord();
    for (const status of ["SUBMITTED", "RUNNING", "STARTING"] as const) asked.seeJob({ ...seen, status });
    expect(asked.mistakes).toEqual(["j was shown RUNNING and then STARTING (0 attempts)"]);
  });

  test("finds an end that is changed", () => {
    const asked = new CrashRecord();
    for (const status of ["SUCCEEDED", "FAILED"] as const) asked.seeJob({ ...seen, status });
    expect(asked.mistakes).toEqual(["j was shown SUCCEEDED and then FAILED (0 attempts)"]);
  });

  test("takes it that a retried job is RUNNABLE again", () => {
    const asked = new CrashRecord();
    asked.seeJob({ ...seen, status: "RUNNING" });
    asked.seeJob({ ...seen, status: "RUNNABLE", attempts: [{}] });
    expect(asked.mistakes).toEqual([]);
  });

  test("takes it that a main node has ended before the others", () => {
    const asked = new CrashRecord();
    const nodes = { ...seen, nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: [] } };
    asked.seeJob({ ...nodes, status: "RUNNING" });
    asked.seeJob({ ...nodes, status: "RUNNING", attempts: [{}] });
    asked.seeJob({ ...nodes, status: "STARTING", attempts: [{}] });
    expect(asked.mistakes).toEqual([]);
    asked.seeJob({ ...nodes, status: "STARTING" });
    expect(asked.mistakes).toEqual(["j was shown STARTING and then STARTING (0 attempts)"]);
  });

  test("finds an array whose summary does not add up", () => {
    const asked = new CrashRecord();
    const summary = { RUNNABLE: 1, RUNNING: 2 };
    const array = { ...seen, status: "PENDING" } as const;
    asked.seeJob({ ...array, arrayProperties: { size: 3, statusSummary: summary } });
    expect(asked.mistakes).toEqual([]);
    asked.seeJob({ ...array, arrayProperties: { size: 4, statusSummary: summary } });
    expect(asked.mistakes).toEqual(['j has 4 children, and tells of {"RUNNABLE":1,"RUNNING":2}']);
  });

  test("finds an acknowledged job that is not there", () => {
    const asked = new CrashRecord();
    asked.seeJobs(["a", "b"], [{ ...seen, status: "RUNNING" }]);
    expect(asked.mistakes).toEqual(["job b was acknowledged and is not there"]);
  });

  test("finds a call that was refused", () => {
    const asked = new CrashRecord();
    expect(
      asked.fateOf("a submission", { fate: "refused", because: "500 ServerException: no" }),
    ).toBeUndefined();
    expect(asked.mistakes).toEqual(["a submission was refused: 500 ServerException: no"]);
  });

  test("finds a resource that is not as it was left", () => {
    const asked = new CrashRecord();
    asked.resource("job-queue/q").change(() => ({ level: 1 }), "answered");
    asked.see("job-queue/q", null);
    expect(asked.mistakes).toEqual(['job-queue/q is null, must be {"level":1}']);
  });
});
