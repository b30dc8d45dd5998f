import { describe, expect, test } from "vitest";
import { checkComposites } from "./check-composites.ts";
import type {
  ArrayPlan,
  CompositePlan,
  ContainersPlan,
  DependentPlan,
  NodesPlan,
} from "./composite-plans.ts";
import { attempt, FACTS, RETRIED_JOB } from "./crash-examples.ts";
import { CrashRecord } from "./crash-record.ts";
import type { FinalFacts, JobFacts } from "./final-facts.ts";
import type { OrderMark } from "./marks.ts";

const FIRST: DependentPlan = { kind: "dependent", name: "first", dependsOn: [], attempts: 1, exitCodes: [0] };
const ARRAY: ArrayPlan = {
  kind: "array",
  name: "array",
  dependsOn: [{ jobId: "first" }, { type: "SEQUENTIAL" }],
  attempts: 1,
  size: 2,
  isRetried: false,
};
const NODES: NodesPlan = {
  kind: "nodes",
  name: "nodes",
  dependsOn: [],
  attempts: 2,
  shape: { nodeCount: 3, mainNode: 0 },
  exitCodes: [75, 0],
  hastyAttempts: 1,
};
const CONTAINERS: ContainersPlan = {
  kind: "containers",
  name: "containers",
  dependsOn: [],
  attempts: 1,
  initCode: 0,
  exitCodes: [0],
};

