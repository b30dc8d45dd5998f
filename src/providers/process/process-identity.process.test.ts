import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { type ProcessIdentity, ProcessTable, readBootId } from "./process-identity.ts";

const table = new ProcessTable(readBootId());

test("a process is signalled by its pid, its start and its boot, never by less", async () => {
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  const pid = child.pid ?? 0;
  const startTicks = table.stat(pid)?.startTicks ?? 0;
  const identity = { bootId: table.bootId, pid, startTicks };
  const others: readonly ProcessIdentity[] = [
    { ...identity, bootId: "another-boot" },
    { ...identity, startTicks: startTicks - 1 },
    { ...identity, startTicks: startTicks + 1 },
  ];
  for (const other of others) {
    expect(table.isAlive(other)).toBe(false);
    table.signal(other, "SIGKILL");
    table.signalGroupOf(other, "SIGKILL");
  }
  expect(table.isAlive(identity)).toBe(true);
  table.signal(identity, "SIGUSR1");
  expect(await once(child, "exit")).toEqual([null, "SIGUSR1"]);
  expect(table.isAlive(identity)).toBe(false);
  table.signal(identity, "SIGKILL");
});

test("an instant since the boot has its wall time, and is never in the future", () => {
  const nowMs = Date.now();
  const own = table.stat(process.pid);
  const startedAtMs = table.wallTimeMs({ ticks: own?.startTicks ?? 0 }, nowMs);
  expect(Math.abs(nowMs - performance.now() - startedAtMs)).toBeLessThan(5_000);
  expect(table.wallTimeMs({ seconds: Number.MAX_SAFE_INTEGER }, nowMs)).toBe(nowMs);
});

test("memory that processes share is counted in full, or in part", () => {
  const memory = table.memory(process.pid);
  const proportional = table.proportionalMemoryBytes(process.pid);
  expect(memory?.peakBytes).toBeGreaterThanOrEqual(memory?.nowBytes ?? Infinity);
  expect(proportional).toBeGreaterThan(0);
  expect(proportional).toBeLessThanOrEqual(memory?.peakBytes ?? 0);
});

test("of a process that is not there nothing is known", () => {
  const pid = 2 ** 22 + 1;
  expect([table.stat(pid), table.memory(pid), table.proportionalMemoryBytes(pid)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(table.environment(pid)).toEqual([]);
});
