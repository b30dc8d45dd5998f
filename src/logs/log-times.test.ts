import { existsSync, truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LogEvent } from "./logs.ts";
import { TemporaryLogs, TEST_START_MS } from "../../test/support/temporary-logs.ts";

describe("times of a job's log", () => {
  /** Many more marks than are held in memory or read at once. */
  const STEPS = 700;

  async function writeSlowly(at: TemporaryLogs): Promise<readonly LogEvent[]> {
    at.logs.openFile("a1");
    for (let step = 1; step <= STEPS; step += 1) {
      at.write("a1", `${step}\n`);
      at.clock.ms = TEST_START_MS + step * 100;
      at.logs.observeGrowth(at.clock.ms);
    }
    const events = await at.readAll("a1");
    expect(events.map(({ timestampMs }) => timestampMs)).toEqual(
      Array.from({ length: STEPS }, (_, index) => TEST_START_MS + (index + 1) * 100),
    );
    return events;
  }

  test("stay when the job ends", async () => {
    await using at = await TemporaryLogs.open();
    const events = await writeSlowly(at);
    at.clock.ms += 5_000;
    at.logs.closeFile("a1");
    expect(await at.readAll("a1")).toEqual(events);
    expect(await at.readAll("a1", { fromMs: TEST_START_MS + 69_950 })).toEqual(events.slice(-1));
  });

  test("stay when this program ends, the job going on", async () => {
    await using at = await TemporaryLogs.open();
    const events = await writeSlowly(at);
    await at.restart();
    at.logs.openFile("a1");
    at.write("a1", "more\n");
    at.clock.ms += 60_000;
    at.logs.closeFile("a1");
    const all = await at.readAll("a1");
    expect(all.slice(0, STEPS)).toEqual(events);
    expect(all.at(-1)?.timestampMs).toBe(at.clock.ms);
  });

  test("are those of the file where a crash lost them, and go on ascending", async () => {
    await using at = await TemporaryLogs.open();
    const events = await writeSlowly(at);
    await at.crash();
    at.logs.openFile("a1");
    at.write("a1", "more\n");
    const all = await at.readAll("a1");
    expect(all).toHaveLength(STEPS + 1);
    expect(all.slice(0, 640)).toEqual(events.slice(0, 640));
    expect(all).toEqual(all.toSorted((a, b) => a.timestampMs - b.timestampMs));
  });

  test("do not go back with the clock", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "one\n");
    at.logs.observeGrowth(TEST_START_MS);
    at.write("a1", "two\n");
    at.logs.observeGrowth(TEST_START_MS - 3_600_000);
    const times = (await at.readAll("a1")).map(({ timestampMs }) => timestampMs);
    expect(times).toEqual([TEST_START_MS, TEST_START_MS]);
  });

  test("are read although a crash tore the end of the marks and of the text", async () => {
    await using at = await TemporaryLogs.open();
    const events = await writeSlowly(at);
    await at.restart();
    truncateSync(at.path("a1", "marks"), 300 * 16 + 7);
    truncateSync(at.path("a1"), events[200]?.position ?? 0);
    at.logs.openFile("a1");
    at.write("a1", "more\n");
    at.clock.ms += 100;
    at.logs.closeFile("a1");
    const all = await at.readAll("a1");
    expect(all.slice(0, 200)).toEqual(events.slice(0, 200));
    expect(all.slice(200).map(({ message, timestampMs }) => [message, timestampMs])).toEqual([
      ["more", at.clock.ms],
    ]);
  });

  test("take no file of their own if the job was short", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "one\ntwo\n");
    at.clock.ms += 50;
    at.logs.closeFile("a1");
    expect(existsSync(at.path("a1", "marks"))).toBe(false);
    await at.restart();
    at.clock.ms += 1_000_000;
    expect((await at.readAll("a1")).map(({ timestampMs }) => timestampMs)).toEqual([
      TEST_START_MS + 50,
      TEST_START_MS + 50,
    ]);
  });
});
