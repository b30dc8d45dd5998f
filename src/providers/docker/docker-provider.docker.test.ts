import { describe, expect, inject, test } from "vitest";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { ProviderDriver, aScript, anAttempt, recovered } from "../../../test/support/provider-driver.ts";
import { describeProvider } from "../provider-contract.ts";
import { readOwnerId } from "./owner-id.ts";

const dockerHost = inject("dockerHost");

if (dockerHost === "") {
  test.skip("SKIPPED the Docker provider: there is no container engine", () => {});
} else {
  describeProvider("the Docker provider", () => Promise.resolve(new DockerHarness(dockerHost)));
  describe("the Docker provider beyond the contract", describeContainers);
}

function describeContainers(): void {
  test.each<[name: string, script: string, exitCode: number]>([
    ["a signal that ends the command gives 128 and the signal", "kill -USR1 $$; sleep 60", 138],
    ["SIGKILL that the command sends itself gives 137, for no other reason", "kill -KILL $$", 137],
  ])("%s", async (_name, script, exitCode) => {
    await using harness = new DockerHarness(dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript(script, { container: { linuxParameters: { initProcessEnabled: true } } });
    driver.provider.start(spec);
    expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "exited", exitCode });
  });

  test("an attempt without a command runs what its image says", async () => {
    await using harness = new DockerHarness(dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = anAttempt(undefined);
    driver.provider.start(spec);
    expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "exited", exitCode: 0 });
  });

  test("an ended container goes once its end is acknowledged, with its anonymous volumes", async () => {
    await using harness = new DockerHarness(dockerHost);
    await using driver = await ProviderDriver.recover(harness.open());
    const volumes = [{ name: "scratch" }];
    const mountPoints = [{ sourceVolume: "scratch", containerPath: "/scratch" }];
    const spec = aScript("echo kept >/scratch/file; mount | grep -c /scratch", {
      container: { volumes, mountPoints },
    });
    driver.provider.start(spec);
    await driver.ended(spec.taskId);
    const [container = ""] = harness.containers();
    const volume = harness.docker("inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", container);
    expect(volume).toMatch(/^[0-9a-f]{64}$/);
    driver.provider.acknowledge(spec.taskId, "ended");
    await driver.until(() => harness.containers().length === 0);
    expect(harness.docker("volume", "ls", "--quiet", "--filter", `name=${volume}`)).toBe("");
  });

  test("a volume that an engine left behind when it was killed goes, and nobody else's", async () => {
    await using harness = new DockerHarness(dockerHost);
    const make = (owner: string): string =>
      harness.docker("volume", "create", "--label", `batchyard.owner=${owner}`);
    const [left, foreign] = [make(readOwnerId(harness.dir)), make("another")];
    await using _driver = await ProviderDriver.recover(harness.open());
    const volumes = harness.docker("volume", "ls", "--quiet").split("\n");
    expect(volumes).not.toContain(left);
    expect(volumes).toContain(foreign);
    harness.docker("volume", "rm", foreign);
  });

  test("two servers on one engine, and what others run there, leave each other alone", async () => {
    await using harness = new DockerHarness(dockerHost);
    await using other = new DockerHarness(dockerHost);
    const foreign = harness.docker("run", "--detach", "--network", "none", "busybox:1", "sleep", "600");
    const spec = aScript("echo ready; sleep 600");
    const before = await ProviderDriver.recover(harness.open());
    before.provider.start(spec);
    await before.started(spec.taskId);
    await before[Symbol.asyncDispose]();
    await using theirs = await ProviderDriver.recover(other.open());
    theirs.look();
    expect(theirs.provider.observe()).toEqual([]);
    expect(harness.isAlive(spec.taskId)).toBe(true);
    await using ours = await ProviderDriver.recover(harness.open());
    await ours.until(() => harness.containers().length === 0);
    expect(harness.docker("rm", "--force", foreign)).toBe(foreign);
  });

  test("a log is taken up without a gap or a double line after each restart", async () => {
    await using harness = new DockerHarness(dockerHost);
    const spec = aScript(
      "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; [ $((i % 50)) -gt 0 ] || sleep 0.05; done",
    );
    const first = await ProviderDriver.recover(harness.open());
    first.provider.start(spec);
    await first.until(() => harness.readLog(spec.logStreamId).length > 1_000);
    await first[Symbol.asyncDispose]();
    for (const length of [8_000, 16_000]) {
      const next = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
      await next.until(() => harness.readLog(spec.logStreamId).length > length);
      await next[Symbol.asyncDispose]();
    }
    await using last = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    await last.ended(spec.taskId);
    const expected = Array.from({ length: 3_000 }, (_, index) => `line ${index + 1}\n`).join("");
    expect(harness.readLog(spec.logStreamId).toString()).toBe(expected);
  });

  test("20 MB of lines come whole and in order", async () => {
    await using harness = new DockerHarness(dockerHost, { jobLogBytesMax: 256 * 1024 * 1024 });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("yes 0123456789abcdef0123456789abcdef | head -c 20000000");
    driver.provider.start(spec);
    await driver.ended(spec.taskId);
    const line = "0123456789abcdef0123456789abcdef\n";
    const expected = Buffer.from(line.repeat(Math.ceil(20_000_000 / line.length))).subarray(0, 20_000_000);
    const seen = harness.readLog(spec.logStreamId);
    expect(seen.subarray(0, 20_000_000).equals(expected)).toBe(true);
    expect(seen.length - 20_000_000).toBeLessThanOrEqual(1);
  });

  test("attempts wait for a start slot, and say so", async () => {
    await using harness = new DockerHarness(dockerHost, { startsAtOnceMax: 1 });
    await using driver = await ProviderDriver.recover(harness.open());
    const specs = [aScript("true"), aScript("true"), aScript("true")];
    for (const spec of specs) driver.provider.start(spec);
    const last = specs[2]?.taskId ?? "";
    await driver.until(() => driver.provider.stageOf(last) === "waiting for one of 1 start slots");
    await driver.ended(last);
    expect(driver.provider.stageOf(last)).toBeUndefined();
  });
}
