import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type PlainAttempt,
  ProviderDriver,
  aScript,
  aTask,
  recovered,
} from "../../../test/support/provider-driver.ts";
import type { AttemptSpec } from "../provider.ts";
import { type ProcessIdentity, ProcessTable, readBootId } from "./process-identity.ts";
import { ProcessHarness, canUseCgroups } from "../../../test/support/process-harness.ts";
import { parseRunnerRecord } from "./runner-record.ts";

const MODES = [["watch"], ...((await canUseCgroups()) ? [["auto"]] : [])] as ["watch" | "auto"][];
const table = new ProcessTable(readBootId());

describe.each(MODES)("memory mode %s", (memory) => {
  test("the runner of an attempt dying loses it with its host, and nothing of it is left", async () => {
    await using harness = new ProcessHarness({ memory });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = aScript("setsid sleep 600 & echo ready; sleep 600");
    driver.provider.start(spec);
    const started = await driver.started(spec.taskId);
    await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
    table.signal(runnerOf(harness, spec), "SIGKILL");
    const ended = await driver.ended(spec.taskId);
    expect(ended).toEqual({
      kind: "ended",
      taskId: spec.taskId,
      atMs: ended.atMs,
      outcome: { kind: "host-lost" },
      startedAtMs: started.atMs,
    });
    await driver.until(() => !harness.isAlive(spec.taskId));
    driver.provider.acknowledge(spec.taskId, "ended");
    expect((await run(driver, "exit 3")).outcome.exitCode).toBe(3);
  });

  test("the runner of an attempt dying while the server is down loses it with its host", async () => {
    await using harness = new ProcessHarness({ memory });
    const spec = aScript("setsid sleep 600 & echo ready; sleep 600");
    await leaveRunning(harness, spec);
    table.signal(runnerOf(harness, spec), "SIGKILL");

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
    await driver.until(() => !harness.isAlive(spec.taskId));
  });

  test("the server dying at once leaves its attempts and nothing else", async () => {
    await using harness = new ProcessHarness({ memory });
    const spec = aScript("echo ready; while [ ! -e go ]; do sleep 0.02; done; exit 5");
    const server = await startServer(harness, memory, spec);
    await untilTrue(() => harness.readLog(spec.logStreamId).includes("ready"));
    await kill(server);
    const runner = runnerOf(harness, spec);
    await untilTrue(() => harness.shimProcesses().every((pid) => pid === runner.pid));
    expect(harness.isAlive(spec.taskId)).toBe(true);

    writeFileSync(join(folderOf(harness, spec), "work", "go"), "");
    await untilTrue(() => !harness.isAlive(spec.taskId) && harness.shimProcesses().length === 0);
    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 5 });
  });
});

describe.each(MODES)("memory mode %s, a task of several containers", (memory) => {
  test.each<[when: string, seen: readonly string[]]>([
    ["at once", []],
    ["while its first container runs", ["init\n"]],
    ["while its last container runs", ["init\n", "app\n"]],
  ])("the server dying %s starts each of its containers once", async (_when, seen) => {
    await using harness = new ProcessHarness({ memory });
    const task = aTask([
      ["init", "echo init; sleep 0.3", { isEssential: false }],
      [
        "app",
        "echo app; sleep 0.3; exit 5",
        { dependsOn: [{ containerName: "init", condition: "SUCCESS" }] },
      ],
    ]);
    const logs = (): readonly string[] =>
      task.containers.map(({ logStreamId }) => harness.readLog(logStreamId).toString());
    const server = await startServer(harness, memory, task);
    await untilTrue(() => seen.every((text, index) => logs()[index] === text));
    await kill(server);

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(task, false)]);
    expect((await driver.ended(task.taskId)).outcome).toMatchObject({
      kind: "exited",
      exitCode: 5,
      containers: [{ exitCode: 0 }, { exitCode: 5 }],
    });
    expect(logs()).toEqual(["init\n", "app\n"]);
  });
});

