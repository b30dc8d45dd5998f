import type { Wish } from "./crash-record.ts";
import type { AttemptFacts, FinalFacts, JobFacts } from "./final-facts.ts";
import { jobTagsKey } from "./job-load.ts";
import type { JobPlan } from "./job-plans.ts";
import type { Mark } from "./marks.ts";

export const EXITED = "Essential container in task exited";

/** Fails at first with 75 and then succeeds; each attempt writes two lines. */
export const RETRIED: JobPlan = {
  name: "retried-1",
  kind: "retried",
  script: "",
  attempts: 3,
  retriesExits: true,
  exitCodes: [75, 0],
  logLines: [
    ["first begins", "first ends"],
    ["second begins", "second ends"],
  ],
  stopCodes: [143],
};
export const ENDLESS: JobPlan = {
  ...RETRIED,
  name: "endless-2",
  kind: "endless",
  attempts: 1,
  exitCodes: [],
  logLines: [["waits"]],
};

export const RETRIED_JOB: JobFacts = {
  jobId: "a",
  name: "retried-1",
  status: "SUCCEEDED",
  statusReason: EXITED,
  exitCode: 0,
  createdAtMs: 500,
  stoppedAtMs: 1_000,
  isCancelled: false,
  isTerminated: false,
  attempts: [attempt("a1", 75), attempt("a2", 0)],
};
export const ENDLESS_JOB: JobFacts = {
  jobId: "b",
  name: "endless-2",
  status: "FAILED",
  statusReason: "enough",
  exitCode: 143,
  createdAtMs: 500,
  stoppedAtMs: 2_000,
  isCancelled: false,
  isTerminated: true,
  attempts: [{ ...attempt("b1", 143), statusReason: "enough" }],
};
export const TERMINATION: Wish = {
  kind: "terminate",
  jobId: "b",
  reason: "enough",
  fate: "answered",
  askedAtMs: 1_400,
  answeredAtMs: 1_500,
};

export const FACTS: FinalFacts = {
  listedJobIds: ["b", "a"],
  jobs: [RETRIED_JOB, ENDLESS_JOB],
  children: new Map(),
  order: [],
  starts: new Map([
    ["a", [mark(1, "a1"), mark(2, "a2")]],
    ["b", [mark(1, "b1")]],
  ]),
  ends: new Map([["a", [mark(1, "a1", 75), mark(2, "a2", 0)]]]),
  logs: new Map([
    ["log/a1", ["first begins", "first ends"]],
    ["log/a2", ["second begins", "second ends"]],
    ["log/b1", ["waits"]],
  ]),
  followedLogs: new Map([["log/a2", ["second begins", "second ends"]]]),
  resources: new Map([
    [jobTagsKey("a"), { tag: "1" }],
    ["job-queue/q", { level: 1 }],
    ["job-queue/gone", null],
  ]),
};

export function attempt(taskId: string, exitCode: number): AttemptFacts {
  return { taskId, exitCode, statusReason: EXITED, logStreamName: `log/${taskId}` };
}

export function mark(attemptNumber: number, taskId: string, exitCode?: number): Mark {
  return { attemptNumber, taskId, ...(exitCode !== undefined && { exitCode }) };
}

export function replaced<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
): ReadonlyMap<string, Value> {
  return new Map([...map, [key, value]]);
}
