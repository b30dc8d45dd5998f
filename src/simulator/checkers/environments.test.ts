import { expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, HOST, SCOPE } from "../../../test/support/builders.ts";
import { computeEnvironmentArn } from "../../batch/arn.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Instance } from "../../batch/instance.ts";
import type { ComputeResource } from "../../model/batch.ts";
import type { Change } from "../../store/change.ts";
import { LiveState } from "../../store/live-state.ts";
import { Watch } from "../watch.ts";
import { checkEnvironments } from "./environments.ts";

const ARN = computeEnvironmentArn(SCOPE, "ce");

interface Members extends Partial<Pick<ComputeEnvironment, "state" | "status" | "configurationVersion">> {
  readonly resources?: Partial<ComputeResource>;
}

/** The environment `ce`, of two to eight vCPUs. */
function ce({ resources, ...members }: Members = {}): readonly Change[] {
  return aComputeEnvironment("ce")
    .changes()
    .map((change): Change => {
      if (change.kind !== "compute-environment-put") return change;
      const { computeEnvironment } = change;
      const { computeResources } = computeEnvironment;
      const sized = computeResources && { ...computeResources, minvCpus: 2, maxvCpus: 8, ...resources };
      return {
        ...change,
        computeEnvironment: { ...computeEnvironment, ...(sized && { computeResources: sized }), ...members },
      };
    });
}

/** An instance of two vCPUs. */
function instance(number: number, members: Partial<Instance> = {}): Change {
  const put: Instance = {
    scope: SCOPE,
    computeEnvironmentArn: ARN,
    instanceId: `i-${number}`,
    containerInstanceArn: `arn:${number}`,
    instanceType: "c5.large",
    resources: { vcpuMillis: 2_000, memoryMiB: 4_096, gpuCount: 0 },
    isSpot: false,
    configurationVersion: 1,
    launchedAtMs: 0,
    registeredAtMs: 0,
    ...members,
  };
  return { kind: "instance-put", instance: put };
}

/** The job runs on the first instance, or where it is said. */
function attempt(members: { readonly computeEnvironmentArn?: string } = {}): Change {
  return {
    kind: "attempt-put",
    attempt: {
      scope: SCOPE,
      jobId: "job",
      number: 1,
      taskId: "task",
      taskArn: "arn",
      placedAtMs: 0,
      computeEnvironmentArn: ARN,
      instance: { instanceId: "i-1", containerInstanceArn: "arn:1" },
      ...members,
    },
  };
}

const REMOVED: Change = { kind: "compute-environment-removed", scope: SCOPE, name: "ce" };
const QUEUE = aJobQueue("q", ["ce"]).changes();
const JOB = [...QUEUE, ...aJob("job").inQueue("q").changes()];
const idle = { terminatedAtMs: 1, terminatedBecause: "idle" } as const;
const leaving = { leaving: { because: "replaced", atMs: 1_000 } } as const;
const PLACED = [...ce(), instance(1), instance(2), ...JOB, attempt()];

function foundIn(changes: readonly Change[], tickCount = 0): readonly string[] {
  let nowMs = 2_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const watch = new Watch({ environments: checkEnvironments }, { clock, host: HOST });
  watch.committed(changes);
  const report = { blocked: [], isCutShort: false };
  for (let count = 0; count < tickCount; count += 1) {
    watch.ticked({ state: new LiveState(), report, hostCapacity: HOST });
    nowMs += 2_700_000;
  }
  return watch.violations.map(({ message }) => message.replaceAll(/arn:aws:[^ ,]*\//g, ""));
}

test.each<[about: string, changes: readonly Change[]]>([
  ["jobs run and instances go that are more than minvCpus", [...PLACED, instance(2, idle)]],
  ["minvCpus are kept while it is DISABLED", [...ce({ state: "DISABLED" }), instance(1)]],
  ["an update ends without instances of before", [...ce({ status: "UPDATING" }), ...ce()]],
  [
    "it is gone when its last instance is",
    [...ce(), instance(1), instance(1, { terminatedAtMs: 1 }), REMOVED],
  ],
])("nothing is found where %s", (_about, changes) => {
  expect(foundIn(changes, 2)).toEqual([]);
});

test.each<[found: string, changes: readonly Change[]]>([
  ["ce wants 9 vCPUs, which is not between 2 and 8", ce({ resources: { desiredvCpus: 9 } })],
  [
    "i-2 is launched in ce, which is DISABLED and VALID",
    [...ce({ state: "DISABLED" }), instance(1), instance(2)],
  ],
  ["i-1 is launched in ce, which is ENABLED and INVALID", [...ce({ status: "INVALID" }), instance(1)]],
  ["i-1 was idle, and ce has less than its minvCpus without it", [...ce(), instance(1), instance(1, idle)]],
  [
    "ce is VALID, and i-1 is of an earlier configuration",
    [
      ...ce(),
      instance(1),
      ...ce({ status: "UPDATING", configurationVersion: 2 }),
      ...ce({ configurationVersion: 2 }),
    ],
  ],
  ["ce is gone, and has 2 instances and 1 attempts", [...PLACED, REMOVED]],
  ["q is gone, and has 1 jobs", [...JOB, { kind: "job-queue-removed", scope: SCOPE, name: "q" }]],
  ["job is placed in ce, which is DISABLED and VALID", [...ce({ state: "DISABLED" }), ...JOB, attempt()]],
  [
    "job is placed in other, which q does not have",
    [
      ...aComputeEnvironment("other").changes(),
      ...JOB,
      attempt({ computeEnvironmentArn: computeEnvironmentArn(SCOPE, "other") }),
    ],
  ],
])("%s", (found, changes) => {
  expect(foundIn(changes)).toEqual([found]);
});

test("the attempt task runs on where its instance is to be gone", () => {
  const changes = [...PLACED, instance(1, leaving)];
  expect([foundIn(changes, 1), foundIn(changes, 2)]).toEqual([
    [],
    ["the attempt task runs on where its instance is to be gone"],
  ]);
});

test("ce has had less than its minvCpus for long", () => {
  const environment = ce({ resources: { allocationStrategy: "BEST_FIT_PROGRESSIVE" } });
  expect([foundIn(environment, 1), foundIn(environment, 2)]).toEqual([
    [],
    ["ce has had less than its minvCpus for 2700000 ms"],
  ]);
});
