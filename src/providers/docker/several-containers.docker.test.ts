import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { DockerTestEngine } from "../../../test/support/docker-engine.ts";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { ProviderDriver, aTask, anAttempt, recovered } from "../../../test/support/provider-driver.ts";
import type { ContainerDependency } from "../../batch/task-containers.ts";
import type { AttemptSpec } from "../provider.ts";

const dockerHost = inject("dockerHost");
const isRoot = process.getuid?.() === 0;

const HELPER = { isEssential: false } as const;
const STAYS = "trap 'exit 0' TERM; echo ready; sleep 600 & wait";

describe.skipIf(dockerHost === "")("a task of several containers", () => {
  test("shares its volumes without a source, is told its containers' names, and leaves nothing behind", async () => {
    await using harness = new DockerHarness(dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const volumes = [{ name: "scratch" }, { name: "unused" }];
    const mountPoints = [{ sourceVolume: "scratch", containerPath: "/scratch" }];
    const sharing = { container: { volumes, mountPoints } };
    const task = aTask(
      [
        [
          "app",
          "cat /scratch/file; grep -c app-2 /etc/hosts; touch /dev/shm/x",
          {
            ...sharing,
            dependsOn: after("init", "SUCCESS"),
          },
        ],
        ["init", "echo kept >/scratch/file", { ...sharing, ...HELPER }],
        ["app-2", STAYS, HELPER],
      ],
      { network: { groupId: "a group/1" } },
    );
    driver.provider.start(task);
    expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(logOf(harness, task, 0)).toBe("kept\n1\n");
    expect(leftOf(harness)).toEqual({ containerCount: 4, volumeCount: 1, networkCount: 1 });
    driver.provider.acknowledge(task.taskId, "ended");
    await untilNothingIsLeft(driver, harness);
  });

  test("shares what its definition says of the host, of its processes and of its memory", async () => {
    await using harness = new DockerHarness(dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const task: AttemptSpec = {
      ...aTask([
        [
          "app",
          "until grep -q sleep /proc/[0-9]*/comm; do sleep 0.1; done; until [ -e /dev/shm/x ]; do sleep 0.1; done",
          {
            dependsOn: after("side", "START"),
          },
        ],
        ["side", "touch /dev/shm/x; trap 'exit 0' TERM; sleep 7654 & wait", HELPER],
      ]),
      ipcMode: "task",
      pidMode: "task",
    };
    driver.provider.start(task);
    expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
  });

  test.each(["batchyard", "host"])("reaches its containers by name in the network %s", async (network) => {
    await using harness = new DockerHarness(dockerHost, { network });
    await using driver = await ProviderDriver.recover(harness.open());
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const serve = `echo hello >index.html; busybox httpd -f -p 127.0.0.1:${port} -h . & trap 'exit 0' TERM; wait`;
    const task = aTask([
      ["app", `until busybox wget -q -O - http://side:${port}/ 2>/dev/null; do sleep 0.1; done`],
      ["side", serve, HELPER],
    ]);
    driver.provider.start(task);
    expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(logOf(harness, task, 0)).toBe("hello\n");
    driver.provider.acknowledge(task.taskId, "ended");
    await driver.until(() => leftOf(harness).containerCount === 0);
  });

  test("of which an earlier run of the server left all is cleared away, also its network and volumes", async () => {
    await using harness = new DockerHarness(dockerHost);
    const volumes = [{ name: "scratch" }];
    const mountPoints = [{ sourceVolume: "scratch", containerPath: "/scratch" }];
    const task = aTask(
      [
        ["app", STAYS, { container: { volumes, mountPoints } }],
        ["side", STAYS],
      ],
      {
        network: { groupId: "left" },
      },
    );
    const before = await ProviderDriver.recover(harness.open());
    before.provider.start(task);
    await before.started(task.taskId);
    await before[Symbol.asyncDispose]();
    expect(leftOf(harness)).toEqual({ containerCount: 3, volumeCount: 1, networkCount: 1 });

    await using driver = await ProviderDriver.recover(harness.open());
    await untilNothingIsLeft(driver, harness);
  });

  test("whose image cannot be had fails to start, and leaves nothing behind", async () => {
    await using harness = new DockerHarness(dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const task = aTask([
      ["app", "", { container: { image: "localhost:1/none:1" } }],
      ["side", STAYS, HELPER],
    ]);
    driver.provider.start(task);
    driver.provider.stop(task.taskId);
    expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "start-failed" });
    driver.provider.acknowledge(task.taskId, "ended");
    await untilNothingIsLeft(driver, harness);
  });
});

describe.skipIf(dockerHost === "")("tasks of a group", () => {
  test("have their network as long as any of them is there, through a restart", async () => {
    await using harness = new DockerHarness(dockerHost);
    const network = { groupId: "g" };
    const [first, second] = [
      anAttempt(["sleep", "600"], { network }),
      anAttempt(["sleep", "600"], { network }),
    ];
    const before = await ProviderDriver.recover(harness.open());
    for (const task of [first, second]) before.provider.start(task);
    const { address } = await before.started(second.taskId);
    await before.started(first.taskId);
    before.provider.kill(first.taskId);
    await before.ended(first.taskId);
    before.provider.acknowledge(first.taskId, "ended");
    await before.until(() => leftOf(harness).containerCount === 1);
    expect(leftOf(harness).networkCount).toBe(1);
    await before[Symbol.asyncDispose]();

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(second, false)]);
    expect((await driver.started(second.taskId)).address).toBe(address);
    driver.provider.kill(second.taskId);
    await driver.ended(second.taskId);
    driver.provider.acknowledge(second.taskId, "ended");
    await untilNothingIsLeft(driver, harness);
  });

  test("in the machine's own network have addresses of the loopback interface", async () => {
    await using harness = new DockerHarness(dockerHost, { network: "host" });
    await using driver = await ProviderDriver.recover(harness.open());
    const task = anAttempt(["sh", "-c", `echo "$BATCHYARD_TASK_ADDRESS"`], { network: { groupId: "g" } });
    driver.provider.start(task);
    const { address } = await driver.started(task.taskId);
    await driver.ended(task.taskId);
    expect(address).toMatch(/^127\./);
    expect(harness.readLog(task.logStreamId).toString()).toBe(`${address}\n`);
    expect(leftOf(harness).networkCount).toBe(0);
  });
});

