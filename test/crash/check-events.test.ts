import { expect, test } from "vitest";
import { checkEvents } from "./check-events.ts";
import { ENDLESS_JOB, FACTS, RETRIED_JOB } from "./crash-examples.ts";
import type { ToldEvent } from "./event-follower.ts";
import type { JobFacts } from "./final-facts.ts";

const CHILD: JobFacts = { ...ENDLESS_JOB, jobId: "b:0", attempts: [] };
const facts = { ...FACTS, children: new Map([["b", [CHILD]]]) };

function life(jobId: string, ...statuses: readonly string[]): readonly ToldEvent[] {
  return statuses.map((status) => ({ jobId, status }));
}

const RETRIED_LIFE = ["RUNNABLE", "STARTING", "RUNNING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"];
const TOLD = [...life("b", "PENDING", "FAILED"), ...life("a", ...RETRIED_LIFE)];

test.each<[claim: string, told: readonly ToldEvent[], mistakes: readonly string[]]>([
  ["lives that end as is shown are right, also where a child has none", TOLD, []],
  [
    "a step that no job takes is a mistake",
    [...life("b", "RUNNABLE", "RUNNING", "FAILED"), ...life("a", ...RETRIED_LIFE)],
    ["the events of b go from RUNNABLE to RUNNING"],
  ],
  [
    "nothing follows the end of a job",
    [...TOLD, ...life("a", "RUNNABLE", "FAILED")],
    [
      "the events of a go from SUCCEEDED to RUNNABLE",
      `the last event of ${RETRIED_JOB.name} (a) is FAILED, and it is SUCCEEDED`,
    ],
  ],
  [
    "a job without events is a mistake",
    life("a", ...RETRIED_LIFE),
    [`the last event of ${ENDLESS_JOB.name} (b) is undefined, and it is FAILED`],
  ],
  [
    "a child whose last event is not its end is a mistake",
    [...TOLD, ...life("b:0", "RUNNABLE")],
    [`the last event of ${ENDLESS_JOB.name} (b:0) is RUNNABLE, and it is FAILED`],
  ],
  [
    "events of a job that is not there are a mistake",
    [...TOLD, ...life("c", "RUNNABLE")],
    ["there are events of c, which is not there"],
  ],
])("%s", (_claim, told, mistakes) => {
  expect(checkEvents(told, facts)).toEqual(mistakes);
});

test("an array runs nothing itself", () => {
  const array: JobFacts = { ...ENDLESS_JOB, statusSummary: { FAILED: 1 } };
  const others = FACTS.jobs.filter(({ jobId }) => jobId !== array.jobId);
  const told = [...life("b", "RUNNABLE", "FAILED"), ...life("a", ...RETRIED_LIFE)];
  expect(checkEvents(told, { ...facts, jobs: [array, ...others] })).toEqual([
    "the events of b go from SUBMITTED to RUNNABLE",
    "the events of b go from RUNNABLE to FAILED",
  ]);
});

test("a node begins again with the next attempt of its job", () => {
  const node: JobFacts = { ...ENDLESS_JOB, jobId: "b#1" };
  const told = [...TOLD, ...life("b#1", "RUNNABLE", "STARTING", "FAILED", "RUNNABLE", "STARTING", "FAILED")];
  expect(checkEvents(told, { ...facts, children: new Map([["b", [node]]]) })).toEqual([]);
});
