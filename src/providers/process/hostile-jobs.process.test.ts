import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProcessHarness, canUseCgroups } from "../../../test/support/process-harness.ts";
import {
  type PlainAttempt,
  ProviderDriver,
  aScript,
  recovered,
} from "../../../test/support/provider-driver.ts";
import { ProcessTable, readBootId } from "./process-identity.ts";

const MODES = [["watch"], ...((await canUseCgroups()) ? [["auto"]] : [])] as ["watch" | "auto"][];
const table = new ProcessTable(readBootId());
const HOST_LOST = { kind: "host-lost" };

/** What stands in place of a file. */
const MAKE_WAY: Readonly<Record<string, (path: string) => void>> = {
  "a FIFO": (path) => execFileSync("mkfifo", [path]),
  "a folder": (path) => mkdirSync(join(path, "with", "more"), { recursive: true }),
  "a symbolic link": (path) => symlinkSync("/dev/zero", path),
  "an endless file": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 100 * 1024 ** 3);
  },
};

describe.each(MODES)("memory mode %s", (memory) => {
  describe.each([
    ["its runner", "kill -STOP $PPID"],
    ["its process group", "kill -STOP 0"],
  ])("a job that stops %s", (_name, command) => {
    test.each<[wish: "stop" | "kill", exitCode: number]>([
      ["stop", 143],
      ["kill", 137],
    ])("is ended by a %s", async (wish, exitCode) => {
      await using harness = new ProcessHarness({ memory });
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = await startStopped(driver, harness, command);
      driver.provider[wish](spec.taskId);
      expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode });
      await driver.until(() => !harness.isAlive(spec.taskId));
    });

    test("is ended after a restart of the server", async () => {
      await using harness = new ProcessHarness({ memory });
      const before = await ProviderDriver.recover(harness.open());
      const spec = await startStopped(before, harness, command);
      await before[Symbol.asyncDispose]();
      await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
      driver.provider.kill(spec.taskId);
      expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 137 });
    });
  });

  test("a job that stops its runner and ends has its exit code", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("kill -STOP $PPID; exit 3");
    driver.provider.start(spec);
    expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 3 });
  });

  test.each(["nothing", ...Object.keys(MAKE_WAY)])(
    "a job that puts %s in place of its record is lost, and does not begin again",
    async (kind) => {
      await using harness = new ProcessHarness({ memory });
      await using driver = await ProviderDriver.recover(harness.open());
      const spec = aScript("rm ../record; pwd; while [ ! -e go ]; do sleep 0.02; done; exit 3");
      driver.provider.start(spec);
      const work = await driver.until(() => readWorkFolder(harness, spec));
      MAKE_WAY[kind]?.(join(work, "..", "record"));
      writeFileSync(join(work, "go"), "");
      expect((await driver.ended(spec.taskId)).outcome).toEqual(HOST_LOST);
      expect(await runOne(driver)).toBe(0);
      expect(harness.readLog(spec.logStreamId).toString()).toBe(`${work}\n`);
    },
  );

  test.each(Object.keys(MAKE_WAY))("a server comes back where %s is in place of a record", async (kind) => {
    await using harness = new ProcessHarness({ memory });
    const before = await ProviderDriver.recover(harness.open());
    const spec = aScript("pwd; sleep 600");
    before.provider.start(spec);
    const work = await before.until(() => readWorkFolder(harness, spec));
    await before.started(spec.taskId);
    await before[Symbol.asyncDispose]();
    replace(join(work, "..", "record"), kind);

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect((await driver.ended(spec.taskId)).outcome).toEqual(HOST_LOST);
    await driver.until(() => !harness.isAlive(spec.taskId));
    expect(await runOne(driver)).toBe(0);
  });

  test.each(Object.keys(MAKE_WAY))(
    "a server comes back where everything of the provider is %s",
    async (kind) => {
      await using harness = new ProcessHarness({ memory });
      const before = await ProviderDriver.recover(harness.open());
      await runOne(before);
      const place = harness.cgroupPlace();
      await before[Symbol.asyncDispose]();
      // Where memory is watched nothing but the harness reads the note of the cgroup.
      const cgroupNames = memory === "watch" ? [] : ["cgroup", "cgroup.new"];
      for (const name of ["boot", "boot.new", "closed", "events", "runners", "trash", ...cgroupNames])
        replace(join(harness.dir, name), kind);

      for (let times = 0; times < 2; times += 1) {
        await using driver = await ProviderDriver.recover(harness.open());
        expect(await runOne(driver)).toBe(0);
        expect(harness.cgroupPlace()).toBe(place);
      }
    },
  );

  test("what is told of an attempt is heard behind megabytes without a newline", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("head -c 3000000 /dev/zero >../../../events; exit 4");
    const ended = new Promise<void>((resolve) => {
      driver.provider.onNews(() => {
        if (driver.find(spec.taskId, "ended") !== undefined) resolve();
      });
    });
    driver.provider.start(spec);
    await ended;
    expect(driver.find(spec.taskId, "ended")?.outcome).toMatchObject({ kind: "exited", exitCode: 4 });
  });
});

