import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TemporaryLogs, TEST_START_MS } from "../../test/support/temporary-logs.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const probe = await TemporaryLogs.open();
const canPunchHoles = probe.logs.canPunchHoles;
await probe[Symbol.asyncDispose]();
if (!canPunchHoles)
  process.stderr.write("SKIPPED: no fallocate --punch-hole on this machine's temporary files\n");

describe("the limit of the disk", () => {
  test("takes the logs of the jobs that ended first, and they say so", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 40 * KIB });
    for (const stream of ["a1", "a2", "a3"]) {
      at.job(stream, "x".repeat(99).concat("\n").repeat(160));
      at.clock.ms += 1_000;
    }
    const nowMs = TEST_START_MS + 3_723_000;
    await at.logs.enforceLimit(nowMs);

    expect(await at.readAll("a1")).toEqual([
      {
        timestampMs: nowMs,
        ingestedAtMs: nowMs,
        message:
          "[batchyard] 16000 bytes of this log were removed on 2026-11-21T21:02:03Z: logs may take 40 KiB " +
          "on this disk (--log-disk-limit), one job's log 1 TiB (--job-log-limit)",
        position: 0,
      },
    ]);
    expect((await at.messages("a2")).length).toBe(160);
    expect((await at.messages("a3")).length).toBe(160);
    expect(statSync(at.path("a1", "removed")).blocks).toBe(0);
  });

  test("removes also what it cannot note down: that is what makes room for notes", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 8 * KIB });
    for (const stream of ["a1", "a2"]) at.job(stream, "x".repeat(8 * KIB));
    // Stands for a file system that takes no new file.
    mkdirSync(at.path("a1", "removed"));
    await at.logs.enforceLimit(at.clock.ms);
    expect(["a1", "a2"].map((stream) => existsSync(at.path(stream, "log")))).toEqual([false, false]);
    expect((await at.messages("a2"))[0]).toContain("8192 bytes of this log were removed");
  });

  test("leaves everything while it is kept", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 8 * KIB });
    at.job("a1", "one\n");
    at.job("a2", "two\n");
    await at.logs.enforceLimit(at.clock.ms);
    expect([await at.messages("a1"), await at.messages("a2")]).toEqual([["one"], ["two"]]);
  });

  test("counts what was there before this program", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 8 * KIB });
    for (const stream of ["a1", "b1", "c1"]) {
      at.job(stream, "x\n");
      at.clock.ms += 1_000;
    }
    writeFileSync(`${at.directory}/stray`, "x".repeat(100_000));
    await at.restart();
    await at.logs.enforceLimit(at.clock.ms);
    expect(await at.messages("c1")).toEqual(["x"]);
    expect((await at.messages("a1"))[0]).toContain("2 bytes of this log were removed");
  });

  test("takes what clients put too; what they put later follows the notice", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 4 * KIB });
    const put = (message: string): Promise<void> =>
      at.logs.putEvents("c1", [{ timestampMs: at.clock.ms, message }], at.clock.ms);
    await put("x".repeat(5_000));
    const before = await at.read("c1");
    await at.logs.enforceLimit(at.clock.ms);
    at.clock.ms += 1_000;
    await put("later");

    const after = await at.readAll("c1");
    expect(after.map(({ message }) => message)).toEqual([
      expect.stringContaining(`${before.nextPosition} bytes of this log were removed`),
      "later",
    ]);
    expect(after[1]?.position).toBe(before.nextPosition);
    expect((await at.read("c1", { position: before.nextPosition })).events).toEqual(after.slice(1));
    await at.restart();
    await put("after a restart");
    expect((await at.messages("c1")).slice(1)).toEqual(["later", "after a restart"]);
  });

  test("is found again after a log grew that was counted already", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 64 * KIB });
    at.job("a1", "old\n");
    at.clock.ms += 1_000;
    at.logs.openFile("a2");
    at.write("a2", "x".repeat(70 * KIB));
    at.logs.closeFile("a2");
    await at.logs.enforceLimit(at.clock.ms);
    expect((await at.messages("a1"))[0]).toContain("4 bytes of this log were removed");
    expect((await at.messages("a2"))[0]).toContain("71680 bytes of this log were removed");
  });
});

