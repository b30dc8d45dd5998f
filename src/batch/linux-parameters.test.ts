import { describe, expect, test } from "vitest";
import type { LinuxParameters } from "../model/batch.ts";
import { checkLinuxParameters } from "./linux-parameters.ts";
import { Refusal } from "./refusal.ts";

const PATH = "containerProperties.linuxParameters";

describe("on EC2 checkLinuxParameters", () => {
  test.each<[name: string, parameters: LinuxParameters]>([
    ["nothing", {}],
    [
      "all of it",
      {
        devices: [{ hostPath: "/dev/fuse", permissions: ["READ", "WRITE"] }],
        initProcessEnabled: true,
        sharedMemorySize: 64,
        tmpfs: [{ containerPath: "/run", size: 16, mountOptions: ["rw", "noexec", "mode=1777", "uid=1000"] }],
        maxSwap: 0,
        swappiness: 100,
      },
    ],
  ])("takes %s", (_name, parameters) => {
    expect(checkLinuxParameters(parameters, "EC2", PATH)).toBeUndefined();
  });

  test.each<[parameters: LinuxParameters, text: string]>([
    [{ devices: [{ hostPath: "/a" }, { hostPath: "" }] }, "devices[1].hostPath must not be empty"],
    [{ tmpfs: [{ containerPath: "", size: 1 }] }, "tmpfs[0].containerPath must not be empty"],
    [{ tmpfs: [{ containerPath: "/run", size: 0 }] }, "tmpfs[0].size must be at least 1, got 0"],
    [
      { tmpfs: [{ containerPath: "/run", size: 1, mountOptions: ["rw", "fast"] }] },
      "tmpfs[0].mountOptions must name options that tmpfs has, got fast",
    ],
    [{ sharedMemorySize: 0 }, "sharedMemorySize must be at least 1, got 0"],
    [{ maxSwap: -1 }, "maxSwap must be at least 0, got -1"],
    [{ swappiness: 101 }, "swappiness must be between 0 and 100, got 101"],
  ])("refuses %j", (parameters, text) => {
    expect(checkLinuxParameters(parameters, "EC2", PATH)).toEqual(Refusal.bare(`${PATH}.${text}`));
  });
});

describe("on Fargate checkLinuxParameters", () => {
  test("takes initProcessEnabled, and lists that are empty", () => {
    const parameters = { initProcessEnabled: true, devices: [], tmpfs: [] };
    expect(checkLinuxParameters(parameters, "FARGATE", PATH)).toBeUndefined();
  });

  test.each<[member: string, parameters: LinuxParameters]>([
    ["devices", { devices: [{ hostPath: "/dev/fuse" }] }],
    ["tmpfs", { tmpfs: [{ containerPath: "/run", size: 1 }] }],
    ["sharedMemorySize", { sharedMemorySize: 64 }],
    ["maxSwap", { maxSwap: 0 }],
    ["swappiness", { swappiness: 60 }],
  ])("refuses %s", (member, parameters) => {
    expect(checkLinuxParameters(parameters, "FARGATE", PATH)).toEqual(
      Refusal.wrapped(`linuxParameter.${member} is not allowed for Fargate.`),
    );
  });
});
