import { describe, expect, test } from "vitest";
import type { Resources } from "../batch/resources.ts";
import { type CapacityPolicy, type Host, createCapacity, hostCapacity } from "./host-capacity.ts";

const MIB = 1024 * 1024;

describe("createCapacity", () => {
  test.each<[name: string, host: Host & CapacityPolicy, expected: Resources]>([
    [
      "promises each CPU as often as the factor says, and memory less the reserve once",
      { cpuCount: 2, memoryBytes: 8192 * MIB, vcpuOvercommit: 4, memoryReserveMiB: 512 },
      { vcpuMillis: 8_000, memoryMiB: 7_680, gpuCount: 0 },
    ],
    [
      "rounds down, so that nothing is promised that is not there",
      { cpuCount: 3, memoryBytes: 100.9 * MIB, vcpuOvercommit: 1.3335, memoryReserveMiB: 0 },
      { vcpuMillis: 4_000, memoryMiB: 100, gpuCount: 0 },
    ],
    [
      "offers no memory where the reserve is larger than the host",
      { cpuCount: 1, memoryBytes: 256 * MIB, vcpuOvercommit: 1, memoryReserveMiB: 512 },
      { vcpuMillis: 1_000, memoryMiB: 0, gpuCount: 0 },
    ],
  ])("%s", (_name, host, expected) => {
    expect(createCapacity(host)).toEqual(expected);
  });
});

describe("hostCapacity", () => {
  test("offers at least one CPU of this host, and some of its memory", () => {
    const capacity = hostCapacity({ vcpuOvercommit: 1, memoryReserveMiB: 0 });
    expect(capacity.vcpuMillis).toBeGreaterThanOrEqual(1_000);
    expect(capacity.memoryMiB).toBeGreaterThan(0);
  });
});
