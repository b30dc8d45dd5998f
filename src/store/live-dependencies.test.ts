import { expect, test } from "vitest";
import { aJob, aState, SCOPE } from "../../test/support/builders.ts";
import { LiveDependencies } from "./live-dependencies.ts";
import type { LiveDependency } from "./live-dependencies.ts";
import type { LiveJob } from "./live-job.ts";

function live(jobId: string): LiveJob {
  const job = aState(aJob(jobId)).jobs.find(SCOPE, jobId);
  if (job === undefined) throw new Error(`no job ${jobId}`);
  return job;
}

const JOB = live("job");
const open = (jobId: string): LiveDependency => ({ jobId, end: undefined });
const idsOf = (jobs: readonly LiveJob[]): readonly string[] => jobs.map(({ jobId }) => jobId);

test.each([
  ["ready without any", [], "ready"],
  ["ready when all have succeeded", [{ jobId: "a", end: "SUCCEEDED" }], "ready"],
  ["waiting while one has not ended", [{ jobId: "a", end: "SUCCEEDED" }, open("b")], "waiting"],
  ["doomed when one has failed", [open("a"), { jobId: "b", end: "FAILED" }], "doomed"],
] as const)("a job is %s", (_name, given, standing) => {
  const dependencies = new LiveDependencies();
  dependencies.add(JOB, given);
  expect(dependencies.standingOf(JOB)).toBe(standing);
});

test("the last success makes it ready, and is told once", () => {
  const dependencies = new LiveDependencies();
  dependencies.add(JOB, [open("a"), open("b")]);
  expect([idsOf(dependencies.noteEnd("a", true)), dependencies.standingOf(JOB)]).toEqual([[], "waiting"]);
  expect([idsOf(dependencies.noteEnd("b", true)), dependencies.standingOf(JOB)]).toEqual([["job"], "ready"]);
  expect(dependencies.noteEnd("b", true)).toEqual([]);
});

test("who waits for a job is told as often as it names that, and how many ends it waits for", () => {
  const dependencies = new LiveDependencies();
  dependencies.add(JOB, [open("a"), open("a"), open("b"), { jobId: "c", end: "SUCCEEDED" }]);
  expect(["a", "b", "c"].map((jobId) => idsOf(dependencies.dependentsOf(jobId)))).toEqual([
    ["job", "job"],
    ["job"],
    [],
  ]);
  expect(dependencies.unmetCountOf(JOB)).toBe(3);
  dependencies.noteEnd("a", true);
  expect([dependencies.dependentsOf("a"), dependencies.unmetCountOf(JOB)]).toEqual([[], 1]);
});

test("the first failure dooms it, whatever comes after", () => {
  const dependencies = new LiveDependencies();
  dependencies.add(JOB, [open("a"), open("b")]);
  expect([idsOf(dependencies.noteEnd("a", false)), dependencies.standingOf(JOB)]).toEqual([
    ["job"],
    "doomed",
  ]);
  dependencies.noteEnd("b", true);
  expect(dependencies.standingOf(JOB)).toBe("doomed");
});

test("a job that names another twice waits for it once", () => {
  const dependencies = new LiveDependencies();
  dependencies.add(JOB, [open("a"), open("a")]);
  dependencies.noteEnd("a", true);
  expect(dependencies.standingOf(JOB)).toBe("ready");
});

test("one that is forgotten is told of nothing", () => {
  const dependencies = new LiveDependencies();
  const other = live("other");
  dependencies.add(JOB, [open("a")]);
  dependencies.add(other, [open("a")]);
  dependencies.forget(JOB);
  expect(idsOf(dependencies.noteEnd("a", true))).toEqual(["other"]);
});

test("knows which children of an array somebody waits for", () => {
  const dependencies = new LiveDependencies();
  dependencies.add(JOB, [open("array:1"), open("array:3"), open("array"), open("another:2")]);
  dependencies.add(live("other"), [open("array:1")]);
  expect(dependencies.awaitedChildrenOf("array")).toEqual(["array:1", "array:3"]);
  dependencies.noteEnd("array:1", true);
  expect(dependencies.awaitedChildrenOf("array")).toEqual(["array:3"]);
  dependencies.noteEnd("array:3", true);
  expect(dependencies.awaitedChildrenOf("array")).toEqual([]);
});
