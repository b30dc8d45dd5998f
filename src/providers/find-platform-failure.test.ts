import { expect, test } from "vitest";
import type { RuntimePlatform } from "../model/batch.ts";
import { findPlatformFailure } from "./find-platform-failure.ts";

const REASON = "CannotCreateContainerError: runtimePlatform.";

test.each<
  [wanted: RuntimePlatform | undefined, system: string, architecture: string, failure: string | undefined]
>([
  [undefined, "linux", "arm64", undefined],
  [{}, "linux", "arm64", undefined],
  [{ operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" }, "linux", "amd64", undefined],
  [{ cpuArchitecture: "ARM64" }, "linux", "arm64", undefined],
  [{ cpuArchitecture: "ARM64" }, "", "", undefined],
  [
    { cpuArchitecture: "ARM64" },
    "linux",
    "amd64",
    `${REASON}cpuArchitecture is ARM64, but jobs run on amd64 here`,
  ],
  [
    { cpuArchitecture: "X86_64" },
    "linux",
    "arm64",
    `${REASON}cpuArchitecture is X86_64, but jobs run on arm64 here`,
  ],
  [
    { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
    "linux",
    "amd64",
    `${REASON}operatingSystemFamily is WINDOWS_SERVER_2022_CORE, but jobs run on linux here`,
  ],
])("%j on %s/%s: %s", (wanted, operatingSystem, architecture, failure) => {
  expect(findPlatformFailure(wanted, { operatingSystem, architecture })).toBe(failure);
});