describe.skipIf(dockerHost === "" || !isRoot)("an engine of the test's own", () => {
  test("that is killed takes a task of several containers along as a whole", async () => {
    await using engine = await DockerTestEngine.start();
    await using harness = new DockerHarness(engine.dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const task = aTask([
      ["app", STAYS, { dependsOn: after("side", "START") }],
      ["side", STAYS, HELPER],
      ["late", "echo never", { ...HELPER, dependsOn: after("side", "COMPLETE") }],
    ]);
    driver.provider.start(task);
    await driver.until(() => logOf(harness, task, 0) === "ready\n");
    await engine.end("SIGKILL");
    await driver.until(() => driver.provider.outage());
    await engine.restart();
    expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "host-lost" });
    expect(logOf(harness, task, 2)).toBe("");
    driver.provider.acknowledge(task.taskId, "ended");
    await untilNothingIsLeft(driver, harness);
  });
});

function after(
  containerName: string,
  condition: ContainerDependency["condition"],
): readonly ContainerDependency[] {
  return [{ containerName, condition }];
}

function logOf(harness: DockerHarness, { containers }: AttemptSpec, index: number): string {
  return harness.readLog(containers[index]?.logStreamId ?? "").toString();
}

/** What of this folder's providers is in the engine. */
function leftOf(harness: DockerHarness) {
  const filter = [
    "--quiet",
    "--filter",
    `label=batchyard.owner=${readFileSync(join(harness.dir, "owner"), "utf8")}`,
  ];
  return {
    containerCount: harness.containers().length,
    volumeCount: countLines(harness.docker("volume", "ls", ...filter)),
    networkCount: countLines(harness.docker("network", "ls", ...filter)),
  };
}

async function untilNothingIsLeft(driver: ProviderDriver, harness: DockerHarness): Promise<void> {
  await driver.until(() => Object.values(leftOf(harness)).every((count) => count === 0));
}

function countLines(text: string): number {
  return text === "" ? 0 : text.split("\n").length;
}
