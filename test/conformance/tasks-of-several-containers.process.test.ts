import type { TaskContainerProperties } from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });

const SIZE = [
  { type: "VCPU" as const, value: "1" },
  { type: "MEMORY" as const, value: "32" },
];

function container(
  name: string,
  script: string,
  more: Partial<TaskContainerProperties> = {},
): TaskContainerProperties {
  return { name, image: "busybox:1", command: ["sh", "-c", script], resourceRequirements: SIZE, ...more };
}

async function readLog(logStreamName = ""): Promise<string> {
  const { events = [] } = await used.logs.getLogEvents({
    logGroupName: "/aws/batch/job",
    logStreamName,
    startFromHead: true,
  });
  return events.map(({ message = "" }) => message).join("\n");
}

describe("a job of several containers", () => {
  test("starts them in their order, and has a log and an exit code of each", async () => {
    await used.batch.registerJobDefinition({
      jobDefinitionName: "several",
      type: "container",
      ecsProperties: {
        taskProperties: [
          {
            containers: [
              container("app", "echo from the app; exit 7", {
                dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
              }),
              container("init", "echo from init", { essential: false }),
              container("side", "echo from the side; trap 'exit 0' TERM; sleep 600 & wait", {
                essential: false,
              }),
            ],
          },
        ],
      },
    });
    const { jobId = "" } = await used.batch.submitJob({
      jobName: "j",
      jobQueue: "default",
      jobDefinition: "several",
    });
    const job = await used.jobs.ended(jobId);
    expect([job.status, job.statusReason]).toEqual(["FAILED", "Essential container in task exited"]);
    const ended = job.attempts?.[0]?.taskProperties?.[0]?.containers ?? [];
    expect(ended.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ["app", 7],
      ["init", 0],
      ["side", 0],
    ]);
    expect(await Promise.all(ended.map(({ logStreamName }) => readLog(logStreamName)))).toEqual([
      "from the app",
      "from init",
      "from the side",
    ]);
  });
});

describe("a multi-node job", () => {
  test("has nodes that reach the main node under the address that they are told", async () => {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const main =
      `echo hello >index.html; busybox httpd -f -p "$BATCHYARD_TASK_ADDRESS:${port}" -h . & ` +
      `until [ -e '${used.path("asked")}' ]; do sleep 0.05; done`;
    const other =
      `until busybox wget -q -O - "http://$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS:${port}/"; do sleep 0.1; done; ` +
      `touch '${used.path("asked")}'`;
    const range = (targetNodes: string, script: string) => ({
      targetNodes,
      container: { image: "busybox:1", command: ["sh", "-c", script], resourceRequirements: SIZE },
    });
    await used.batch.registerJobDefinition({
      jobDefinitionName: "nodes",
      type: "multinode",
      nodeProperties: {
        numNodes: 3,
        mainNode: 0,
        nodeRangeProperties: [range("0:0", main), range("1:2", other)],
      },
    });
    const { jobId = "" } = await used.batch.submitJob({
      jobName: "j",
      jobQueue: "default",
      jobDefinition: "nodes",
    });
    expect(await used.jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
    const node = await used.jobs.describe(`${jobId}#1`);
    expect(await readLog(node.container?.logStreamName)).toBe("hello");
  });
});
