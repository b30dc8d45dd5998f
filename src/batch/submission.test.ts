import { describe, expect, test } from "vitest";
import {
  accepted,
  CAUSE,
  ec2Container,
  fargateContainer,
  JOB_ID,
  NOW_MS,
  registerDefinition,
  requirements,
  SCOPE,
  submit,
} from "../../test/support/batch-values.ts";
import { onlyContainer } from "../../test/support/workload-values.ts";
import type { RegisterJobDefinitionRequest, SubmitJobRequest } from "../model/batch.ts";
import type { Job } from "./job.ts";
import { Refusal } from "./refusal.ts";

const EMPTY_LISTS = { command: [], environment: [], mountPoints: [], secrets: [], ulimits: [], volumes: [] };

function submitted(
  definition: Partial<RegisterJobDefinitionRequest>,
  request: Partial<SubmitJobRequest>,
): Job {
  return accepted(submit(registerDefinition(definition), request));
}

describe("createJob", () => {
  test("makes a single job of the least that there can be", () => {
    const definition = registerDefinition();
    expect(submit(definition)).toEqual({
      kind: "single",
      scope: SCOPE,
      jobId: JOB_ID,
      jobName: "demo",
      jobQueueArn: "arn:aws:batch:us-east-1:111122223333:job-queue/q1",
      jobDefinitionArn: "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:4",
      createdAtMs: NOW_MS,
      workload: { kind: "container", container: { ...ec2Container(), ...EMPTY_LISTS } },
      resources: { vcpuMillis: 1000, memoryMiB: 128, gpuCount: 0 },
      parameters: {},
      retryStrategy: { attempts: 1, evaluateOnExit: [] },
      dependsOn: [],
      propagateTags: false,
      platformCapabilities: [],
      tags: {},
      cause: CAUSE,
    });
  });

  const full: Partial<RegisterJobDefinitionRequest> = {
    retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: "1", action: "EXIT" }] },
    timeout: { attemptDurationSeconds: 60 },
    schedulingPriority: 5,
    propagateTags: true,
    tags: { of: "definition" },
    parameters: { a: "1", b: "2" },
  };

  test("takes from the definition what the submission does not say", () => {
    expect(submitted(full, {})).toMatchObject({
      retryStrategy: full.retryStrategy,
      attemptDurationSeconds: 60,
      schedulingPriority: 5,
      propagateTags: true,
      tags: {},
      parameters: { a: "1", b: "2" },
    });
  });

  test("lets the submission replace strategy, timeout, priority and propagation as a whole", () => {
    const job = submitted(full, {
      retryStrategy: { attempts: 2 },
      timeout: { attemptDurationSeconds: 600 },
      schedulingPriorityOverride: 7,
      shareIdentifier: "team1",
      propagateTags: false,
      tags: { of: "job" },
      parameters: { b: "3" },
      dependsOn: [],
    });
    expect(job).toMatchObject({
      retryStrategy: { attempts: 2, evaluateOnExit: [] },
      attemptDurationSeconds: 600,
      schedulingPriority: 7,
      shareIdentifier: "team1",
      propagateTags: false,
      tags: { of: "job" },
      parameters: { a: "1", b: "3" },
    });
  });

  test("keeps the definition's vCPU where only MEMORY is overridden (section 16, line 21)", () => {
    const containerOverrides = { resourceRequirements: [{ type: "MEMORY", value: "256" }] } as const;
    expect(submitted({}, { containerOverrides })).toMatchObject({
      resources: { vcpuMillis: 1000, memoryMiB: 256, gpuCount: 0 },
      workload: { container: { resourceRequirements: requirements("1", "256") } },
    });
  });

  test("lets a deprecated memory change no resourceRequirements (section 16, line 22)", () => {
    expect(submitted({}, { containerOverrides: { memory: 4096 } })).toEqual(submitted({}, {}));
  });

  test("substitutes in the definition's command and in an overriding one", () => {
    const definition = {
      parameters: { file: "a.txt" },
      containerProperties: ec2Container({ command: ["cat", "Ref::file"] }),
    };
    const containerOverrides = { command: ["wc", "Ref::file"] };
    expect(onlyContainer(submitted(definition, {})).command).toEqual(["cat", "a.txt"]);
    expect(onlyContainer(submitted(definition, { parameters: { file: "b.txt" } })).command).toEqual([
      "cat",
      "b.txt",
    ]);
    expect(onlyContainer(submitted(definition, { containerOverrides })).command).toEqual(["wc", "a.txt"]);
  });

  test("asks for no value of a reference in a command that is overridden", () => {
    const definition = { containerProperties: ec2Container({ command: ["Ref::missing"] }) };
    const containerOverrides = { command: ["true"] };
    expect(onlyContainer(submitted(definition, { containerOverrides })).command).toEqual(["true"]);
  });

  test("substitutes nothing in variables", () => {
    const environment = [{ name: "A", value: "Ref::file" }];
    const definition = { parameters: { file: "x" }, containerProperties: ec2Container({ environment }) };
    expect(onlyContainer(submitted(definition, {})).environment).toEqual(environment);
  });

  test.each<[name: string, request: Partial<SubmitJobRequest>, refusal: Refusal]>([
    ["a bad name", { jobName: "-x" }, Refusal.wrapped("Job name should match valid pattern")],
    ["a name with a period", { jobName: "a.b" }, Refusal.wrapped("Job name should match valid pattern")],
    [
      "a reference without a value (section 16, line 18)",
      { containerOverrides: { command: ["Ref::missing"] } },
      Refusal.bare("Unable to substitute value. No parameter found for reference missing"),
    ],
    [
      "a reserved variable (section 16, line 20)",
      { containerOverrides: { environment: [{ name: "AWS_BATCH_X", value: "1" }] } },
      Refusal.bare("containerOverrides.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X"),
    ],
    [
      "too little memory",
      { containerOverrides: { resourceRequirements: [{ type: "MEMORY", value: "1" }] } },
      Refusal.bare("Memory must be at least 4 Mib, got 1 Mib."),
    ],
    [
      "a part of a vCPU",
      { containerOverrides: { resourceRequirements: [{ type: "VCPU", value: "0.5" }] } },
      Refusal.bare(
        "containerOverrides.resourceRequirements VCPU must be a whole number from 1 to 999999999, got 0.5",
      ),
    ],
    [
      "too many attempts",
      { retryStrategy: { attempts: 11 } },
      Refusal.bare("retryStrategy.attempts must be between 1 and 10, got 11"),
    ],
    [
      "a short timeout",
      { timeout: { attemptDurationSeconds: 1 } },
      Refusal.bare("timeout.attemptDurationSeconds must be at least 60, got 1"),
    ],
    [
      "an array of one",
      { arrayProperties: { size: 1 } },
      Refusal.bare("arrayProperties.size must be between 2 and 10000, got 1"),
    ],
    [
      "an array that is too large",
      { arrayProperties: { size: 10_001 } },
      Refusal.bare("arrayProperties.size must be between 2 and 10000, got 10001"),
    ],
    [
      "a dependency on nobody",
      { dependsOn: [{ jobId: JOB_ID }] },
      Refusal.bare(`dependsOn[0].jobId: job ${JOB_ID} not found.`),
    ],
    [
      "a consumable resource without a quantity",
      { consumableResourcePropertiesOverride: { consumableResourceList: [{ consumableResource: "l" }] } },
      Refusal.bare(
        "consumableResourcePropertiesOverride.consumableResourceList[0].quantity must be at least 1, got 0",
      ),
    ],
  ])("refuses %s", (_name, request, refusal) => {
    expect(submit(registerDefinition(), request)).toEqual(refusal);
  });

  test("holds overrides to the sizes of Fargate", () => {
    const definition = registerDefinition({
      platformCapabilities: ["FARGATE"],
      containerProperties: fargateContainer(),
    });
    const wider = { resourceRequirements: requirements("1", "2048") };
    const wrong = { resourceRequirements: [{ type: "VCPU", value: "1" }] } as const;
    expect(accepted(submit(definition, { containerOverrides: wider })).resources).toEqual({
      vcpuMillis: 1000,
      memoryMiB: 2048,
      gpuCount: 0,
    });
    expect(submit(definition, { containerOverrides: wrong })).toEqual(
      Refusal.bare("Fargate resource requirements (1.00 vCPU, 512 MiB) not valid."),
    );
  });
});
