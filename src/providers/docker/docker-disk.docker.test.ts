import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { DockerTestEngine, TEST_IMAGE } from "../../../test/support/docker-engine.ts";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { ImageRegistry } from "../../../test/support/image-registry.ts";
import { ProviderDriver, aScript, recovered } from "../../../test/support/provider-driver.ts";
import { mountSmallDisk } from "../../../test/support/small-disk.ts";
import { runDocker } from "../../../test/support/run-docker.ts";
import type { DiskOptions } from "../disk-watch.ts";
import { readPulledImages } from "./pulled-images.ts";

const dockerHost = inject("dockerHost");

const MIB = 1024 ** 2;
const IMAGE_MIB = 20;
const NAMES = ["a", "b", "c", "d", "e"];

/** Watched all the time, and nothing but the limit counts. */
function watched(limitMiB: number, more: Partial<DiskOptions> = {}): DiskOptions {
  const pausesMs = { look: 50, count: 200, urgentCount: 100 };
  return {
    limitBytes: limitMiB * MIB,
    reserveBytes: 0,
    dataDir: "/",
    logBytes: () => 0,
    pausesMs,
    ...more,
  };
}

/** Makes an image with so many bytes of its own. */
function makeImage(name: string): void {
  const script = `dd if=/dev/urandom of=/blob bs=1M count=${IMAGE_MIB}`;
  const container = runDocker(dockerHost, "create", "--network", "none", TEST_IMAGE, "sh", "-c", script);
  runDocker(dockerHost, "start", container);
  runDocker(dockerHost, "wait", container);
  runDocker(dockerHost, "commit", container, name);
  runDocker(dockerHost, "rm", container);
}

describe.skipIf(dockerHost === "")("images on the disk of an engine", () => {
  let registry: ImageRegistry;
  const reference = (name: string): string => `${registry.name}/${name}:1`;

  beforeAll(async () => {
    registry = await ImageRegistry.start();
    for (const name of NAMES.map(reference)) {
      makeImage(name);
      // The registry stands behind a gate in this process, which has to go on meanwhile.
      await promisify(execFile)("docker", ["--host", dockerHost, "push", name]);
      runDocker(dockerHost, "rmi", name);
    }
  });

  afterAll(async () => {
    const left = stored();
    if (left.length > 0) runDocker(dockerHost, "rmi", "--force", ...left);
    await registry[Symbol.asyncDispose]();
  });

  /** Those of this test that the engine has. */
  function stored(): readonly string[] {
    const names = runDocker(dockerHost, "images", "--format", "{{.Repository}}:{{.Tag}}").split("\n");
    return names.filter((name) => name.startsWith(registry.name)).toSorted();
  }

  /** Has a job end well. */
  async function run(driver: ProviderDriver, name: string): Promise<void> {
    const spec = aScript("true", { container: { image: reference(name) } });
    driver.provider.start(spec);
    expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "exited", exitCode: 0 });
    driver.provider.acknowledge(spec.taskId, "ended");
  }

  test("go when the limit is near, those first that no job has used for the longest time", async () => {
    const removed: string[] = [];
    const onImageRemoved = (name: string): void => void removed.push(name);
    await using harness = new DockerHarness(dockerHost, { disk: watched(100, { onImageRemoved }) });
    const driver = await ProviderDriver.recover(harness.open());
    const holder = aScript("sleep 600", { container: { image: reference("b") } });
    await run(driver, "a");
    driver.provider.start(holder);
    await driver.started(holder.taskId);
    makeImage(reference("mine"));
    for (const name of ["c", "a", "d"]) await run(driver, name);
    expect(removed).toEqual([]);

    await run(driver, "e");
    await driver.until(() => removed.length >= 2);
    expect(removed).toEqual(["c", "a"].map(reference));
    await driver.until(() => driver.provider.outage() === undefined);
    expect(stored()).toEqual(["b", "d", "e", "mine"].map(reference));
    await driver[Symbol.asyncDispose]();

    // The next run of the server knows which were pulled, in what order they were used, and which job has one.
    const tight = { disk: watched(30, { onImageRemoved }) };
    await using after = await ProviderDriver.recover(harness.open(tight), [recovered(holder, true)]);
    await after.until(() => removed.length >= 4);
    expect(removed).toEqual(["c", "a", "d", "e"].map(reference));
    expect(stored()).toEqual(["b", "mine"].map(reference));
    // The notes are written after the removals.
    await after.until(() => readPulledImages(harness.dir).length <= 1);
    expect(readPulledImages(harness.dir).map(({ name }) => name)).toEqual([reference("b")]);
    after.provider.kill(holder.taskId);
    await after.ended(holder.taskId);
  });

  test("that was removed is pulled anew for the next job", async () => {
    const removed: string[] = [];
    const onImageRemoved = (name: string): void => void removed.push(name);
    await using harness = new DockerHarness(dockerHost, { disk: watched(1, { onImageRemoved }) });
    await using driver = await ProviderDriver.recover(harness.open());
    for (const count of [1, 2]) {
      await run(driver, "c");
      await driver.until(() => removed.length >= count);
    }
    expect(removed).toEqual(["c", "c"].map(reference));
    await driver.until(() => driver.provider.outage() === undefined);
  });

  test("make room for one that the disk does not take", async (context) => {
    using disk = mountSmallDisk(110, context);
    await using engine = await DockerTestEngine.start(disk.path);
    const removed: string[] = [];
    const onImageRemoved = (name: string): void => void removed.push(name);
    const unlimited: DiskOptions = { reserveBytes: 0, dataDir: "/", logBytes: () => 0, onImageRemoved };
    await using harness = new DockerHarness(engine.dockerHost, { disk: unlimited });
    await using driver = await ProviderDriver.recover(harness.open());
    for (const name of NAMES) await run(driver, name);
    expect(removed.length).toBeGreaterThan(0);
    expect(removed).toEqual(NAMES.slice(0, removed.length).map(reference));
  });

  test("what jobs write counts: nothing is started until there is room again", async () => {
    await using harness = new DockerHarness(dockerHost, { disk: watched(100) });
    await using driver = await ProviderDriver.recover(harness.open());
    const volumes = [{ name: "scratch" }];
    const mountPoints = [{ sourceVolume: "scratch", containerPath: "/scratch" }];
    const write = "for file in /blob /scratch/blob; do dd if=/dev/urandom of=$file bs=1M count=60; done";
    const spec = aScript(`${write}; sleep 600`, { container: { volumes, mountPoints } });
    driver.provider.start(spec);
    const full =
      "the disk is full: 120 MiB of 100 MiB (--disk-limit) are taken, images 0 bytes, scratch 120 MiB, logs 0 bytes";
    await driver.until(() => driver.provider.outage() === full);
    expect(harness.isAlive(spec.taskId)).toBe(true);
    driver.provider.kill(spec.taskId);
    await driver.ended(spec.taskId);
    driver.provider.acknowledge(spec.taskId, "ended");
    await driver.until(() => driver.provider.outage() === undefined);
  });
});
