import { expect, test } from "vitest";
import type { AttemptSpec } from "../provider.ts";
import { NoneProvider } from "./none-provider.ts";

const REASON = "CannotStartContainerError: this server has no provider that can run jobs on this machine";

test("offers nothing", () => {
  expect(new NoneProvider().capacity()).toEqual({ vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 });
});

test("ends what it is told to start, until that is acknowledged", () => {
  const provider = new NoneProvider();
  let wakeCount = 0;
  provider.onNews(() => (wakeCount += 1));
  provider.start(aSpec("a"));
  expect(provider.poll(7)).toBeUndefined();
  const news = {
    kind: "ended",
    taskId: "a",
    atMs: 7,
    outcome: { kind: "start-failed", reason: REASON },
  };
  expect(wakeCount).toBe(1);
  expect(provider.observe()).toEqual([news]);

  provider.start(aSpec("a"));
  provider.poll(8);
  provider.acknowledge("a", "started");
  expect(provider.observe()).toEqual([news]);
  provider.acknowledge("a", "ended");
  expect(provider.observe()).toEqual([]);
});

test("gives up what another provider was running", async () => {
  const provider = new NoneProvider();
  await provider.recover([
    { taskId: "running", spec: aSpec("running"), isRunning: true },
    { taskId: "starting", spec: aSpec("starting"), isRunning: false },
  ]);
  provider.poll(3);
  expect(provider.observe()).toEqual([
    { kind: "ended", taskId: "running", atMs: 3, outcome: { kind: "host-lost" } },
    { kind: "ended", taskId: "starting", atMs: 3, outcome: { kind: "start-failed", reason: REASON } },
  ]);
});

function aSpec(taskId: string): AttemptSpec {
  return {
    taskId,
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/cluster/${taskId}`,
    jobId: "job",
    jobDefinitionArn: "arn:aws:batch:us-east-1:000000000000:job-definition/definition:1",
    containers: [],
    resources: { vcpuMillis: 1_000, memoryMiB: 64, gpuCount: 0 },
    isVcpuLimited: false,
  };
}