describe("the shim", () => {
  test("has a new dispatcher when it loses the one it had, without waiting for what that was to bring", async () => {
    const clock = { nowMs: () => Date.now(), monotonicMs: () => 0 };
    await using harness = new ProcessHarness({ clock });
    await using driver = await ProviderDriver.recover(harness.open());
    const specs = Array.from({ length: 30 }, (_, index) => aScript(`exit ${index}`));
    for (const pid of harness.shimProcesses()) signal(pid, "SIGKILL");
    for (const spec of specs) driver.provider.start(spec);
    await driver.until(() => specs.every(({ taskId }) => driver.find(taskId, "ended")));
    const codes = specs.map(({ taskId }) => driver.find(taskId, "ended")?.outcome.exitCode);
    expect(codes).toEqual(specs.map((_, index) => index));
  });

  test("passes over idle runners that have died", async () => {
    await using harness = new ProcessHarness();
    await using driver = await ProviderDriver.recover(harness.open());
    expect((await run(driver, "exit 1")).outcome.exitCode).toBe(1);
    for (const pid of harness.shimProcesses()) signal(pid, "SIGKILL");
    expect((await run(driver, "exit 2")).outcome.exitCode).toBe(2);
  });

  test("gives an attempt to another runner if one does not take it up, and it runs once", async () => {
    let passedMs = 0;
    const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() + passedMs };
    await using harness = new ProcessHarness({ clock });
    await using driver = await ProviderDriver.recover(harness.open());
    await run(driver, "true");
    const frozen = await freezeRunners(harness);
    const spec = aScript("echo ran");
    driver.provider.start(spec);
    driver.look();
    passedMs = 11_000;
    driver.look();
    for (const pid of frozen) signal(pid, "SIGCONT");
    expect((await driver.ended(spec.taskId)).outcome.exitCode).toBe(0);
    expect(harness.readLog(spec.logStreamId).toString()).toBe("ran\n");
  });

  test("does not begin what was taken away from it before it looked", async () => {
    await using harness = new ProcessHarness();
    await using driver = await ProviderDriver.recover(harness.open());
    await run(driver, "true");
    const frozen = await freezeRunners(harness);
    const spec = aScript("echo ran");
    driver.provider.start(spec);
    for (const name of harness.runnerNames()) rmSync(join(harness.dir, "runners", name, "start"));
    for (const pid of frozen) signal(pid, "SIGCONT");
    expect((await driver.ended(spec.taskId)).outcome).toMatchObject({
      kind: "start-failed",
      reason: expect.stringMatching(/^CannotStartContainerError: the shell could not get to the command/),
    });
    expect(harness.readLog(spec.logStreamId).toString()).toBe("");
  });

  test("gives an attempt that was not taken up before a restart to another runner, and it runs once", async () => {
    await using harness = new ProcessHarness();
    const before = await ProviderDriver.recover(harness.open());
    await run(before, "true");
    const frozen = await freezeRunners(harness);
    const spec = aScript("echo ran");
    before.provider.start(spec);
    await before[Symbol.asyncDispose]();
    expect(harness.readLog(spec.logStreamId).toString()).toBe("");

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, false)]);
    for (const pid of frozen) signal(pid, "SIGCONT");
    expect((await driver.ended(spec.taskId)).outcome.exitCode).toBe(0);
    expect(harness.readLog(spec.logStreamId).toString()).toBe("ran\n");
  });
});