describe.runIf(canPunchHoles)("the log of a job under way", () => {
  test("that is too long loses its oldest lines and the blocks below them", async () => {
    await using at = await TemporaryLogs.open({ jobLogBytesMax: MIB });
    at.logs.openFile("a1");
    at.write("a1", lines(0, 20_000));
    at.logs.observeGrowth(at.clock.ms);
    at.clock.ms += 60_000;
    await at.logs.enforceLimit(at.clock.ms);
    at.write("a1", lines(20_000, 20_001));

    const events = await at.readAll("a1");
    const first = events[1]?.position ?? 0;
    expect(first % 100).toBe(0);
    expect(first).toBeGreaterThan(MIB * 0.9);
    expect(events[0]).toEqual({
      timestampMs: TEST_START_MS,
      ingestedAtMs: at.clock.ms,
      message: expect.stringMatching(
        `^\\[batchyard\\] ${first} bytes of this log were removed on 2026-11-21T20:01:00Z`,
      ),
      position: 0,
    });
    const kept = Array.from({ length: 20_001 - first / 100 }, (_, index) =>
      line(first / 100 + index).trimEnd(),
    );
    expect(events.slice(1).map(({ message }) => message)).toEqual(kept);
    expect(statSync(at.path("a1")).blocks * 512).toBeLessThan(1.1 * MIB);
    expect(statSync(at.path("a1")).size).toBe(2_000_100);
  });

  test("is to be seen to as soon as it is too long, once", async () => {
    await using at = await TemporaryLogs.open({ jobLogBytesMax: MIB });
    at.logs.openFile("a1");
    at.write("a1", lines(0, 10_000));
    expect(at.logs.observeGrowth(at.clock.ms).isOverLimit).toBe(false);
    at.write("a1", lines(10_000, 11_000));
    expect(at.logs.observeGrowth(at.clock.ms).isOverLimit).toBe(true);
    await at.logs.enforceLimit(at.clock.ms);
    expect(at.logs.observeGrowth(at.clock.ms).isOverLimit).toBe(false);
  });

  test("is to be seen to as soon as all logs together are too long, but not where nothing helps", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: 96 * MIB });
    const grow = (streamId: string): boolean => {
      at.write(streamId, "x\n".repeat(10 * MIB));
      return at.logs.observeGrowth(at.clock.ms).isOverLimit;
    };
    for (const streamId of ["a1", "a2"]) at.logs.openFile(streamId);
    await at.logs.enforceLimit(at.clock.ms);
    expect([grow("a1"), grow("a2"), grow("a1"), grow("a2")]).toEqual([false, false, false, false]);
    expect(grow("a1")).toBe(true);
    await at.logs.enforceLimit(at.clock.ms);
    expect(grow("a1")).toBe(false);
  });

  test("shows the notice to whoever had not read so far, in both directions, once", async () => {
    await using at = await TemporaryLogs.open({ jobLogBytesMax: MIB });
    at.logs.openFile("a1");
    at.write("a1", lines(0, 20_000));
    const early = await at.read("a1", { limit: 5 });
    const late = await at.read("a1", { position: "end", direction: "backward", limit: 5 });
    await at.logs.enforceLimit(at.clock.ms);

    const followed = await at.read("a1", { position: early.nextPosition, limit: 2 });
    expect(followed.events[0]?.message).toContain("bytes of this log were removed");
    expect((await at.read("a1", { position: late.nextPosition })).events).toEqual([]);

    let position = late.previousPosition;
    let notices = 0;
    for (;;) {
      const page = await at.read("a1", { position, direction: "backward", limit: 1_000 });
      notices += page.events.filter(({ message }) => message.startsWith("[batchyard]")).length;
      if (page.previousPosition === position) break;
      position = page.previousPosition;
    }
    expect([notices, position]).toEqual([1, 0]);
  });

  test("is never shown as the zeros that are left where something went", async () => {
    await using at = await TemporaryLogs.open({ jobLogBytesMax: MIB });
    at.logs.openFile("a1");
    at.write("a1", lines(0, 80_000));
    at.logs.observeGrowth(at.clock.ms);
    const reads = Array.from({ length: 40 }, (_, index) => at.read("a1", { position: index * 10_000 }));
    await at.logs.enforceLimit(at.clock.ms);
    const pages = await Promise.all(reads);
    const messages = pages.flatMap(({ events }) => events.map(({ message }) => message));
    expect(messages.filter((message) => !/^\d{99}$|removed/.test(message))).toEqual([]);
  });

  test("loses more, again and again, also across a restart and its end", async () => {
    await using at = await TemporaryLogs.open({ jobLogBytesMax: MIB });
    at.logs.openFile("a1");
    for (let round = 0; round < 3; round += 1) {
      at.write("a1", lines(round * 15_000, (round + 1) * 15_000));
      at.logs.observeGrowth(at.clock.ms);
      await at.logs.enforceLimit(at.clock.ms);
      await at.restart();
      at.logs.openFile("a1");
    }
    at.logs.closeFile("a1");
    const messages = await at.messages("a1");
    expect(messages[0]).toContain("bytes of this log were removed");
    expect(messages.at(-1)).toBe(line(44_999).trimEnd());
    expect(messages.slice(1).every((message) => message.length === 99)).toBe(true);
    expect(statSync(at.path("a1")).blocks * 512).toBeLessThan(1.1 * MIB);
  });

  test("without a newline loses its oldest bytes too, between characters", async () => {
    await using at = await TemporaryLogs.open({ jobLogBytesMax: MIB });
    at.logs.openFile("a1");
    at.write("a1", Buffer.alloc(3 * MIB, "€"));
    at.logs.observeGrowth(at.clock.ms);
    await at.logs.enforceLimit(at.clock.ms);
    at.logs.closeFile("a1");
    const [notice, ...rest] = await at.messages("a1");
    expect(notice).toContain("bytes of this log were removed");
    expect(rest.join("")).toMatch(/^€+$/);
    expect(rest.length).toBeGreaterThan(2);
  });

  test("gives way once nothing that has ended is left", async () => {
    await using at = await TemporaryLogs.open({ diskBytesMax: MIB });
    at.job("a1", lines(0, 10));
    at.clock.ms += 1_000;
    at.logs.openFile("a2");
    at.write("a2", lines(0, 20_000));
    at.logs.openFile("a3");
    at.write("a3", lines(0, 100));
    at.logs.observeGrowth(at.clock.ms);
    await at.logs.enforceLimit(at.clock.ms);
    expect((await at.messages("a1"))[0]).toContain("bytes of this log were removed");
    expect((await at.messages("a2"))[0]).toContain("bytes of this log were removed");
    expect((await at.messages("a3")).length).toBe(100);
    expect(statSync(at.path("a2")).blocks * 512).toBeLessThan(MIB);
  });
});

function line(index: number): string {
  return `${String(index).padStart(99, "0")}\n`;
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => line(from + index)).join("");
}