test("an attempt that is killed and never got to its command is given up after 10 seconds", async () => {
  let passedMs = 0;
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() + passedMs };
  const spec = aScript("exit 0");
  const log = join(mkdtempSync(join(tmpdir(), "batchyard-log-")), "log");
  MAKE_WAY["a FIFO"]?.(log);
  const openFile = (streamId: string): string => (streamId === spec.logStreamId ? log : "/dev/null");
  await using harness = new ProcessHarness({ clock, logs: { openFile, closeFile: () => {} } });
  await using driver = await ProviderDriver.recover(harness.open());
  driver.provider.start(spec);
  const records = (): readonly string[] =>
    harness.runnerNames().map((name) => readFileSync(join(harness.dir, "runners", name, "record"), "utf8"));
  await driver.until(() => records().some((record) => record.includes(`claim ${spec.taskId}`)));
  driver.provider.kill(spec.taskId);
  driver.look();
  expect(driver.find(spec.taskId, "ended")).toBeUndefined();
  passedMs = 11_000;
  expect((await driver.ended(spec.taskId)).outcome).toEqual(HOST_LOST);
  expect(await runOne(driver)).toBe(0);
  rmSync(dirname(log), { recursive: true });
});

test.each([
  ["removed its start", "rm ../start"],
  ["replaced its orders", "rm ../orders; : >../orders"],
])("the job after one that %s runs at once", async (_name, script) => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  for (let times = 0; times < 3; times += 1) expect(await runOne(driver, script)).toBe(0);
});

test("runners come where a job removed the FIFO of the events and said that all should go", async () => {
  let passedMs = 0;
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() + passedMs };
  await using harness = new ProcessHarness({ clock });
  await using driver = await ProviderDriver.recover(harness.open());
  expect(await runOne(driver, "cd ../../..; rm events; mkfifo closed; kill -9 $PPID $$")).toBeUndefined();
  expect(await runOne(driver, "kill -9 $PPID $$")).toBeUndefined();
  const spec = aScript("exit 0");
  driver.provider.start(spec);
  passedMs = 11_000;
  driver.look();
  expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ exitCode: 0 });
});

test("a server that is disposed of does not wait for a FIFO that a job has filled", async () => {
  await using harness = new ProcessHarness();
  const driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("head -c 65536 /dev/zero >../orders; echo filled; sleep 600");
  driver.provider.start(spec);
  await driver.until(() => harness.readLog(spec.logStreamId).includes("filled"));
  await driver[Symbol.asyncDispose]();
  expect(harness.isAlive(spec.taskId)).toBe(true);
});

test("a job sees nothing of what the server was started with open", async () => {
  await using harness = new ProcessHarness();
  const secret = join(tmpdir(), `batchyard-secret-${process.pid}`);
  writeFileSync(secret, "the secret\n");
  const fd = openSync(secret, "r");
  try {
    const spec = aScript("ls -l /proc/self/fd; cat /proc/self/fd/3 /proc/self/fd/40 /proc/self/fd/251");
    await runServer(harness, spec, { 3: fd, 40: fd, 251: fd });
    const seen = harness.readLog(spec.logStreamId).toString();
    expect(seen).toMatch(/ 0 -> \/dev\/null\n/);
    expect(seen).not.toMatch(/secret|pipe:|socket:/);
  } finally {
    closeSync(fd);
    rmSync(secret);
  }
});

/**
 * Starts an attempt and waits until it has stopped its runner, without having the provider look: that would wake the
 * runner.
 */
async function startStopped(
  driver: ProviderDriver,
  harness: ProcessHarness,
  command: string,
): Promise<PlainAttempt> {
  const spec = aScript(`${command}; sleep 600`);
  driver.provider.start(spec);
  const hasStopped = (): boolean =>
    driver.find(spec.taskId, "started") !== undefined &&
    harness.shimProcesses().some((pid) => table.stat(pid)?.state === "T");
  while (!hasStopped()) await new Promise((resolve) => setImmediate(resolve));
  return spec;
}

function readWorkFolder(harness: ProcessHarness, spec: PlainAttempt): string | undefined {
  return harness
    .readLog(spec.logStreamId)
    .toString()
    .match(/^(.*)\n/)?.[1];
}

async function runOne(driver: ProviderDriver, script = "exit 0"): Promise<number | undefined> {
  const spec = aScript(script);
  driver.provider.start(spec);
  return (await driver.ended(spec.taskId)).outcome.exitCode;
}

function replace(path: string, kind: string): void {
  rmSync(path, { recursive: true, force: true });
  MAKE_WAY[kind]?.(path);
}

/** Runs one attempt in a server of its own, which is started with these descriptors. */
async function runServer(
  harness: ProcessHarness,
  spec: PlainAttempt,
  descriptors: Readonly<Record<number, number>>,
): Promise<void> {
  const module = new URL("process-provider.ts", import.meta.url).href;
  const script = `
    import { ProcessProvider } from ${JSON.stringify(module)};
    await using provider = new ProcessProvider({
      dir: ${JSON.stringify(harness.dir)},
      capacity: {},
      logs: { openFile: () => ${JSON.stringify(harness.openLog(spec.logStreamId))}, closeFile() {} },
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    });
    await provider.recover([]);
    const ended = Promise.withResolvers();
    provider.onNews(() => provider.observe().some(({ kind }) => kind === "ended") && ended.resolve());
    provider.start(${JSON.stringify(spec)});
    await ended.promise;
  `;
  const highest = Math.max(...Object.keys(descriptors).map(Number));
  const stdio = Array.from({ length: highest + 1 }, (_, fd) => descriptors[fd] ?? "ignore");
  const server = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio });
  await once(server, "exit");
}
