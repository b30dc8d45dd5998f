import { describe, expect, inject, test } from "vitest";
import { DockerTestEngine, TEST_IMAGE } from "../../../test/support/docker-engine.ts";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { ProviderDriver, aScript } from "../../../test/support/provider-driver.ts";
import { connectEngine } from "./engine-client.ts";

const isThere = inject("dockerHost") !== "" && process.getuid?.() === 0;

const WAITS = "while :; do sleep 0.05; done";

describe.skipIf(!isThere)("an engine of the test's own", () => {
  test("that stops takes its containers along, whatever their exit code; others keep theirs", async () => {
    await using engine = await DockerTestEngine.start();
    await using harness = new DockerHarness(engine.dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const lost = aScript(`trap 'exit 0' TERM; echo ready; ${WAITS}`);
    const kept = aScript("exit 3");
    for (const spec of [lost, kept]) driver.provider.start(spec);
    await driver.until(() => harness.readLog(lost.logStreamId).includes("ready"));
    await driver.ended(kept.taskId);
    await engine.end("SIGTERM");
    await driver.until(() => driver.provider.outage());
    expect(driver.provider.outage()).toContain(engine.dockerHost);
    await engine.restart();
    expect((await driver.ended(lost.taskId)).outcome).toEqual({ kind: "host-lost" });
    expect((await driver.ended(kept.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 3 });
    expect(driver.provider.outage()).toBeUndefined();
  });

  test("that is killed ends what ran when it comes back; what ended by itself meanwhile has its exit code", async () => {
    await using engine = await DockerTestEngine.start();
    await using harness = new DockerHarness(engine.dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const lost = aScript(`trap 'exit 0' TERM; echo ready; ${WAITS}`);
    const own = aScript("echo ready; sleep 2; echo done; exit 8");
    for (const spec of [lost, own]) {
      driver.provider.start(spec);
      await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
    }
    await engine.end("SIGKILL");
    const waiting = aScript("echo ran");
    driver.provider.start(waiting);
    await driver.until(() => driver.provider.outage());
    expect(driver.provider.stageOf(waiting.taskId)).toBe(driver.provider.outage());
    expect(driver.provider.observe().filter(({ kind }) => kind === "ended")).toEqual([]);
    await new Promise((resolve) => AbortSignal.timeout(2_500).addEventListener("abort", resolve));
    await engine.restart();
    expect((await driver.ended(own.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 8 });
    expect((await driver.ended(lost.taskId)).outcome).toEqual({ kind: "host-lost" });
    expect((await driver.ended(waiting.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(harness.readLog(own.logStreamId).toString()).toMatch(/^ready\n/);
  });

  test("that is killed has forgotten what it made, and knows what it has made since", async () => {
    await using engine = await DockerTestEngine.start();
    await using client = connectEngine(engine.address);
    const signal = AbortSignal.timeout(60_000);
    const make = (name: string): Promise<string> =>
      client.createContainer(name, { Image: TEST_IMAGE, Env: [], Labels: {}, HostConfig: {} }, signal);
    const before = await make("before");
    await engine.end("SIGKILL");
    await engine.restart();
    const after = await make("after");
    expect(await client.remembersMaking(before, signal)).toBe(false);
    expect(await client.remembersMaking(after, signal)).toBe(true);
  });

  test("that is away when the server starts is waited for", async () => {
    await using engine = await DockerTestEngine.start();
    await using harness = new DockerHarness(engine.dockerHost);
    await engine.end("SIGTERM");
    await using driver = await ProviderDriver.recover(harness.open());
    const { provider } = driver;
    expect(provider.outage()).toMatch(/cannot be reached/);
    expect(provider.capacity()).toEqual({ vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 });
    const [wanted, unwanted] = [aScript("echo ran"), aScript("echo ran")];
    for (const spec of [wanted, unwanted]) provider.start(spec);
    provider.stop(unwanted.taskId);
    expect((await driver.ended(unwanted.taskId)).outcome.kind).toBe("start-failed");
    await engine.restart();
    expect((await driver.ended(wanted.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(provider.capacity().vcpuMillis).toBeGreaterThan(0);
  });
});
