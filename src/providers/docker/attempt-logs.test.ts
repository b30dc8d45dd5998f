import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { FakeDockerEngine } from "../../../test/support/fake-docker-engine.ts";
import { ProviderDriver, aScript, recovered } from "../../../test/support/provider-driver.ts";
import type { LogDriver } from "../../model/batch.ts";
import { EngineRefusal, LogCutShort } from "./docker-engine.ts";
import type { LogPiece, LogReading } from "./docker-engine.ts";
import { readOwnerId } from "./owner-id.ts";

test("marks go with their attempts, also where a crash left one half written or nobody to remove it", async () => {
  const engine = new FakeDockerEngine();
  const harness = new FakeHarness("unix:///none", { engine });
  await using _harness = harness;
  readOwnerId(harness.dir);
  const spec = aScript("true");
  for (const name of ["ended.mark", "ended.mark.new", `${spec.taskId}.mark`, `${spec.taskId}.mark.new`]) {
    writeFileSync(join(harness.dir, name), "");
  }
  await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
  expect(readdirSync(harness.dir).filter((name) => name.startsWith("ended"))).toEqual([]);
  await driver.ended(spec.taskId);
  driver.provider.acknowledge(spec.taskId, "ended");
  expect(readdirSync(harness.dir)).toEqual(["owner"]);
});

test("a log that lags behind its container is followed to its end as long as it comes", async () => {
  const engine = new LoggingEngine();
  engine.follow = lag;
  expect(await runToEnd(engine)).toBe("0\n1\n2\n3\n4\n5\n");
  expect(engine.readings).toEqual([{ follow: true }]);
});

test.each<[name: string, end: (signal: AbortSignal) => Promise<void>]>([
  ["hangs", hang],
  ["ends too early", () => Promise.reject(new LogCutShort("there is more"))],
])("where following %s, the rest is read from the latest mark on", async (_name, end) => {
  const engine = new LoggingEngine();
  const pieces = [0, 1, 2, 3].map(aPiece);
  engine.follow = async function* follow(signal) {
    yield pieces.slice(0, 2);
    await end(signal);
  };
  engine.read = async function* read() {
    await Promise.resolve();
    yield pieces;
  };
  expect(await runToEnd(engine)).toBe("0\n1\n2\n3\n");
  expect(engine.readings).toEqual([
    { follow: true },
    { follow: false, sinceSeconds: Date.UTC(2026, 0, 1) / 1000 - 5 },
  ]);
});

test("an attempt is followed also where the disk takes no file for its log at first", async () => {
  const engine = new LoggingEngine();
  engine.follow = lag;
  const refusals = [Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", syscall: "mkdir" })];
  expect(await runToEnd(engine, { refusals })).toBe("0\n1\n2\n3\n4\n5\n");
  expect(refusals).toEqual([]);
});

const MISSING = "batchyard: a part of the output may be missing: the container engine did not give it: ";

test.each<[name: string, error: Error | undefined, logDriver: LogDriver, expected: string]>([
  ["refused", new EngineRefusal(500, "log is\nbroken"), "awslogs", `0\n${MISSING}log is broken\n`],
  [
    "not given in time",
    undefined,
    "awslogs",
    `0\n${MISSING}the container engine did not answer within 300 ms\n`,
  ],
  ["refused, of a driver that carries it elsewhere", new EngineRefusal(501, "not readable"), "syslog", "0\n"],
])("a line says so where the rest of a log is %s", async (_name, error, logDriver, expected) => {
  const engine = new LoggingEngine();
  engine.follow = breakOff;
  engine.read = async function* read(signal) {
    yield [];
    if (error === undefined) await hang(signal);
    throw error;
  };
  expect(await runToEnd(engine, { logDriver })).toBe(expected);
});

const IDLE_MS = 400;

/** Takes longer than nothing may come, in steps that do not. */
async function* lag(): Log {
  for (let index = 0; index < 6; index += 1) {
    await pause(IDLE_MS / 4);
    yield [aPiece(index)];
  }
}

async function* breakOff(): Log {
  yield [aPiece(0)];
  await Promise.resolve();
  throw new LogCutShort("there is more");
}

async function hang(signal: AbortSignal): Promise<void> {
  await once(signal, "abort");
  throw signal.reason;
}

function aPiece(index: number): LogPiece {
  return { stamp: `2026-01-01T00:00:00.00000000${index}Z`, bytes: Buffer.from(`${index}\n`) };
}

/** Runs an attempt that ends once its log is followed, and gives its log. */
async function runToEnd(
  engine: LoggingEngine,
  {
    refusals = [],
    logDriver = "awslogs",
  }: { readonly refusals?: Error[]; readonly logDriver?: LogDriver } = {},
): Promise<string> {
  const limits = { followIdleMsMax: IDLE_MS, logReadMsMax: 300 };
  const harness = new FakeHarness("unix:///none", { engine, limits });
  await using _harness = harness;
  harness.refusals = refusals;
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("true", { container: { logConfiguration: { logDriver } } });
  driver.provider.start(spec);
  await driver.until(() => engine.readings[0]);
  engine.end(`batchyard-${spec.taskId}`, 0);
  await driver.ended(spec.taskId);
  return harness.readLog(spec.logStreamId).toString();
}

type Log = AsyncGenerator<readonly LogPiece[]>;

class LoggingEngine extends FakeDockerEngine {
  readonly readings: LogReading[] = [];
  follow: (signal: AbortSignal) => Log = () => super.readLog();
  read: (signal: AbortSignal) => Log = () => super.readLog();

  override readLog(_id: string, reading: LogReading, signal: AbortSignal): Log {
    this.readings.push(reading);
    return reading.follow ? this.follow(signal) : this.read(signal);
  }
}

class FakeHarness extends DockerHarness {
  /** What making a log's file fails with, one time after the other. */
  refusals: Error[] = [];

  override openLog(streamId: string): string {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    return super.openLog(streamId);
  }

  /** There is no engine to ask what is left in it. */
  override docker(): string {
    return "";
  }
}
