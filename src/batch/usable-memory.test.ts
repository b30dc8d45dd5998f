import { describe, expect, test } from "vitest";
import { usableMemoryMiB } from "./usable-memory.ts";
import type { Hypervisor } from "./usable-memory.ts";

describe("usableMemoryMiB", () => {
  test.each<[what: string, memoryMiB: number, hypervisor: Hypervisor, usableMiB: number]>([
    ["m4.large, 7985 by AWS's documentation, less the agent's 32", 8192, "xen", 7953],
    ["c4.2xlarge, 15042 seen on an image that keeps nothing for the agent", 15_360, "xen", 15_009],
    ["a node of 8 GiB, 7748 by AWS's documentation, less the agent's 32", 8192, "nitro", 7715],
    ["an instance of 32 GiB, as a user was told", 32_768, "nitro", 31_431],
    ["the smallest type, t3.nano", 512, "nitro", 304],
    ["nothing", 0, "xen", 0],
  ])("%s: %i MiB on %s leave %i", (_what, memoryMiB, hypervisor, usableMiB) => {
    expect(usableMemoryMiB(memoryMiB, hypervisor)).toBe(usableMiB);
  });
});
