import { describe, expect, test } from "vitest";
import { ec2Request, validEnvironment } from "../../../test/support/environment-values.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { EC2_CATALOGUE, InstanceCatalogue } from "../../batch/instance-catalogue.ts";
import type { InstanceType } from "../../batch/instance-type.ts";
import type { ComputeResource } from "../../model/batch.ts";
import { CatalogueSupply } from "./catalogue-supply.ts";

const NEED = {
  resources: { vcpuMillis: 1000, memoryMiB: 4096, gpuCount: 0 },
  demandVcpuMillis: 1000,
  vcpuMillisLeft: 16_000,
};
const ENVIRONMENT = validEnvironment({ computeResources: ec2Request({ instanceTypes: ["m5", "c5"] }) });

describe("a supply from a catalogue", () => {
  const supply = new CatalogueSupply(EC2_CATALOGUE, 0);

  test("gives the shape of the chosen type, with what jobs can have of it", () => {
    expect(supply.choose(ENVIRONMENT, NEED, 0)).toEqual({
      instanceType: "m5.large",
      resources: { vcpuMillis: 2000, memoryMiB: 7715, gpuCount: 0 },
    });
  });

  test("says why there is none", () => {
    const full = { ...NEED, vcpuMillisLeft: 0 };
    expect(supply.choose(ENVIRONMENT, full, 0)).toBe("environments-full");
    const { computeResources: _, ...unmanaged } = ENVIRONMENT;
    expect(supply.choose(unmanaged, NEED, 0)).toBe("exceeds-instance-types");
  });

  test.each<[changes: Partial<ComputeResource>, instanceType: string]>([
    [{ desiredvCpus: 8, maxvCpus: 64 }, "m5.large"],
    [{ allocationStrategy: "BEST_FIT_PROGRESSIVE" }, "c5.xlarge"],
    [{ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" }, "m5.large"],
    [{ instanceTypes: ["c5"] }, "c5.xlarge"],
  ])("follows an environment that changes by %j", (changes, instanceType) => {
    supply.choose(ENVIRONMENT, NEED, 0);
    expect(supply.choose(changed(changes), NEED, 0)).toMatchObject({ instanceType });
  });

  test("knows the user's own types", () => {
    const resources = { vcpuMillis: 8000, memoryMiB: 30_720, gpuCount: 0 };
    const own: InstanceType = {
      name: "my.large",
      family: "my",
      architecture: "x86_64",
      resources,
      usable: resources,
    };
    const environment = changed({ instanceTypes: ["my"] });
    const withOwn = new CatalogueSupply(new InstanceCatalogue([own]), 0);
    expect(withOwn.choose(environment, NEED, 0)).toEqual({ instanceType: "my.large", resources });
    expect(supply.choose(environment, NEED, 0)).toBe("exceeds-instance-types");
  });
});

function changed(changes: Partial<ComputeResource>): ComputeEnvironment {
  return { ...ENVIRONMENT, computeResources: ec2Request({ ...ENVIRONMENT.computeResources, ...changes }) };
}
