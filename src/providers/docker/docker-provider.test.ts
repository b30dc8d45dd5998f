import { expect, test } from "vitest";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { FakeDockerEngine } from "../../../test/support/fake-docker-engine.ts";
import { ProviderDriver, aScript, aTask, recovered } from "../../../test/support/provider-driver.ts";
import { runIdOf } from "../container-run.ts";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import type { DockerProviderOptions } from "./docker-provider.ts";
import { OWNER_LABEL, TASK_LABEL, containerName } from "./docker-spec.ts";
import { readOwnerId } from "./owner-id.ts";

function withFake(options: Partial<DockerProviderOptions> = {}): {
  engine: FakeDockerEngine;
  harness: FakeHarness;
} {
  const engine = new FakeDockerEngine();
  return { engine, harness: new FakeHarness("unix:///none", { engine, ...options }) };
}

class FakeHarness extends DockerHarness {
  /** There is no engine to ask what is left in it. */
  override docker(): string {
    return "";
  }
}

test.each<[call: "createContainer" | "startContainer", reason: string]>([
  ["createContainer", "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s"],
  ["startContainer", "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s"],
])("%s that hangs is given up, and the container that may yet come is removed", async (call, reason) => {
  const limits = { createMsMax: 20, startMsMax: 20 };
  const { engine, harness } = withFake({ limits });
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  engine.hanging.add(call);
  const spec = aScript("true");
  driver.provider.start(spec);
  expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "start-failed", reason });
  engine.hanging.clear();
  driver.provider.acknowledge(spec.taskId, "ended");
  engine.put(containerName(spec.taskId), {
    [OWNER_LABEL]: readOwnerId(harness.dir),
    [TASK_LABEL]: spec.taskId,
  });
  await driver.until(() => engine.containers.size === 0);
});

test("a kill that hangs is given up", async () => {
  const { engine, harness } = withFake({ limits: { signalMsMax: 20 } });
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("true");
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  engine.hanging.add("signalContainer");
  driver.provider.kill(spec.taskId);
  expect((await driver.ended(spec.taskId)).outcome).toEqual({
    kind: "exited",
    reason: "DockerTimeoutError: Could not transition to stopped; timed out after waiting 30s",
  });
  await driver.until(() => engine.containers.size === 0);
});

test("a container that ends while its kill is being given up is told of once", async () => {
  const { engine, harness } = withFake({ limits: { signalMsMax: 20 } });
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("true");
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  const [asked, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const inspect = engine.inspectContainer.bind(engine);
  engine.inspectContainer = async (id, signal) => {
    asked.resolve();
    await mayAnswer.promise;
    return inspect(id, signal);
  };
  engine.hanging.add("signalContainer");
  engine.end(containerName(spec.taskId), 0);
  await asked.promise;
  driver.provider.kill(spec.taskId);
  await driver.ended(spec.taskId);
  mayAnswer.resolve();
  engine.inspectContainer = inspect;
  const other = aScript("true");
  driver.provider.start(other);
  await driver.started(other.taskId);
  expect(driver.provider.observe().filter(({ kind }) => kind === "ended")).toHaveLength(1);
});

test("a pull that loses the engine is begun again, even if nothing else noticed", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const inspectImage = engine.inspectImage.bind(engine);
  engine.inspectImage = () => {
    engine.inspectImage = inspectImage;
    return Promise.reject(new EngineAway("the connection was cut"));
  };
  const spec = aScript("true");
  driver.provider.start(spec);
  await driver.started(spec.taskId);
});

test("an engine that does not answer what every engine can counts as away, and nothing is lost by it", async () => {
  const { engine, harness } = withFake({ limits: { askMsMax: 20 } });
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  engine.hanging.add("inspectContainer");
  const spec = aScript("true");
  driver.provider.start(spec);
  await driver.until(() => driver.provider.outage());
  engine.hanging.clear();
  await driver.started(spec.taskId);
  engine.end(containerName(spec.taskId), 0);
  expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
});

