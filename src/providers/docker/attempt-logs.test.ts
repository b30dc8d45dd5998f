import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { FakeDockerEngine } from "../../../test/support/fake-docker-engine.ts";
import { ProviderDriver, aScript, recovered } from "../../../test/support/provider-driver.ts";
import { LogCutShort } from "./docker-engine.ts";
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

const IDLE_MS = 400;

/** Takes longer than nothing may come, in steps that do not. */
async function* lag(): Log {
  for (let index = 0; index < 6; index += 1) {
    await pause(IDLE_MS / 4);
    yield [aPiece(index)];
  }
}

async function hang(signal: AbortSignal): Promise<void> {
  await once(signal, "abort");
  throw signal.reason;
}

function aPiece(index: number): LogPiece {
  return { stamp: `2026-01-01T00:00:00.00000000${index}Z`, bytes: Buffer.from(`${index}\n`) };
}

/** Runs an attempt that ends once its log is followed, and gives its log. */
async function runToEnd(engine: LoggingEngine): Promise<string> {
  const harness = new FakeHarness("unix:///none", { engine, limits: { followIdleMsMax: IDLE_MS } });
  await using _harness = harness;
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("true");
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
  read: () => Log = () => super.readLog();

  override readLog(_id: string, reading: LogReading, signal: AbortSignal): Log {
    this.readings.push(reading);
    return reading.follow ? this.follow(signal) : this.read();
  }
}

class FakeHarness extends DockerHarness {
  override containers(): readonly string[] {
    return [];
  }
}
