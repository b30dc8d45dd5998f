import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import { describeProvider } from "../provider-contract.ts";
import { ProviderDriver, aScript, anAttempt } from "../../../test/support/provider-driver.ts";
import { describeMissingExecutable } from "./find-executable.ts";
import { DEFAULT_PATH } from "./machine-probe.ts";
import { parseProcessStat } from "./process-identity.ts";
import { ProcessHarness, canUseCgroups } from "../../../test/support/process-harness.ts";

const hasCgroups = await canUseCgroups();
const MODES = [["watch"], ...(hasCgroups ? [["auto"]] : [])] as ["watch" | "auto"][];

describeProvider("with watched memory", () => Promise.resolve(new ProcessHarness({ memory: "watch" })));
if (hasCgroups) describeProvider("with cgroups", () => Promise.resolve(new ProcessHarness()));
else test.skip("SKIPPED with cgroups: on this machine no memory cgroup can be made and entered", () => {});

const SHELLS: readonly (readonly [name: string, program: string, createHarness: () => ProcessHarness])[] = [
  ["/bin/sh", "sh", () => new ProcessHarness()],
  ["dash", "dash", () => new ProcessHarness({ shell: ["dash"] })],
  ["bash as sh", "bash", () => new ProcessHarness({ shell: [join(linkTo("bash", "sh"), "sh")] })],
  ["busybox sh", "busybox", () => new ProcessHarness({ shell: ["busybox", "sh"] })],
  [
    "/bin/sh and the setsid of busybox",
    "busybox",
    () => new ProcessHarness({ path: `${linkTo("busybox", "setsid")}:${DEFAULT_PATH}` }),
  ],
];

for (const [name, program, createHarness] of SHELLS) {
  const isThere = describeMissingExecutable(program, DEFAULT_PATH, "/") === undefined;
  if (isThere) describeShell(name, createHarness);
  else test.skip(`SKIPPED with the shell ${name}: there is no ${program} on this machine`, () => {});
}

const links = mkdtempSync(join(tmpdir(), "batchyard-links-"));
afterAll(() => rmSync(links, { recursive: true }));

/** A folder in which the program has another name. */
function linkTo(program: string, name: string): string {
  const folder = mkdtempSync(join(links, "link-"));
  const found = DEFAULT_PATH.split(":").find(
    (path) => describeMissingExecutable(program, path, "/") === undefined,
  );
  symlinkSync(join(found ?? "", program), join(folder, name));
  return folder;
}