describe("a pid", () => {
  test("that was used again is not taken for the runner or the command", async () => {
    await using harness = new ProcessHarness();
    using bystander = aBystander();
    const spec = aScript("sleep 600");
    await leaveRunning(harness, spec);
    const { runner, command } = identitiesOf(harness, spec);
    for (const identity of [runner, command]) table.signal(identity, "SIGKILL");
    const record = recordOf(harness, spec).replaceAll(
      new RegExp(`\\b(${runner.pid}|${command.pid})(?= \\()`, "g"),
      String(bystander.pid),
    );
    writeFileSync(join(folderOf(harness, spec), "record"), record);
    expect(identitiesOf(harness, spec).runner.pid).toBe(bystander.pid);

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
    driver.provider.kill(spec.taskId);
    driver.look();
    expect(bystander.isAlive()).toBe(true);
  });

  test("of another boot is not taken for the runner or the command", async () => {
    await using harness = new ProcessHarness();
    using bystander = aBystander();
    const spec = aScript("sleep 600");
    await leaveRunning(harness, spec);
    const { runner, command } = identitiesOf(harness, spec);
    for (const identity of [runner, command]) table.signal(identity, "SIGKILL");
    const stat = readFileSync(`/proc/${bystander.pid}/stat`, "utf8");
    const record = `runner earlier-boot ${stat}claim ${spec.taskId}\ncommand ${spec.taskId} ${stat}`;
    writeFileSync(join(folderOf(harness, spec), "record"), record);
    writeFileSync(join(harness.dir, "boot"), "earlier-boot");

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
    driver.look();
    expect(bystander.isAlive()).toBe(true);
  });
});

describe("after a reboot", () => {
  test("an attempt that had ended has its exit code", async () => {
    await using harness = new ProcessHarness();
    const before = await ProviderDriver.recover(harness.open());
    const { taskId, startedAtMs } = await run(before, "exit 8");
    await before[Symbol.asyncDispose]();
    const file = join(folderOf(harness, { taskId }), "record");
    writeFileSync(file, readFileSync(file, "utf8").replace(readBootId(), "earlier-boot"));
    writeFileSync(join(harness.dir, "boot"), "earlier-boot");

    const spec = { ...aScript("exit 8"), taskId };
    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect(await driver.ended(taskId)).toMatchObject({
      outcome: { kind: "exited", exitCode: 8 },
      startedAtMs,
    });
  });

  test("an attempt of which nothing is there is lost, again and again until that is acknowledged", async () => {
    await using harness = new ProcessHarness();
    const first = await ProviderDriver.recover(harness.open());
    await first[Symbol.asyncDispose]();
    writeFileSync(join(harness.dir, "boot"), "earlier-boot");
    const spec = aScript("echo ran");
    for (let times = 0; times < 2; times += 1) {
      const driver = await ProviderDriver.recover(harness.open(), [recovered(spec, false)]);
      expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
      if (times === 1) driver.provider.acknowledge(spec.taskId, "ended");
      await driver[Symbol.asyncDispose]();
    }
    const other = aScript("echo ran");
    await using driver = await ProviderDriver.recover(harness.open(), [recovered(other, false)]);
    expect((await driver.ended(other.taskId)).outcome.exitCode).toBe(0);
    expect(harness.readLog(spec.logStreamId).toString()).toBe("");
  });
});

describe("a record", () => {
  test("that was cut short before its last newline does not count as an end", async () => {
    await using harness = new ProcessHarness();
    const before = await ProviderDriver.recover(harness.open());
    const { taskId } = await run(before, "exit 0");
    await before[Symbol.asyncDispose]();
    const file = join(folderOf(harness, { taskId }), "record");
    const record = readFileSync(file, "utf8");
    writeFileSync(file, record.slice(0, record.indexOf("\n", record.indexOf(`end ${taskId} `))));

    const spec = { ...aScript("exit 0"), taskId };
    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    expect((await driver.ended(taskId)).outcome).toEqual({ kind: "host-lost" });
  });

  test("of a runner that is still at work is read on, whatever stands in it", async () => {
    await using harness = new ProcessHarness();
    const spec = aScript("sleep 600");
    await leaveRunning(harness, spec);
    appendFileSync(join(folderOf(harness, spec), "record"), "\0\0\0end half a line");

    await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
    driver.provider.stop(spec.taskId);
    expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 143 });
  });
});

