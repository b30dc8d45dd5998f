import { describe, expect, test } from "vitest";
import { ARRAY, FAILED_JOB, ID, JOB, MULTI_NODE, NODES, QUEUES } from "./examples.ts";
import { FakeAws, ok } from "./fake-aws.ts";
import { runCli } from "./run-cli.ts";

describe("cancel and terminate", () => {
  test("say what was done and what was not", async () => {
    const running = { ...JOB, status: "RUNNING" };
    const cancelled = { ...JOB, status: "FAILED", isCancelled: true };
    await using aws = await FakeAws.start({
      describejobs: [ok({ jobs: [running] }), ok({ jobs: [running] })],
      canceljob: ok({}),
    });
    expect(await runCli(["cancel", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "not done: 0000abcd sh: is RUNNING; cancelling has no effect any more, \`batchyard terminate 0000abcd\` ends it
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
    await using other = await FakeAws.start({
      describejobs: [ok({ jobs: [{ ...JOB, status: "RUNNABLE" }] }), ok({ jobs: [cancelled] })],
      canceljob: ok({}),
    });
    expect(await runCli(["cancel", ID, "--reason", "wrong", "--endpoint", other.url])).toMatchInlineSnapshot(`
      {
        "errors": "",
        "exitCode": 0,
        "output": "0000abcd sh: cancelled
      ",
      }
    `);
    expect(other.inputsOf("canceljob")).toEqual([{ jobId: ID, reason: "wrong" }]);
  });

  test("go on with the others when one is not there", async () => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [FAILED_JOB] }),
      describejobqueues: QUEUES,
      listjobs: ok({ jobSummaryList: [] }),
    });
    const result = await runCli(["terminate", ID, "nightly-report", "--endpoint", aws.url]);
    expect({ ...result, errors: result.errors.replace(aws.url, "URL") }).toMatchInlineSnapshot(`
      {
        "errors": "not done: nightly-report: no job nightly-report was found at URL in the region us-east-1. See \`batchyard ls\`. Give an id, its first or last characters, or a name that only one job has.
      ",
        "exitCode": 1,
        "output": "0000abcd sh: has ended before (FAILED)
      ",
      }
    `);
  });

  const STARTED_ONLY = { size: 4, statusSummary: { RUNNING: 1, SUCCEEDED: 1, FAILED: 2 } };
  const NONE_LEFT = { size: 4, statusSummary: { SUCCEEDED: 2, FAILED: 2 } };

  test.each([
    ["cancel", "an array of which a child runs", ARRAY, { ...ARRAY, arrayProperties: STARTED_ONLY }],
    [
      "cancel",
      "an array",
      ARRAY,
      { ...ARRAY, status: "FAILED", isCancelled: true, arrayProperties: NONE_LEFT },
    ],
    ["terminate", "an array", ARRAY, { ...ARRAY, status: "FAILED", arrayProperties: NONE_LEFT }],
    ["terminate", "an array of which a child runs", ARRAY, { ...ARRAY, arrayProperties: STARTED_ONLY }],
    ["terminate", "a multi-node job", MULTI_NODE, MULTI_NODE],
    ["terminate", "one node", NODES[1], NODES[1]],
  ])("%s says what becomes of the parts of %s", async (way, _what, before, after) => {
    await using aws = await FakeAws.start({
      describejobs: [ok({ jobs: [before] }), ok({ jobs: [after] })],
      [`${way}job`]: ok({}),
    });
    expect(await runCli([way, before?.jobId ?? "", "--endpoint", aws.url])).toMatchSnapshot();
  });
});
