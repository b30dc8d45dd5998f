import { describe, expect, test } from "vitest";
import { advise } from "./advice.ts";

const JOB = {
  jobName: "job",
  jobId: "01a20089-3cf5-435b-8189-5d3c8406f58e",
  jobQueue: "default",
  jobDefinition: "shell:1",
  startedAt: 0,
};

describe("advise", () => {
  test.each([
    ['CannotStartContainerError: Error: exec: "x": executable file not found in $PATH', /absolute path/],
    ['CannotStartContainerError: Error: exec: "/x": stat /x: no such file or directory', /absolute path/],
    ['CannotStartContainerError: Error: exec: "/etc/passwd": permission denied: unknown', /the program/],
    ["CannotStartContainerError: Error: network nosuch not found", /what was refused/],
    ["CannotStartContainerError: Error: unable to find user x: no matching entries", /what was refused/],
    ["CannotCreateContainerError: Error: invalid mount config", /what was refused/],
    ["CannotPullContainerError: Error: no such image", /Its image/],
  ])("of %s speaks of what it is about", (reason, advice) => {
    const job = {
      ...JOB,
      status: "FAILED",
      statusReason: "Task failed to start",
      container: { reason },
    } as const;
    expect(advise(job)).toMatch(advice);
  });
});
