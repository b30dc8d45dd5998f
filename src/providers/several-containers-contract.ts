import { describe, expect, test } from "vitest";
import { ProviderDriver, aTask, anAttempt, recovered } from "../../test/support/provider-driver.ts";
import type { ContainerDependency } from "../batch/task-containers.ts";
import type { ProviderHarness } from "./provider-contract.ts";
import type { AttemptSpec } from "./provider.ts";

const HELPER = { isEssential: false } as const;
/** Ends by SIGTERM with 7, as a shell that is the first process of a container does only if it is told to. */
const STAYS = "trap 'exit 7' TERM; echo ready; sleep 600 & wait";
const STUBBORN = "trap '' TERM; echo ready; while :; do sleep 1; done";
/** Says what the file says to whoever asks, on the address of its task where that has one of its own. */
const SERVES = (text: string, port: number): string =>
  `echo ${text} >index.html; trap 'exit 0' TERM; ` +
  `busybox httpd -f -p "\${BATCHYARD_TASK_ADDRESS:-0.0.0.0}:${port}" -h . & wait`;
const ASKS = (address: string, port: number): string =>
  `until busybox wget -q -O - http://${address}:${port}/ 2>/dev/null; do sleep 0.1; done`;

/** What holds for tasks of several containers, and for tasks that reach each other. */
export function describeSeveralContainers(createHarness: () => Promise<ProviderHarness>): void {
  describe("a task of several containers", () => {
    test("starts them in their order, each with its own log, and tells of each", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", "echo from the app", { dependsOn: after("init", "SUCCESS") }],
        ["init", "echo from init", HELPER],
      ]);
      driver.provider.start(task);
      const { outcome, startedAtMs, atMs } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({
        kind: "exited",
        exitCode: 0,
        containers: [
          { name: "app", exitCode: 0 },
          { name: "init", exitCode: 0 },
        ],
      });
      const [app, init] = outcome.containers ?? [];
      expect(app?.startedAtMs).toBeGreaterThanOrEqual(init?.startedAtMs ?? Infinity);
      expect(startedAtMs).toBe(app?.startedAtMs);
      expect(atMs).toBeGreaterThanOrEqual(app?.startedAtMs ?? Infinity);
      expect(driver.find(task.taskId, "started")?.atMs).toBe(startedAtMs);
      expect(logsOf(harness, task)).toEqual(["from the app\n", "from init\n"]);
    });

    test("ends with its first essential container, which is then followed by the others", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", "exit 3", { dependsOn: after("side", "START") }],
        ["side", STAYS, HELPER],
        ["other", STAYS],
      ]);
      driver.provider.start(task);
      const { outcome } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({ kind: "exited", exitCode: 3 });
      expect(outcome.containers?.[0]).toMatchObject({ name: "app", exitCode: 3 });
      expect(driver.provider.observe().filter(({ kind }) => kind === "ended")).toHaveLength(1);
      await driver.until(() => !harness.isAlive(task.taskId));
    });

    test("bears the failure of a container that is not essential", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", "echo done", { dependsOn: after("side", "COMPLETE") }],
        ["side", "exit 9", HELPER],
        ["broken", "", { ...HELPER, container: { command: ["no-such-program"] } }],
      ]);
      driver.provider.start(task);
      const { outcome } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(outcome.containers?.map(({ exitCode }) => exitCode)).toEqual([0, 9, undefined]);
      expect(outcome.containers?.[2]?.reason).toMatch(/^CannotStartContainerError: /);
    });

    test("fails to start where its order cannot be kept", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", "echo never", { dependsOn: after("init", "SUCCESS") }],
        ["init", "echo why; exit 4", HELPER],
      ]);
      driver.provider.start(task);
      const { outcome } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({
        kind: "start-failed",
        reason: "TaskDependencyError: container app waits for init, which exited with 4",
      });
      expect(logsOf(harness, task)).toEqual(["", "why\n"]);
    });

    test("fails to start where a container takes longer than others wait for it", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", "echo never", { dependsOn: after("init", "SUCCESS") }],
        ["init", STAYS, { ...HELPER, startTimeoutSeconds: 1 }],
      ]);
      driver.provider.start(task);
      const { outcome } = await driver.ended(task.taskId);
      expect(outcome.reason).toBe(
        "TaskDependencyError: container app waits for init, which was not over within 1 seconds",
      );
      expect(outcome.containers?.[1]).toMatchObject({ name: "init", exitCode: 7 });
    });

    test("kills what does not end in the time that it has for that", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", "sleep 1", { dependsOn: after("side", "START") }],
        ["side", STUBBORN, { ...HELPER, stopTimeoutSeconds: 1 }],
      ]);
      driver.provider.start(task);
      const { outcome } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({ exitCode: 0, containers: [{ exitCode: 0 }, { exitCode: 137 }] });
      await driver.until(() => !harness.isAlive(task.taskId));
    });

    test.each([
      ["stop", STAYS, 7],
      ["kill", STUBBORN, 137],
    ] as const)("ends as a whole by %s", async (wish, script, exitCode) => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const task = aTask([
        ["app", script],
        ["side", script, HELPER],
        ["late", "echo never", { ...HELPER, dependsOn: after("side", "COMPLETE") }],
      ]);
      driver.provider.start(task);
      await driver.until(() => logsOf(harness, task).filter((text) => text === "ready\n").length === 2);
      driver.provider[wish](task.taskId);
      const { outcome } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({ kind: "exited", exitCode });
      expect(outcome.containers?.map((each) => each.exitCode)).toEqual([exitCode, exitCode, undefined]);
      await driver.until(() => !harness.isAlive(task.taskId));
    });

    test("has one localhost for all of them", async () => {
      await using harness = await createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const port = aPort();
      const task = aTask([
        ["app", ASKS("127.0.0.1", port), { dependsOn: after("side", "START") }],
        ["side", SERVES("hello", port), HELPER],
      ]);
      driver.provider.start(task);
      expect((await driver.ended(task.taskId)).outcome.exitCode).toBe(0);
      expect(logsOf(harness, task)[0]).toBe("hello\n");
    });
  });

  describe("a task of several containers, after a restart", () => {
    test("goes on where it was: what was to start next starts, and once", async () => {
      await using harness = await createHarness();
      const task = aTask([
        ["app", "echo app; trap 'exit 8' TERM; sleep 600 & wait", { dependsOn: after("init", "SUCCESS") }],
        ["init", "trap 'exit 0' TERM; echo ready; sleep 600 & wait", HELPER],
        ["side", STAYS, HELPER],
      ]);
      const before = await ProviderDriver.recover(harness.open());
      before.provider.start(task);
      await before.until(() => logsOf(harness, task).filter((text) => text === "ready\n").length === 2);
      await before[Symbol.asyncDispose]();
      expect(before.find(task.taskId, "started")).toBeUndefined();
      await harness.signal(task.taskId, 1, "SIGTERM");

      const between = await ProviderDriver.recover(harness.open(), [recovered(task, false)]);
      const started = await between.started(task.taskId);
      await between.until(() => logsOf(harness, task)[0] === "app\n");
      await between[Symbol.asyncDispose]();

      await using driver = await ProviderDriver.recover(harness.open(), [recovered(task, true)]);
      driver.provider.start(task);
      driver.look();
      expect(driver.provider.observe()).toEqual([]);
      driver.provider.stop(task.taskId);
      const { outcome, startedAtMs } = await driver.ended(task.taskId);
      expect(outcome).toMatchObject({
        exitCode: 8,
        containers: [{ exitCode: 8 }, { exitCode: 0 }, { exitCode: 7 }],
      });
      expect(startedAtMs).toBe(started.atMs);
      expect(logsOf(harness, task)).toEqual(["app\n", "ready\n", "ready\n"]);
    });

    test("is started from the beginning where nothing of it had begun", async () => {
      await using harness = await createHarness();
      await using first = await ProviderDriver.recover(harness.open());
      await first[Symbol.asyncDispose]();
      const task = aTask([
        ["app", "echo app", { dependsOn: after("init", "SUCCESS") }],
        ["init", "echo init", HELPER],
      ]);
      await using driver = await ProviderDriver.recover(harness.open(), [recovered(task, false)]);
      expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(logsOf(harness, task)).toEqual(["app\n", "init\n"]);
    });

    test("is lost with its host where it ran and nothing of it is there", async () => {
      await using harness = await createHarness();
      await using first = await ProviderDriver.recover(harness.open());
      await first[Symbol.asyncDispose]();
      const task = aTask([
        ["app", "echo app"],
        ["side", "sleep 600", HELPER],
      ]);
      await using driver = await ProviderDriver.recover(harness.open(), [recovered(task, true)]);
      expect((await driver.ended(task.taskId)).outcome).toMatchObject({ kind: "host-lost" });
      expect(harness.readLog(task.containers[0]?.logStreamId ?? "").toString()).toBe("");
    });

    test("that nobody knows any more is ended and cleared away", async () => {
      await using harness = await createHarness();
      const task = aTask([
        ["app", STAYS],
        ["side", STAYS, HELPER],
      ]);
      const before = await ProviderDriver.recover(harness.open());
      before.provider.start(task);
      await before.started(task.taskId);
      await before[Symbol.asyncDispose]();

      await using driver = await ProviderDriver.recover(harness.open());
      await driver.until(() => !harness.isAlive(task.taskId));
      expect(driver.provider.observe()).toEqual([]);
    });
  });

  describe("tasks of a group", () => {
    test("reach each other under the addresses that are told, also on the same port", async ({ skip }) => {
      await using harness = await createHarness();
      skip(harness.obstacle !== undefined, harness.obstacle);
      await using driver = await ProviderDriver.recover(harness.open());
      const port = aPort();
      const network = { groupId: "a job#1" };
      const [first, second] = ["one", "two"].map((text) => aScriptOf(SERVES(text, port), network));
      if (first === undefined || second === undefined) throw new Error("there are two");
      driver.provider.start(first);
      driver.provider.start(second);
      const addresses = [await driver.started(first.taskId), await driver.started(second.taskId)].map(
        ({ address = "" }) => address,
      );
      expect(new Set(addresses).size).toBe(2);
      const asks = aScriptOf(addresses.map((address) => ASKS(address, port)).join("; "), network);
      driver.provider.start(asks);
      await driver.ended(asks.taskId);
      expect(logsOf(harness, asks)).toEqual(["one\ntwo\n"]);
      for (const { taskId } of [first, second]) driver.provider.stop(taskId);
      for (const { taskId } of [first, second]) await driver.ended(taskId);
    });

    test("keep their addresses through a restart", async () => {
      await using harness = await createHarness();
      const task = aTask(
        [
          ["app", STAYS],
          ["side", STAYS, HELPER],
        ],
        { network: { groupId: "g" } },
      );
      const before = await ProviderDriver.recover(harness.open());
      before.provider.start(task);
      const started = await before.started(task.taskId);
      expect(started.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      await before[Symbol.asyncDispose]();

      await using driver = await ProviderDriver.recover(harness.open(), [recovered(task, false)]);
      expect(await driver.started(task.taskId)).toEqual(started);
      driver.provider.kill(task.taskId);
      await driver.ended(task.taskId);
    });
  });
}

function aScriptOf(script: string, network: AttemptSpec["network"]): AttemptSpec {
  return anAttempt(["sh", "-c", script], network === undefined ? {} : { network });
}

function after(
  containerName: string,
  condition: ContainerDependency["condition"],
): readonly ContainerDependency[] {
  return [{ containerName, condition }];
}

function logsOf(harness: ProviderHarness, { containers }: AttemptSpec): readonly string[] {
  return containers.map(({ logStreamId }) => harness.readLog(logStreamId).toString());
}

/** Outside the range from which Linux takes ports for outgoing connections. */
function aPort(): number {
  return 10_000 + Math.floor(Math.random() * 20_000);
}
