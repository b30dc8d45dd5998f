import { describe, expect, test } from "vitest";
import { eksContainer, eksProperties } from "../../test/support/workload-values.ts";
import type { EksContainerResourceRequirements } from "../model/batch.ts";
import { checkEksResources, checkHasResources, podResources } from "./eks-resources.ts";
import { Refusal } from "./refusal.ts";

describe("checkEksResources", () => {
  test.each<EksContainerResourceRequirements[]>([
    [{}],
    [{ limits: { cpu: "0.25", memory: "4Mi" } }],
    [{ requests: { cpu: "1.50", memory: "2048Mi", "nvidia.com/gpu": "1" } }],
    [{ requests: { cpu: "0.75" }, limits: { cpu: "2" } }],
    [
      {
        requests: { cpu: "1.0", memory: "64Mi", "nvidia.com/gpu": "2" },
        limits: { cpu: "1", memory: "064Mi", "nvidia.com/gpu": "2" },
      },
    ],
  ])("takes %j", (resources) => {
    expect(checkEksResources(resources)).toBeUndefined();
  });

  const cpuText = "for type cpu in resources is not valid. Provide a valid number and unit.";
  test.each<[resources: EksContainerResourceRequirements, text: string]>([
    ...["250m", "0.1", "0", "-1", "", "1Mi"].map((cpu): [EksContainerResourceRequirements, string] => [
      { limits: { cpu } },
      `Value ${cpu} ${cpuText}`,
    ]),
    ...["64", "1Gi", "64.5Mi", "Mi"].map((memory): [EksContainerResourceRequirements, string] => [
      { requests: { memory } },
      `Value ${memory} for type memory is not valid.`,
    ]),
    [{ limits: { "nvidia.com/gpu": "0.5" } }, "Value 0.5 for type nvidia.com/gpu in resources is not valid."],
    [{ limits: { "ephemeral-storage": "1" } }, "ephemeral-storage is not a supported type for resources."],
    [
      { limits: { cpu: "1" }, requests: { cpu: "1.25" } },
      "cpu request must be <= to cpu limit if both are provided.",
    ],
    [
      { limits: { memory: "64Mi" }, requests: { memory: "32Mi" } },
      "memory request must be equal to memory limit if both are provided.",
    ],
    [
      { limits: { "nvidia.com/gpu": "2" }, requests: { "nvidia.com/gpu": "1" } },
      "gpu request must be equal to gpu limit if both are provided.",
    ],
  ])("refuses %j", (resources, text) => {
    expect(checkEksResources(resources)).toEqual(Refusal.wrapped(text));
  });

  test("refuses too little memory (section 16, line 12)", () => {
    expect(checkEksResources({ limits: { memory: "1Mi" } })).toEqual(
      Refusal.bare("Memory must be at least 4 Mib, got 1 Mib."),
    );
  });
});

test.each<[resources: EksContainerResourceRequirements, isEnough: boolean]>([
  [{ limits: { cpu: "1", memory: "64Mi" } }, true],
  [{ limits: { cpu: "1" }, requests: { memory: "64Mi" } }, true],
  [{ limits: { cpu: "1" }, requests: { cpu: "1" } }, false],
  [{ requests: { memory: "64Mi" } }, false],
])("whether %j says enough: %s", (resources, isEnough) => {
  const refusal = Refusal.wrapped("cpu and memory resources must be provided.");
  expect(checkHasResources(resources)).toEqual(isEnough ? undefined : refusal);
});

describe("podResources", () => {
  const small = eksContainer({ resources: { limits: { cpu: "0.25", memory: "64Mi" } } });
  const requesting = eksContainer({
    resources: { limits: { cpu: "4", memory: "64Mi" }, requests: { cpu: "0.5", "nvidia.com/gpu": "1" } },
  });

  test("is the sum of what the containers request, or else of their limits", () => {
    expect(podResources(eksProperties([small, requesting]))).toEqual({
      vcpuMillis: 750,
      memoryMiB: 128,
      gpuCount: 1,
    });
  });

  test("is what one that runs before them requests, where that is more", () => {
    const initContainers = [
      eksContainer({ resources: { limits: { cpu: "2" } } }),
      eksContainer({ resources: { limits: { cpu: "1", memory: "512Mi" } } }),
      eksContainer({ resources: undefined }),
    ];
    expect(podResources(eksProperties([small], { initContainers }))).toEqual({
      vcpuMillis: 2000,
      memoryMiB: 512,
      gpuCount: 0,
    });
  });
});
