import { describe, expect, test } from "vitest";
import { ec2Request, fargateRequest, validEnvironment } from "../../test/support/environment-values.ts";
import { withDesiredVcpus } from "./desired-vcpus.ts";

describe("withDesiredVcpus", () => {
  const environment = validEnvironment({ computeResources: ec2Request({ minvCpus: 2, maxvCpus: 16 }) });

  test.each([
    [4, 4],
    [16, 16],
    [18, 16],
    [0, 2],
  ])("shows %i wanted vCPUs as %i, within the limits, and changes nothing else", (vcpus, desiredvCpus) => {
    const updating = { ...environment, status: "UPDATING" as const };
    expect(withDesiredVcpus(updating, vcpus)).toEqual({
      ...updating,
      computeResources: { ...updating.computeResources, desiredvCpus },
    });
  });

  test("is the same object where nothing changes, so that nothing is committed", () => {
    expect(withDesiredVcpus(environment, 1)).toBe(environment);
    const full = withDesiredVcpus(environment, 16);
    expect(withDesiredVcpus(full, 20)).toBe(full);
  });

  test("leaves environments alone that have no desiredvCpus", () => {
    const fargate = validEnvironment({ computeResources: fargateRequest() });
    const unmanaged = validEnvironment({
      type: "UNMANAGED",
      computeResources: undefined,
      serviceRole: "own",
    });
    expect(withDesiredVcpus(fargate, 4)).toBe(fargate);
    expect(withDesiredVcpus(unmanaged, 4)).toBe(unmanaged);
  });
});
