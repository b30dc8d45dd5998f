import { expect, test } from "vitest";
import { aJob, SCOPE } from "../../../../test/support/builders.ts";
import { EngineBench, EXITED } from "../../../../test/support/engine-bench.ts";
import { findDependency, isOutdated, readDependencies } from "./find-dependency.ts";
import type { StoredDependencies } from "./find-dependency.ts";

const JOB_IDS = ["single", "array", "array:0", "array:1", "array:2", "array:3", "nodes", "nodes#0", "none"];

async function read(bench: EngineBench): Promise<StoredDependencies> {
  const dependsOn = JOB_IDS.map((jobId) => ({ jobId }));
  return readDependencies(bench.store, SCOPE, dependsOn);
}

test("a dependency is a job, an array or a child, live or ended, and never a node", async () => {
  const bench = await EngineBench.open();
  await bench.submit(aJob("single"), aJob("array").array(3), aJob("nodes").nodes(2));
  const { state } = bench.engine.sequencer;
  await bench.ends("array:0");
  await bench.ends("array:1", EXITED(1));
  const whileLive = findDependency(state, SCOPE, await read(bench));
  expect(JOB_IDS.map(whileLive)).toEqual([
    { status: "STARTING" },
    { status: "PENDING", arraySize: 3 },
    { status: "SUCCEEDED" },
    { status: "FAILED" },
    { status: "STARTING" },
    undefined,
    { status: "STARTING" },
    undefined,
    undefined,
  ]);
  await bench.ends("single");
  await bench.ends("array:2");
  await bench.ends("nodes");
  const whenEnded = findDependency(state, SCOPE, await read(bench));
  expect(JOB_IDS.map(whenEnded)).toEqual([
    { status: "SUCCEEDED" },
    { status: "FAILED", arraySize: 3 },
    { status: "SUCCEEDED" },
    { status: "FAILED" },
    { status: "SUCCEEDED" },
    undefined,
    { status: "SUCCEEDED" },
    undefined,
    undefined,
  ]);
});

test("what was read is outdated once one of the jobs has ended, and never for a node", async () => {
  const bench = await EngineBench.open();
  await bench.submit(aJob("single"), aJob("array").array(3), aJob("nodes").nodes(2));
  const stored = await read(bench);
  const { state } = bench.engine.sequencer;
  expect(isOutdated(state, SCOPE, stored)).toBe(false);
  await bench.ends("single");
  expect(isOutdated(state, SCOPE, stored)).toBe(true);
  expect(isOutdated(state, SCOPE, await read(bench))).toBe(false);
});