test("an engine that is away takes nothing along: what it still has goes on, the rest is lost or begun", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const [lives, gone, fresh] = [aScript("true"), aScript("true"), aScript("true")];
  for (const spec of [lives, gone]) {
    driver.provider.start(spec);
    await driver.started(spec.taskId);
  }
  engine.leave();
  await driver.until(() => driver.provider.outage());
  driver.provider.start(fresh);
  engine.containers.delete(containerName(gone.taskId));
  expect(driver.provider.outage()).toBe("the fake engine is away");
  engine.comeBack();
  expect((await driver.ended(gone.taskId)).outcome).toEqual({ kind: "host-lost" });
  await driver.started(fresh.taskId);
  engine.end(containerName(lives.taskId), 5);
  expect((await driver.ended(lives.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 5 });
  expect(driver.provider.observe().filter(({ kind }) => kind === "ended")).toHaveLength(2);
});

test("a container that was made and not started before a crash is started once", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  const spec = aScript("true");
  engine.put(containerName(spec.taskId), {
    [OWNER_LABEL]: readOwnerId(harness.dir),
    [TASK_LABEL]: spec.taskId,
  });
  await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, false)]);
  await driver.started(spec.taskId);
  expect(engine.asked.filter((each) => each.startsWith("startContainer"))).toHaveLength(1);
  expect(engine.containers.size).toBe(1);
});

test("a container that an engine was starting when it was killed is lost with it", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  engine.refusals.set("startContainer", "task 0123abcd: already exists");
  const spec = aScript("true");
  driver.provider.start(spec);
  expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
});

test("a container that an engine may have been starting when it went away is not started again", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  const spec = aScript("true");
  const labels = { [OWNER_LABEL]: readOwnerId(harness.dir), [TASK_LABEL]: spec.taskId };
  engine.put(containerName(spec.taskId), labels);
  engine.isNew = true;
  await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, false)]);
  expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
  expect(engine.asked.filter((each) => each.startsWith("startContainer"))).toEqual([]);
});

test("a wish to end that came while the engine was away is fulfilled when it is back", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("true");
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  engine.leave();
  await driver.until(() => driver.provider.outage());
  driver.provider.stop(spec.taskId);
  engine.comeBack();
  expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 143 });
});

test("a network of our own that somebody has removed is made again, another's is not", async () => {
  const { engine, harness } = withFake({ network: "batchyard" });
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  engine.missingNetworks.add("batchyard");
  const spec = aScript("true");
  driver.provider.start(spec);
  await driver.started(spec.taskId);

  engine.missingNetworks.add("theirs");
  const refused = aScript("true");
  driver.provider.start(refused);
  expect((await driver.ended(refused.taskId)).outcome).toEqual({
    kind: "start-failed",
    reason: "CannotStartContainerError: Error response from daemon: network theirs not found",
  });
});

test("several containers of a task start once what they share is there, and that goes after them", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const task = aTask(
    [
      ["app", ""],
      ["side", ""],
    ],
    { network: { groupId: "g" } },
  );
  const names = [0, 1].map((index) => containerName(runIdOf(task.taskId, index)));
  const pause = `${containerName(task.taskId)}-pause`;
  driver.provider.start(task);
  await driver.started(task.taskId);
  expect([...engine.containers.keys()][0]).toBe(pause);
  expect(new Set(engine.containers.keys())).toEqual(new Set([pause, ...names]));
  expect([...engine.networks.keys()]).toEqual(["batchyard-group-g"]);
  driver.provider.stop(task.taskId);
  await driver.ended(task.taskId);
  expect(new Set(engine.containers.keys())).toEqual(new Set([pause, ...names]));
  driver.provider.acknowledge(task.taskId, "ended");
  await driver.until(() => engine.containers.size === 0 && engine.networks.size === 0);
  expect(engine.asked.filter((call) => call.startsWith("removeContainer")).at(-1)).toBe(
    `removeContainer ${pause}`,
  );
});

test("what several containers share cannot be made: none of them starts", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  engine.ensureNetwork = () => Promise.reject(new EngineRefusal(500, "no address pool is left"));
  const task = aTask(
    [
      ["app", ""],
      ["side", ""],
    ],
    { network: { groupId: "g" } },
  );
  driver.provider.start(task);
  expect((await driver.ended(task.taskId)).outcome).toMatchObject({
    kind: "start-failed",
    reason: "CannotCreateContainerError: Error response from daemon: no address pool is left",
  });
  expect(engine.containers.size).toBe(0);
});

test("the network of a group that somebody has removed is made again", async () => {
  const { engine, harness } = withFake();
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  engine.missingNetworks.add("batchyard-group-g");
  const spec = aScript("true", { network: { groupId: "g" } });
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  expect(engine.missingNetworks.size).toBe(0);
});
