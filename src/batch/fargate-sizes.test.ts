import { describe, expect, test } from "vitest";
import { isFargateSize } from "./fargate-sizes.ts";

describe("isFargateSize", () => {
  test.each([
    [250, 512, 2048, 3],
    [500, 1024, 4096, 4],
    [1000, 2048, 8192, 7],
    [2000, 4096, 16_384, 13],
    [4000, 8192, 30_720, 23],
    [8000, 16_384, 61_440, 12],
    [16_000, 32_768, 122_880, 12],
    [32_000, 61_440, 249_856, 3],
  ])(
    "has for %i thousandths of a vCPU sizes from %i to %i MiB, %i in all",
    (vcpuMillis, first, last, count) => {
      const sizes: number[] = [];
      for (let memoryMiB = 1; memoryMiB <= 262_144; memoryMiB += 1) {
        if (isFargateSize(vcpuMillis, memoryMiB)) sizes.push(memoryMiB);
      }
      expect([sizes[0], sizes.at(-1), sizes.length]).toEqual([first, last, count]);
    },
  );

  test.each([
    [250, 3072],
    [8000, 17_408],
    [16_000, 36_864],
    [32_000, 65_536],
    [300, 1024],
    [64_000, 249_856],
  ])("has none of %i thousandths of a vCPU with %i MiB", (vcpuMillis, memoryMiB) => {
    expect(isFargateSize(vcpuMillis, memoryMiB)).toBe(false);
  });
});