async function run(driver: ProviderDriver, script: string): ReturnType<ProviderDriver["ended"]> {
  const spec = aScript(script);
  driver.provider.start(spec);
  return await driver.ended(spec.taskId);
}

/** Starts an attempt and disposes of the provider while it runs. */
async function leaveRunning(harness: ProcessHarness, spec: PlainAttempt): Promise<void> {
  const driver = await ProviderDriver.recover(harness.open());
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  await driver.until(() => recordOf(harness, spec).includes("started"));
  await driver[Symbol.asyncDispose]();
}

/** Runs a provider with one attempt in a process of its own, which waits to be killed. */
async function startServer(
  harness: ProcessHarness,
  memory: "auto" | "watch",
  spec: AttemptSpec,
): Promise<ChildProcess> {
  const options = JSON.stringify({ dir: harness.dir, memory, capacity: {} });
  const module = new URL("process-provider.ts", import.meta.url).href;
  const script = `
    import { ProcessProvider } from ${JSON.stringify(module)};
    const provider = new ProcessProvider({
      ...${options},
      logs: { openFile: (streamId) => ${JSON.stringify(dirname(harness.openLog("server")))} + "/" + streamId, closeFile() {} },
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    });
    await provider.recover([]);
    provider.start(${JSON.stringify(spec)});
    setInterval(() => provider.poll(Date.now()), 50);
    console.log("up");
  `;
  const server = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout, "data");
  return server;
}

async function kill(server: ChildProcess): Promise<void> {
  const output = once(server.stdout ?? server, "close");
  server.kill("SIGKILL");
  await output;
}

/** Waits for what no provider tells of. */
async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

/** Stops the two runners that there are from the start, once both are there: none comes later that nobody stopped. */
async function freezeRunners(harness: ProcessHarness): Promise<readonly number[]> {
  await untilTrue(() => harness.runnerNames().filter((name) => isReady(harness, name)).length >= 2);
  const frozen = harness.shimProcesses().filter((pid) => !isDispatcher(pid));
  for (const pid of frozen) signal(pid, "SIGSTOP");
  return frozen;
}

function isReady(harness: ProcessHarness, runnerName: string): boolean {
  const record = join(harness.dir, "runners", runnerName, "record");
  return existsSync(record) && /^runner /m.test(readFileSync(record, "utf8"));
}

/** One of the processes that were listed may have ended since. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function isDispatcher(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("dispatch");
  } catch {
    return false; // it has ended since it was listed
  }
}

function folderOf(harness: ProcessHarness, { taskId }: Pick<PlainAttempt, "taskId">): string {
  const folders = harness.runnerNames().map((name) => join(harness.dir, "runners", name));
  const folder = folders.find((path) => readFileSync(join(path, "record"), "utf8").includes(taskId));
  if (folder === undefined) throw new Error(`no runner has the attempt ${taskId}`);
  return folder;
}

function recordOf(harness: ProcessHarness, spec: PlainAttempt): string {
  return readFileSync(join(folderOf(harness, spec), "record"), "utf8");
}

function identitiesOf(
  harness: ProcessHarness,
  spec: PlainAttempt,
): { readonly runner: ProcessIdentity; readonly command: ProcessIdentity } {
  const { runner, attempts } = parseRunnerRecord(recordOf(harness, spec));
  const command = attempts.at(-1)?.command;
  if (runner === undefined || command === undefined)
    throw new Error("the record has no runner or no command");
  return { runner, command: { ...command, bootId: runner.bootId } };
}

function runnerOf(harness: ProcessHarness, spec: PlainAttempt): ProcessIdentity {
  return identitiesOf(harness, spec).runner;
}

/** A process that is nobody's here, and leads a session, as a runner does. */
function aBystander(): Disposable & { readonly pid: number; isAlive(): boolean } {
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  const pid = child.pid ?? 0;
  return {
    pid,
    isAlive: () => child.exitCode === null && child.signalCode === null && table.stat(pid)?.state === "S",
    [Symbol.dispose]: () => child.kill("SIGKILL"),
  };
}