function job(jobId: string, members: Partial<JobFacts> = {}): JobFacts {
  return {
    ...RETRIED_JOB,
    jobId,
    name: jobId.replace(/[:#]\d+$/, ""),
    attempts: [attempt("t", 0)],
    ...members,
  };
}

/** As in `starts array:0 1`, or with a container behind. */
function marks(...lines: readonly string[]): readonly OrderMark[] {
  return lines.map((line) => {
    const [kind = "", jobId = "", attemptNumber, container = "only", exitCode = "0"] = line.split(" ");
    return {
      kind: kind as OrderMark["kind"],
      jobId,
      container,
      attemptNumber: Number(attemptNumber),
      ...(kind === "ends" && { exitCode: Number(exitCode) }),
    };
  });
}

interface Found {
  readonly jobs: readonly JobFacts[];
  readonly order: readonly OrderMark[];
  readonly children?: readonly JobFacts[];
}

function check(plans: readonly CompositePlan[], { jobs, order, children = [] }: Found): readonly string[] {
  const record = new CrashRecord();
  for (const plan of plans) record.addSubmission({ plan, fate: "answered", jobId: plan.name });
  const parent = plans.at(-1)?.name ?? "";
  const facts: FinalFacts = { ...FACTS, jobs, order, children: new Map([[parent, children]]) };
  return checkComposites(record, facts);
}

describe("an array behind a job", () => {
  const jobs = [job("first"), job("array", { attempts: [], statusSummary: { SUCCEEDED: 2, FAILED: 0 } })];
  const children = [job("array:0"), job("array:1")];
  const order = marks(
    "starts first 1",
    "ends first 1",
    "starts array:0 1",
    "ends array:0 1",
    "starts array:1 1",
    "ends array:1 1",
  );
  const right = { jobs, children, order };
  const [begun, over, ...ofChildren] = order;

  test("is right where each child ran once, after the one before", () => {
    expect(check([FIRST, ARRAY], right)).toEqual([]);
  });

  test.each<[claim: string, found: Partial<Found>, mistake: string]>([
    [
      "runs no child twice",
      { order: [...order, ...marks("starts array:1 1")] },
      "at index 1 has begun attempt 1 2 times and left with 0",
    ],
    [
      "loses no child's run",
      { order: order.slice(0, -2) },
      "at index 1 has begun attempt 1 0 times and left with nothing",
    ],
    ["loses no child", { children: children.slice(1) }, "must have children 0 to 1, has 1"],
    [
      "begins no child before what the array waits for has ended",
      { order: [begun, ...ofChildren, over].filter((mark) => mark !== undefined) },
      "began (array:0) while first, for which it waits, was at work",
    ],
    [
      "begins no child before the one before it has ended",
      { order: [...order.slice(0, 2), ...order.slice(4), ...order.slice(2, 4)] },
      "began (array:1) while array:0, for which it waits, was at work",
    ],
    [
      "begins no child behind one that failed",
      { children: [job("array:0", { status: "FAILED", attempts: [attempt("t", 1)] }), job("array:1")] },
      "began, and waits for array:0, which is FAILED",
    ],
    [
      "counts its children",
      { jobs: [job("first"), job("array", { attempts: [], statusSummary: { SUCCEEDED: 1, FAILED: 1 } })] },
      'says {"SUCCEEDED":1,"FAILED":1} of its children, who are {"SUCCEEDED":2}',
    ],
    [
      "does not fail of itself",
      { jobs: [job("first"), job("array", { ...jobs[1], status: "FAILED" })] },
      "must be SUCCEEDED, is FAILED (Essential container in task exited)",
    ],
  ])("%s", (_claim, found, mistake) => {
    expect(check([FIRST, ARRAY], { ...right, ...found })).toContain(`array (array) ${mistake}`);
  });
});

test("an array that was cancelled has failed, even if its children succeeded", () => {
  const lone: ArrayPlan = { ...ARRAY, dependsOn: [] };
  const children = [job("array:0"), job("array:1")];
  const order = marks("starts array:0 1", "ends array:0 1", "starts array:1 1", "ends array:1 1");
  const cancelled = {
    attempts: [],
    statusSummary: { SUCCEEDED: 2 },
    isCancelled: true,
    statusReason: "enough",
  };
  const failed = job("array", { ...cancelled, status: "FAILED" });
  expect(check([lone], { jobs: [failed], children, order })).toEqual([]);
  expect(check([lone], { jobs: [job("array", cancelled)], children, order })).toEqual([
    "array (array) must be FAILED, is SUCCEEDED (enough)",
  ]);
});

test("an array that was submitted behind one that had failed, child by child, fails as a whole", () => {
  const paired: ArrayPlan = { ...ARRAY, dependsOn: [{ jobId: "first", type: "N_TO_N" }] };
  const first = job("first", { status: "FAILED", attempts: [attempt("t", 5)], stoppedAtMs: 400 });
  const doomed = { status: "FAILED", statusReason: "Dependent Job failed", attempts: [] };
  const array = job("array", { ...doomed, statusSummary: { FAILED: 2 } });
  const children = [job("array:0", doomed), job("array:1", doomed)];
  const order = marks("starts first 1", "ends first 1 only 5");
  const failing = { ...FIRST, exitCodes: [5] };
  expect(check([failing, paired], { jobs: [first, array], children, order })).toEqual([]);
  const later = { ...first, stoppedAtMs: 600 };
  expect(check([failing, paired], { jobs: [later, array], children, order })).not.toEqual([]);
});

describe("a job of three nodes whose first attempt ends before they meet", () => {
  const attempts = [attempt("t1", 75), attempt("t2", 0)];
  const children = [0, 1, 2].map((index) => job(`nodes#${index}`, { attempts }));
  const order = marks(
    "starts nodes#0 1",
    "starts nodes#2 1",
    "ends nodes#0 1 only 75",
    "starts nodes#0 2",
    "starts nodes#1 2",
    "starts nodes#2 2",
    "ends nodes#0 2",
  );
  const right = { jobs: [job("nodes", { attempts })], children, order };

  test("is right where some came up at first, and then all", () => {
    expect(check([NODES], right)).toEqual([]);
  });

  test.each<[claim: string, found: Partial<Found>, mistake: string]>([
    [
      "does not come to its end with some of its nodes",
      { order: order.filter(({ jobId, attemptNumber }) => jobId !== "nodes#1" || attemptNumber !== 2) },
      "has come to its end in attempt 2 with 2 of 3 nodes",
    ],
    [
      "does not begin a node twice",
      { order: [...order.slice(0, 5), ...marks("starts nodes#1 2"), ...order.slice(5)] },
      "has begun nodes#1 2 times in attempt 2",
    ],
    [
      "begins no attempt before the nodes of the one before have gone",
      { order: [...order.slice(0, 4), ...marks("starts nodes#1 1"), ...order.slice(4)] },
      "has marks of its nodes in attempts 1, 1, 1, 2, 1, 2, 2, 2, in this order",
    ],
    [
      "keeps the nodes of its attempts apart",
      { order: [...order, ...marks("stranger nodes#0 2")] },
      "has met a node of another attempt",
    ],
    [
      "ends with all of its nodes",
      { children: [...children.slice(0, 2), job("nodes#2", { attempts, status: "RUNNING" })] },
      "has ended, and nodes#2 is RUNNING",
    ],
    [
      "has an attempt of each node for each of its own",
      { children: [...children.slice(0, 2), job("nodes#2", { attempts: attempts.slice(1) })] },
      "has made 2 attempts, and nodes#2 1",
    ],
  ])("%s", (_claim, found, mistake) => {
    expect(check([NODES], { ...right, ...found })).toEqual([`nodes (nodes) ${mistake}`]);
  });
});

describe("a job of several containers", () => {
  const order = marks(
    "starts containers 1 init",
    "starts containers 1 side",
    "ends containers 1 init",
    "starts containers 1 app",
    "ends containers 1 app",
  );
  const jobs = [job("containers")];
  const APP_EARLY = "containers (containers) has begun app in attempt 1 before init had succeeded";

  test.each<[claim: string, order: readonly OrderMark[], mistakes: readonly string[]]>([
    ["is right where app ran after init", order, []],
    [
      "runs each container once",
      [...order, ...marks("starts containers 1 side")],
      ["containers (containers) has begun side 2 times in attempt 1"],
    ],
    [
      "runs no app before init has ended",
      [...order.slice(0, 2), ...order.slice(3), ...order.slice(2, 3)],
      [APP_EARLY],
    ],
  ])("%s", (_claim, marked, mistakes) => {
    expect(check([CONTAINERS], { jobs, order: marked })).toEqual(mistakes);
  });

  test("never runs an app that waits for what has failed", () => {
    const failed = job("containers", { status: "FAILED", attempts: [{ taskId: "t" }] });
    expect(check([{ ...CONTAINERS, initCode: 4 }], { jobs: [failed], order: order.slice(0, 3) })).toEqual([]);
    expect(check([{ ...CONTAINERS, initCode: 4 }], { jobs: [failed], order })).toContain(APP_EARLY);
  });
});

test("a job behind one that failed fails without having run", () => {
  const second: DependentPlan = { ...FIRST, name: "second", dependsOn: [{ jobId: "first" }], exitCodes: [0] };
  const failing: DependentPlan = { ...FIRST, exitCodes: [5] };
  const first = job("first", { status: "FAILED", attempts: [attempt("t", 5)] });
  const order = marks("starts first 1", "ends first 1 only 5");
  const doomed = { status: "FAILED", statusReason: "Dependent Job failed", attempts: [] };
  expect(check([failing, second], { jobs: [first, job("second", doomed)], order })).toEqual([]);
  expect(check([failing, second], { jobs: [first, job("second")], order })).toEqual([
    "second (second) waits for first, which failed, and is SUCCEEDED (Essential container in task exited), 1 attempts",
  ]);
});
