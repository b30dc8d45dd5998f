import type { TaskContainerProperties } from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import type { UsedServer } from "./use-server.ts";

const SIZE = [
  { type: "VCPU" as const, value: "1" },
  { type: "MEMORY" as const, value: "32" },
];

/** The first process of a container knows no signal but those that it is told of. */
const STAYS = "trap 'exit 0' TERM; sleep 600 & wait";

/**
 * What holds for jobs of several containers and of several nodes, whatever runs them.
 *
 * @param obstacle why nodes cannot reach each other on this machine.
 */
export function describeSeveralContainers(used: UsedServer, obstacle?: string): void {
  describe("a job of several containers", () => {
    test("starts them in their order, and has a log and an exit code of each", async () => {
      const containers = [
        container("app", "echo from the app; exit 7", {
          dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
        }),
        container("init", "echo from init", { essential: false }),
        container("side", `echo from the side; ${STAYS}`, { essential: false }),
      ];
      await used.batch.registerJobDefinition({
        jobDefinitionName: "several",
        type: "container",
        ecsProperties: { taskProperties: [{ containers }] },
      });
      const job = await used.jobs.ended(await submit(used, "several"));
      expect([job.status, job.statusReason]).toEqual(["FAILED", "Essential container in task exited"]);
      const ended = job.attempts?.[0]?.taskProperties?.[0]?.containers ?? [];
      expect(ended.map(({ name, exitCode }) => [name, exitCode])).toEqual([
        ["app", 7],
        ["init", 0],
        ["side", 0],
      ]);
      expect(await Promise.all(ended.map(({ logStreamName }) => readLog(used, logStreamName)))).toEqual([
        "from the app",
        "from init",
        "from the side",
      ]);
    });
  });

  describe("a job whose first container fails", () => {
    test("has not started, and the log of what did run says why", async () => {
      const containers = [
        container("init", "echo no such bucket; exit 3", { essential: false }),
        container("app", "true", { dependsOn: [{ containerName: "init", condition: "SUCCESS" }] }),
      ];
      await used.batch.registerJobDefinition({
        jobDefinitionName: "unprepared",
        type: "container",
        ecsProperties: { taskProperties: [{ containers }] },
      });
      const job = await used.jobs.ended(await submit(used, "unprepared"));
      expect([job.status, job.statusReason]).toEqual(["FAILED", "Task failed to start"]);
      const [init, app] = job.attempts?.[0]?.taskProperties?.[0]?.containers ?? [];
      expect([init?.exitCode, app?.exitCode, app?.logStreamName]).toEqual([3, undefined, undefined]);
      expect(await readLog(used, init?.logStreamName)).toBe("no such bucket");
    });
  });

  describe("a multi-node job", () => {
    test("16.36, 16.37 starts its main node first, whose end is its own and stops the others", async () => {
      const say = 'echo "$AWS_BATCH_JOB_ID to ${AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS-nobody}"';
      const nodeRangeProperties = [range("0:0", `${say}; sleep 1; exit 5`), range("1:2", `${say}; ${STAYS}`)];
      await used.batch.registerJobDefinition({
        jobDefinitionName: "led",
        type: "multinode",
        nodeProperties: { numNodes: 3, mainNode: 0, nodeRangeProperties },
      });
      const jobId = await submit(used, "led");
      const job = await used.jobs.ended(jobId);
      expect([job.status, job.container, job.attempts?.at(-1)?.container?.exitCode]).toEqual([
        "FAILED",
        undefined,
        5,
      ]);
      const nodes = await Promise.all([0, 1, 2].map((index) => used.jobs.describe(`${jobId}#${index}`)));
      expect(nodes.map(({ nodeDetails }) => nodeDetails)).toEqual(
        [0, 1, 2].map((nodeIndex) => ({ nodeIndex, isMainNode: nodeIndex === 0 })),
      );
      const [mainStart = 0, ...otherStarts] = nodes.map(({ startedAt }) => startedAt);
      expect(otherStarts.every((start = 0) => start >= mainStart)).toBe(true);
      const logs = await Promise.all(nodes.map(({ container: ran }) => readLog(used, ran?.logStreamName)));
      expect(logs[0]).toBe(`${jobId}#0 to nobody`);
      expect(logs[1]).toMatch(new RegExp(`^${jobId}#1 to \\d+\\.\\d+\\.\\d+\\.\\d+$`));
    });

    test("has nodes that reach the main node under the address that they are told", async ({ skip }) => {
      skip(obstacle !== undefined, obstacle);
      const port = 10_000 + Math.floor(Math.random() * 20_000);
      const toMain = `"$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS" ${port}`;
      const tell = `until echo "node $AWS_BATCH_JOB_NODE_INDEX" | busybox nc ${toMain}; do sleep 0.1; done`;
      const nodeRangeProperties = [
        range("0:0", `busybox nc -l -p ${port} -e sh -c 'read -r line; echo "$line" >&2'`),
        range("1:1", `${tell}; ${STAYS}`),
      ];
      await used.batch.registerJobDefinition({
        jobDefinitionName: "nodes",
        type: "multinode",
        nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties },
      });
      const jobId = await submit(used, "nodes");
      expect(await used.jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
      const main = await used.jobs.describe(`${jobId}#0`);
      expect(await readLog(used, main.container?.logStreamName)).toBe("node 1");
    });
  });
}

function container(
  name: string,
  script: string,
  members: Partial<TaskContainerProperties> = {},
): TaskContainerProperties {
  return { name, image: "busybox:1", command: ["sh", "-c", script], resourceRequirements: SIZE, ...members };
}

function range(targetNodes: string, script: string) {
  const command = ["sh", "-c", script];
  return { targetNodes, container: { image: "busybox:1", command, resourceRequirements: SIZE } };
}

async function submit(used: UsedServer, jobDefinition: string): Promise<string> {
  const { jobId = "" } = await used.batch.submitJob({ jobName: "job", jobQueue: "default", jobDefinition });
  return jobId;
}

async function readLog(used: UsedServer, logStreamName = ""): Promise<string> {
  const { events = [] } = await used.logs.getLogEvents({
    logGroupName: "/aws/batch/job",
    logStreamName,
    startFromHead: true,
  });
  return events.map(({ message = "" }) => message).join("\n");
}
