import { describe, expect, test } from "vitest";
import { ProcessHarness, canUseCgroups } from "../../../test/support/process-harness.ts";
import { ProviderDriver, aScript, anAttempt } from "../../../test/support/provider-driver.ts";

const OUT_OF_MEMORY_REASON = "OutOfMemoryError: Container killed due to memory usage";

describePlainProcesses("with watched memory", () => new ProcessHarness({ memory: "watch" }));
if (await canUseCgroups()) describePlainProcesses("with cgroups", () => new ProcessHarness());
else test.skip("SKIPPED with cgroups: on this machine no memory cgroup can be made and entered", () => {});

/** What holds beyond the contract for attempts that are processes of this machine. */
function describePlainProcesses(name: string, createHarness: () => ProcessHarness): void {
  describe(name, () => {
    test.each<[name: string, script: string, exitCode: number]>([
      ["that a signal ends has 128 and the signal", "kill -USR1 $$; sleep 60", 138],
      ["that kills itself ends with 137, for no other reason", "kill -KILL $$", 137],
    ])("an attempt %s", async (_name, script, exitCode) => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = aScript(script);
      driver.provider.start(spec);
      const { outcome } = await driver.ended(spec.taskId);
      const { peakMemoryBytes: _peak, cpuTimeMs: _cpu, ...rest } = outcome;
      expect(rest).toEqual({ kind: "exited", exitCode });
    });

    test("both outputs are in the log in the order of writing, with no newline at its end but the command's", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = aScript(String.raw`printf 'a\000\377\303'; printf '\251\r\nb' >&2; printf c`);
      driver.provider.start(spec);
      await driver.ended(spec.taskId);
      expect(harness.readLog(spec.logStreamId)).toEqual(Buffer.from("a\0\xff\xc3\xa9\r\nbc", "latin1"));
    });

    test("the working folder is the attempt's own, and empty at first", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const first = aScript("echo left >behind; mkdir -p deep/er; chmod 0 deep; ls -A");
      driver.provider.start(first);
      await driver.ended(first.taskId);
      const second = aScript("ls -A; echo done");
      driver.provider.start(second);
      await driver.ended(second.taskId);
      expect(harness.readLog(first.logStreamId).toString()).toBe("behind\ndeep\n");
      expect(harness.readLog(second.logStreamId).toString()).toBe("done\n");
    });

    test("an attempt goes as a whole when a child of it takes too much memory", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const resources = { vcpuMillis: 250, memoryMiB: 32, gpuCount: 0 };
      const hog = "(head -c 300000000 /dev/zero; sleep 600) | tail -c 1000000000 | cat";
      const spec = aScript(`${hog} & sleep 600; wait`, { resources });
      driver.provider.start(spec);
      const { outcome } = await driver.ended(spec.taskId);
      expect(outcome).toMatchObject({ kind: "exited", exitCode: 137, reason: OUT_OF_MEMORY_REASON });
      await driver.until(() => !harness.isAlive(spec.taskId));
    });

    test.each<[name: string, command: readonly string[] | undefined, reason: string]>([
      ["without a command", undefined, "the process provider needs a command"],
      ["of a file that is no program", ["/etc/passwd"], `exec: "/etc/passwd": permission denied`],
    ])("an attempt %s does not start", async (_name, command, reason) => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = anAttempt(command);
      driver.provider.start(spec);
      const { outcome, startedAtMs } = await driver.ended(spec.taskId);
      expect({ ...outcome, startedAtMs }).toEqual({
        kind: "start-failed",
        reason: expect.stringMatching(/^CannotStartContainerError: /),
        startedAtMs: undefined,
      });
      expect(outcome.reason).toContain(reason);
    });

    test("SIGTERM ends a command that does not answer it", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = aScript("echo ready; sleep 600 & wait");
      driver.provider.start(spec);
      await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
      driver.provider.stop(spec.taskId);
      expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 143 });
    });
  });
}