function describeShell(name: string, createHarness: () => ProcessHarness): void {
  describe(`with the shell ${name}`, () => {
    test("a job sees its own environment, and of the server's nothing", async () => {
      vi.stubEnv("SECRET_OF_THE_SERVER", "1");
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const names = [
        "PLAIN",
        "IFS",
        "PWD",
        "PS4",
        "BASH_ENV",
        "dir",
        "line",
        "BASH_FUNC_x%%",
        "a-b",
        "1",
        "é",
      ];
      const shellNames = ["OPTIND", "PPID", "RANDOM", "LINENO", "SHLVL", "_", "UID", "SECONDS"];
      const environment = [...names, ...shellNames].map((each) => ({
        name: each,
        value: `() { ${each}'; }`,
      }));
      const [plain, odd] = [environment.slice(0, 5), environment].map((part) =>
        anAttempt(["/bin/cat", "/proc/self/environ"], { environment: part }),
      );
      for (const spec of [plain, odd]) {
        if (spec === undefined) continue;
        driver.provider.start(spec);
        await driver.ended(spec.taskId);
        const seen = harness.readLog(spec.logStreamId).toString().split("\0");
        const work = expect.stringMatching(/\/runners\/[0-9a-f]{16}\/work$/);
        expect(Object.fromEntries(seen.slice(0, -1).map((entry) => entry.split(/=(.*)/s)))).toEqual({
          PATH: expect.stringContaining(DEFAULT_PATH),
          HOME: work,
          TMPDIR: work,
          BATCHYARD_TASK_ID: spec.taskId,
          ...Object.fromEntries(spec.environment.map((entry) => [entry.name, entry.value])),
        });
      }
    });

    test("any argument reaches the command as it was given", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const anArgument = fc
        .string({ unit: "binary" })
        .map((text) => text.replaceAll("\0", "").toWellFormed());
      await fc.assert(
        fc.asyncProperty(fc.array(anArgument), async (args) => {
          const spec = anAttempt(["sh", "-c", String.raw`printf '%s\0' "$@"`, "sh", "first", ...args]);
          driver.provider.start(spec);
          await driver.ended(spec.taskId);
          const seen = harness.readLog(spec.logStreamId).toString("utf8").split("\0");
          expect(seen).toEqual(["first", ...args, ""]);
        }),
        { numRuns: 20 },
      );
    });

    test("10,000 arguments reach the command", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const args = Array.from({ length: 10_000 }, (_, index) => `argument ${index}`);
      const spec = anAttempt(["sh", "-c", String.raw`printf '%s\n' "$@"`, "sh", ...args]);
      driver.provider.start(spec);
      await driver.ended(spec.taskId);
      expect(harness.readLog(spec.logStreamId).toString()).toBe(`${args.join("\n")}\n`);
    });

    test("what a job sends to its whole process group ends the job and not the shim", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const signals = ["HUP", "ALRM", "PIPE", "TERM", "USR1", "USR2"];
      const specs = signals.map((signal) => aScript(`kill -${signal} 0; sleep 600`));
      const codes: (number | undefined)[] = [];
      for (const spec of specs) {
        driver.provider.start(spec);
        codes.push((await driver.ended(spec.taskId)).outcome.exitCode);
      }
      expect(codes).toEqual([129, 142, 141, 143, 138, 140]);
    });

    test("a job may close its output", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = aScript("echo before; exec >&- 2>&- <&-; sleep 0; exit 6");
      driver.provider.start(spec);
      expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 6 });
      expect(harness.readLog(spec.logStreamId).toString()).toBe("before\n");
    });

    test("a job has no file of the shim's, and a session that is not the server's", async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const [files, stat] = [
        anAttempt(["/bin/ls", "-l", "/proc/self/fd"]),
        anAttempt(["/bin/cat", "/proc/self/stat"]),
      ];
      for (const spec of [files, stat]) {
        driver.provider.start(spec);
        await driver.ended(spec.taskId);
      }
      const open = harness.readLog(files.logStreamId).toString();
      expect(open).toMatch(/ 0 -> \/dev\/null\n(.*\n)* *.* 1 -> .*\/logs\/log-/);
      expect(open).not.toContain(harness.dir);
      const serverStat = parseProcessStat(readFileSync("/proc/self/stat", "utf8"));
      const jobStat = parseProcessStat(harness.readLog(stat.logStreamId).toString());
      expect(jobStat?.sessionId).not.toBe(serverStat?.sessionId);
      expect(jobStat?.groupId).toBe(jobStat?.sessionId);
    });

    // The setsid of busybox cannot fork: runners are started with "&", for which a shell sets SIGINT and SIGQUIT aside.
    const ignored = name.includes("busybox") ? "0000000000000006" : "0000000000000000";
    test(`a job blocks no signal and ignores ${ignored}`, async () => {
      await using harness = createHarness();
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = anAttempt(["/bin/cat", "/proc/self/status"]);
      driver.provider.start(spec);
      await driver.ended(spec.taskId);
      const status = harness.readLog(spec.logStreamId).toString();
      expect(status.match(/^Sig(Ign|Blk|Cgt):.*$/gm)).toEqual([
        `SigBlk:\t0000000000000000`,
        `SigIgn:\t${ignored}`,
        `SigCgt:\t0000000000000000`,
      ]);
    });
  });
}

describe.each(MODES)("memory mode %s", (memory) => {
  test("a kill reaches what has made itself a daemon", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("setsid sh -c 'sleep 600 & sleep 600' & echo ready; sleep 600");
    driver.provider.start(spec);
    await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
    driver.provider.kill(spec.taskId);
    expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ exitCode: 137 });
    await driver.until(() => !harness.isAlive(spec.taskId));
  });

  test("a daemon does not outlive its attempt", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("setsid sleep 600 & exit 0");
    driver.provider.start(spec);
    await driver.ended(spec.taskId);
    await driver.until(() => !harness.isAlive(spec.taskId));
  });

  test("what wiped its environment is ended with the attempt as long as it stays in the session", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("env -i WIPED=$BATCHYARD_TASK_ID sh -c 'trap \"\" HUP TERM; sleep 600' & exit 0");
    driver.provider.start(spec);
    await driver.ended(spec.taskId);
    await driver.until(() => harness.processesWith(`WIPED=${spec.taskId}`).length === 0);
  });

  // Without a cgroup nothing is left by which to find it: docs/process-provider.md says so.
  if (memory !== "watch") {
    test("what wiped its environment and left the session is ended too", async () => {
      await using harness = new ProcessHarness({ memory });
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = aScript("setsid env -i WIPED=$BATCHYARD_TASK_ID sleep 600 & exit 0");
      driver.provider.start(spec);
      await driver.ended(spec.taskId);
      await driver.until(() => harness.processesWith(`WIPED=${spec.taskId}`).length === 0);
    });
  }

  test("the peak of one attempt is not that of the one before", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const peaks: (number | undefined)[] = [];
    for (const size of [40_000_000, 1]) {
      const hold = `x=$(head -c ${size} /dev/zero | tr '\\0' x)`;
      const script = `pwd; ${hold}; echo ready; while [ ! -e go ]; do sleep 0.01; done`;
      const spec = aScript(script, { resources: { vcpuMillis: 250, memoryMiB: 512, gpuCount: 0 } });
      driver.provider.start(spec);
      await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
      driver.look();
      const [folder = ""] = harness.readLog(spec.logStreamId).toString().split("\n");
      writeFileSync(join(folder, "go"), "");
      peaks.push((await driver.ended(spec.taskId)).outcome.peakMemoryBytes);
    }
    expect(peaks[0]).toBeGreaterThan(30_000_000);
    expect(peaks[1]).toBeLessThan(30_000_000);
  });
});

