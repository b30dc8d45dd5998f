import { describe, expect, test } from "vitest";
import { requirements } from "../../test/support/batch-values.ts";
import { Refusal } from "./refusal.ts";
import { parseResources } from "./resource-requirements.ts";
import type { ResourceMembers } from "./resource-requirements.ts";
import type { Resources } from "./resources.ts";

const PATH = "containerProperties";

function members(vcpu: string, memory: string, gpu?: string): ResourceMembers {
  const gpus = gpu === undefined ? [] : [{ type: "GPU" as const, value: gpu }];
  return { resourceRequirements: [...requirements(vcpu, memory), ...gpus] };
}

describe("on EC2 parseResources", () => {
  test.each<[name: string, given: ResourceMembers, expected: Resources]>([
    ["whole vCPUs and MiB", members("2", "4"), { vcpuMillis: 2000, memoryMiB: 4, gpuCount: 0 }],
    ["GPUs", members("8", "61440", "1"), { vcpuMillis: 8000, memoryMiB: 61_440, gpuCount: 1 }],
    ["the deprecated spelling", { vcpus: 1, memory: 64 }, { vcpuMillis: 1000, memoryMiB: 64, gpuCount: 0 }],
    [
      "one value in each spelling",
      { vcpus: 2, resourceRequirements: [{ type: "MEMORY", value: "64" }] },
      { vcpuMillis: 2000, memoryMiB: 64, gpuCount: 0 },
    ],
    [
      "both spellings where they agree",
      { vcpus: 2, memory: 64, ...members("2", "64") },
      { vcpuMillis: 2000, memoryMiB: 64, gpuCount: 0 },
    ],
  ])("takes %s", (_name, given, expected) => {
    expect(parseResources(given, "EC2", PATH)).toEqual(expected);
  });

  test.each<[name: string, given: ResourceMembers, refusal: Refusal]>([
    [
      "no vCPU (section 16, line 12)",
      { resourceRequirements: [{ type: "MEMORY", value: "1" }] },
      Refusal.wrapped("vCPU is not provided."),
    ],
    ["nothing at all", {}, Refusal.wrapped("vCPU is not provided.")],
    ["no memory", { vcpus: 1 }, Refusal.wrapped("Memory is not provided.")],
    [
      "1 MiB (section 16, line 12)",
      members("1", "1"),
      Refusal.bare("Memory must be at least 4 Mib, got 1 Mib."),
    ],
    [
      "1 MiB in the deprecated spelling",
      { vcpus: 1, memory: 3 },
      Refusal.bare("Memory must be at least 4 Mib, got 3 Mib."),
    ],
    ...["0.5", "2.0", "0", "-1", "two", "", "1000000000"].map((value): [string, ResourceMembers, Refusal] => [
      `a vCPU count of ${value}`,
      members(value, "64"),
      Refusal.bare(
        `containerProperties.resourceRequirements VCPU must be a whole number from 1 to 999999999, got ${value}`,
      ),
    ]),
    [
      "no vCPUs in the deprecated spelling",
      { vcpus: 0, memory: 64 },
      Refusal.bare("containerProperties.vcpus must be a whole number from 1 to 999999999, got 0"),
    ],
    [
      "more memory than any host has",
      members("1", "2147483647"),
      Refusal.bare(
        "containerProperties.resourceRequirements MEMORY must be a whole number of MiB, at most 999999999, got 2147483647",
      ),
    ],
    [
      "a part of a MiB",
      members("1", "64.5"),
      Refusal.bare(
        "containerProperties.resourceRequirements MEMORY must be a whole number of MiB, at most 999999999, got 64.5",
      ),
    ],
    [
      "no GPUs that are asked for",
      members("1", "64", "0"),
      Refusal.bare(
        "containerProperties.resourceRequirements GPU must be a whole number from 1 to 999999999, got 0",
      ),
    ],
    [
      "vCPUs that disagree",
      { vcpus: 4, ...members("2", "64") },
      Refusal.bare(
        "containerProperties.vcpus must be absent or agree with containerProperties.resourceRequirements VCPU, got 4 and 2",
      ),
    ],
    [
      "memory that disagrees",
      { memory: 65, ...members("2", "64") },
      Refusal.bare(
        "containerProperties.memory must be absent or agree with containerProperties.resourceRequirements MEMORY, got 65 and 64",
      ),
    ],
    [
      "a type that is given twice",
      { resourceRequirements: [...requirements("1", "64"), { type: "VCPU", value: "1" }] },
      Refusal.bare("containerProperties.resourceRequirements must name each type once, got VCPU again"),
    ],
  ])("refuses %s", (_name, given, refusal) => {
    expect(parseResources(given, "EC2", PATH)).toEqual(refusal);
  });
});

describe("on Fargate parseResources", () => {
  test.each<[vcpu: string, memory: string, expected: Resources]>([
    ["0.25", "512", { vcpuMillis: 250, memoryMiB: 512, gpuCount: 0 }],
    ["0.5", "4096", { vcpuMillis: 500, memoryMiB: 4096, gpuCount: 0 }],
    ["1", "8192", { vcpuMillis: 1000, memoryMiB: 8192, gpuCount: 0 }],
    ["4.0", "30720", { vcpuMillis: 4000, memoryMiB: 30_720, gpuCount: 0 }],
    ["32", "249856", { vcpuMillis: 32_000, memoryMiB: 249_856, gpuCount: 0 }],
  ])("takes %s vCPU with %s MiB", (vcpu, memory, expected) => {
    expect(parseResources(members(vcpu, memory), "FARGATE", PATH)).toEqual(expected);
  });

  const fargateMemoryText =
    "containerProperties.resourceRequirements MEMORY must be a whole number of MiB, at most 999999999";
  test.each<[name: string, given: ResourceMembers, refusal: Refusal]>([
    [
      "half a vCPU with 1 MiB (section 16, line 13)",
      members("0.5", "1"),
      Refusal.bare("Fargate resource requirements (0.50 vCPU, 1 MiB) not valid."),
    ],
    [
      "a vCPU count that it does not have",
      members("3", "8192"),
      Refusal.bare("Fargate resource requirements (3.00 vCPU, 8192 MiB) not valid."),
    ],
    ["no vCPU", { resourceRequirements: [] }, Refusal.wrapped("vCPU is not provided.")],
    [
      "no memory",
      { resourceRequirements: [{ type: "VCPU", value: "1" }] },
      Refusal.wrapped("Memory is not provided."),
    ],
    ["a part of a MiB", members("1", "2048.5"), Refusal.bare(`${fargateMemoryText}, got 2048.5`)],
    [
      "a vCPU count that is no number",
      members("1e3", "2048"),
      Refusal.bare(
        "containerProperties.resourceRequirements VCPU must be a number such as 0.25 or 4, got 1e3",
      ),
    ],
    ["GPUs", members("1", "2048", "1"), Refusal.wrapped("GPU is not applicable for Fargate.")],
    [
      "vcpus",
      { vcpus: 1, ...members("1", "2048") },
      Refusal.wrapped("vcpus is not applicable for Fargate. Use resource requirements instead."),
    ],
    [
      "memory",
      { memory: 2048, ...members("1", "2048") },
      Refusal.wrapped("memory is not applicable for Fargate. Use resource requirements instead."),
    ],
  ])("refuses %s", (_name, given, refusal) => {
    expect(parseResources(given, "FARGATE", PATH)).toEqual(refusal);
  });
});