test("an attempt that was stopped before there was a runner for it never runs", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  // The runners that are there from the start have work, and no more come until somebody waits for one.
  const busy = Array.from({ length: 2 }, () => aScript("sleep 60"));
  for (const spec of busy) driver.provider.start(spec);
  for (const { taskId } of busy) await driver.started(taskId);
  const specs = Array.from({ length: 3 }, () => aScript("echo ran"));
  for (const spec of specs) driver.provider.start(spec);
  for (const { taskId } of specs) driver.provider.stop(taskId);
  const last = aScript("echo last");
  driver.provider.start(last);
  for (const { taskId } of [last, ...specs]) await driver.ended(taskId);
  expect(specs.map(({ taskId }) => driver.find(taskId, "ended")?.outcome)).toEqual(
    specs.map(() => ({
      kind: "start-failed",
      reason: "TaskStoppedBeforePullBeginError: Task stopped before image pull could begin for task",
    })),
  );
  expect(specs.map(({ logStreamId }) => harness.readLog(logStreamId).toString())).toEqual(["", "", ""]);
});

test("an attempt whose log cannot be made fails to start, and the next one runs", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const [bad, good] = [aScript("true", { logStreamId: "no/such/folder" }), aScript("true")];
  driver.provider.start(bad);
  driver.provider.start(good);
  expect((await driver.ended(bad.taskId)).outcome).toMatchObject({
    kind: "start-failed",
    reason: expect.stringMatching(/^CannotCreateContainerError: ENOENT: no such file or directory/),
  });
  expect((await driver.ended(good.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
});

test("an attempt with a NUL character fails to start", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const specs = [anAttempt(["echo", "a\0b"]), aScript("true", { environment: [{ name: "A", value: "\0" }] })];
  for (const spec of specs) driver.provider.start(spec);
  for (const { taskId } of specs) {
    expect((await driver.ended(taskId)).outcome).toMatchObject({
      kind: "start-failed",
      reason: expect.stringContaining("NUL character"),
    });
  }
});

test("a runner has 500 attempts at most, and its folder goes when the last is acknowledged", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const namesSeen = new Set<string>();
  for (let index = 0; index < 510; index += 1) {
    const spec = aScript("exit 0");
    driver.provider.start(spec);
    await driver.ended(spec.taskId);
    driver.provider.acknowledge(spec.taskId, "ended");
    for (const name of harness.runnerNames()) namesSeen.add(name);
  }
  await driver.until(() => driver.provider.poll(Date.now() + 60_000) === undefined);
  const [first, second] = namesSeen;
  expect([...namesSeen]).toEqual([first, second]);
  expect(harness.runnerNames()).toHaveLength(1);
});

test("nothing is left when a provider without attempts is disposed of", async () => {
  await using harness = new ProcessHarness();
  const driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("echo left >behind");
  driver.provider.start(spec);
  await driver.ended(spec.taskId);
  driver.provider.acknowledge(spec.taskId, "ended");
  await driver[Symbol.asyncDispose]();
  expect(harness.shimProcesses()).toEqual([]);
  expect(harness.runnerNames()).toEqual([]);
});

test("asks to be called again only while there is something to look at", async () => {
  await using harness = new ProcessHarness({ memory: "watch" });
  await using driver = await ProviderDriver.recover(harness.open());
  const nowMs = Date.now();
  expect(driver.provider.poll(nowMs)).toBeUndefined();
  const spec = aScript("sleep 600");
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  const dueInMs = driver.provider.poll(nowMs + 100_000);
  expect(dueInMs).toBeGreaterThanOrEqual(250);
  expect(driver.provider.poll(nowMs + 100_001)).toBe((dueInMs ?? 0) - 1);
  expect(driver.provider.poll(nowMs)).toBeGreaterThanOrEqual(250);
  driver.provider.kill(spec.taskId);
  await driver.ended(spec.taskId);
  await driver.until(() => driver.provider.poll(Date.now() + 60_000) === undefined);
});
