import { describe, expect, test } from "vitest";
import { requirements } from "../../test/support/batch-values.ts";
import { ecsProperties, TASK_CONTAINER_ADDED, taskContainer } from "../../test/support/workload-values.ts";
import type { EcsProperties, EcsTaskProperties, TaskContainerProperties } from "../model/batch.ts";
import { ecsResources, parseEcsProperties } from "./ecs-properties.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";

const TASK = "ecsProperties.taskProperties[0]";
const CONTAINER = `${TASK}.containers[0]`;
const EXECUTION_ROLE = "arn:aws:iam::111122223333:role/execution";

function parse(properties: EcsProperties, platform: Platform = "EC2"): EcsProperties | Refusal {
  return parseEcsProperties(properties, platform, "ecsProperties");
}

/** A task with one container that is not plain. */
function withContainer(
  members: Partial<TaskContainerProperties>,
  task: Partial<EcsTaskProperties> = {},
): EcsProperties {
  return ecsProperties([taskContainer("main", members), taskContainer("side", { essential: false })], task);
}

/** The smallest task of two that Fargate takes. */
function onFargate(
  members: Partial<TaskContainerProperties> = {},
  task: Partial<EcsTaskProperties> = {},
): EcsProperties {
  const resourceRequirements = requirements("0.25", "512");
  return ecsProperties(
    [
      taskContainer("main", { resourceRequirements, ...members }),
      taskContainer("side", { resourceRequirements }),
    ],
    { executionRoleArn: EXECUTION_ROLE, ...task },
  );
}

function onManagedInstances(task: Partial<EcsTaskProperties> = {}): EcsProperties {
  return ecsProperties([taskContainer("main", { resourceRequirements: requirements("0.1", "64") })], {
    executionRoleArn: EXECUTION_ROLE,
    ...task,
  });
}

describe("parseEcsProperties takes", () => {
  test("a task and adds what AWS adds (section 16, line 10)", () => {
    const linuxParameters = { devices: [{ hostPath: "/dev/fuse" }] };
    const given = withContainer({ linuxParameters, essential: true }, { ipcMode: "task", pidMode: "host" });
    expect(parse(given)).toEqual({
      taskProperties: [
        {
          ipcMode: "task",
          pidMode: "host",
          volumes: [],
          containers: [
            {
              ...TASK_CONTAINER_ADDED,
              ...taskContainer("main"),
              linuxParameters: { devices: [{ hostPath: "/dev/fuse", permissions: [] }], tmpfs: [] },
            },
            { ...TASK_CONTAINER_ADDED, ...taskContainer("side"), essential: false },
          ],
        },
      ],
    });
  });

  test("a task for Fargate and adds its platform version (section 16, line 10)", () => {
    expect(parse(onFargate(), "FARGATE")).toMatchObject({
      taskProperties: [{ platformVersion: "LATEST", executionRoleArn: EXECUTION_ROLE }],
    });
  });

  test.each<[name: string, properties: EcsProperties, platform: Platform]>([
    ["one container without a name", ecsProperties([{ ...taskContainer("x"), name: undefined }]), "EC2"],
    ["a user with a group", withContainer({ user: "1000:www-data" }), "EC2"],
    ["timeouts", withContainer({ startTimeout: 2, stopTimeout: 9999 }), "EC2"],
    [
      "a log router beside",
      withContainer({
        logConfiguration: { logDriver: "awsfirelens" },
        firelensConfiguration: { type: "fluentbit" },
      }),
      "EC2",
    ],
    [
      "a volume of the task",
      withContainer(
        { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] },
        { volumes: [{ name: "data", host: {} }] },
      ),
      "EC2",
    ],
    [
      "Windows on Fargate",
      onFargate({}, { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
      "FARGATE",
    ],
    ["parts of a vCPU on Managed Instances", onManagedInstances(), "MANAGED_INSTANCES"],
    [
      "the host's network and an architecture on Managed Instances",
      onManagedInstances({ networkMode: "host", runtimePlatform: { cpuArchitecture: "ARM64" } }),
      "MANAGED_INSTANCES",
    ],
  ])("%s", (_name, properties, platform) => {
    expect(parse(properties, platform)).not.toBeInstanceOf(Refusal);
  });
});

describe("parseEcsProperties refuses", () => {
  const many = Array.from({ length: 11 }, (_, index) => taskContainer(`c${index}`));
  test.each<[name: string, properties: EcsProperties, refusal: Refusal]>([
    [
      "no task",
      { taskProperties: [] },
      Refusal.bare("ecsProperties.taskProperties must have exactly 1 entry, got 0"),
    ],
    [
      "two tasks",
      { taskProperties: [{ containers: [] }, { containers: [] }] },
      Refusal.bare("ecsProperties.taskProperties must have exactly 1 entry, got 2"),
    ],
    ["no containers", ecsProperties([]), Refusal.wrapped("Number of containers must be between 1 and 10")],
    ["11 containers", ecsProperties(many), Refusal.wrapped("Number of containers must be between 1 and 10")],
    [
      "nothing essential",
      ecsProperties([taskContainer("a", { essential: false })]),
      Refusal.wrapped("At least one container must be set as essential"),
    ],
    [
      "a name twice",
      ecsProperties([taskContainer("a"), taskContainer("a")]),
      Refusal.wrapped("Container names must be unique"),
    ],
    [
      "one of two without a name",
      ecsProperties([{ ...taskContainer("a"), name: undefined }, taskContainer("b")]),
      Refusal.bare(`${CONTAINER}.name is required`),
    ],
    [
      "a name of strange characters",
      ecsProperties([taskContainer("a b")]),
      Refusal.bare(`${CONTAINER}.name must be 1 to 255 letters, digits, hyphens and underscores, got a b`),
    ],
    ["no image", withContainer({ image: "" }), Refusal.bare(`${CONTAINER}.image is required`)],
    [
      "a reserved variable (section 16, line 20)",
      withContainer({ environment: [{ name: "AWS_BATCH_X" }] }),
      Refusal.bare(`${CONTAINER}.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X`),
    ],
    [
      "a user of strange characters",
      withContainer({ user: "a:b:c" }),
      Refusal.bare("User 'a:b:c' does not match regex"),
    ],
    [
      "a short timeout",
      withContainer({ stopTimeout: 1 }),
      Refusal.bare(`${CONTAINER}.stopTimeout must be at least 2, got 1`),
    ],
    [
      "no vCPU (section 16, line 12)",
      withContainer({ resourceRequirements: [{ type: "MEMORY", value: "64" }] }),
      Refusal.wrapped("vCPU is not provided."),
    ],
    [
      "a part of a vCPU on EC2",
      withContainer({ resourceRequirements: requirements("0.5", "64") }),
      Refusal.bare(
        `${CONTAINER}.resourceRequirements VCPU must be a whole number from 1 to 999999999, got 0.5`,
      ),
    ],
    [
      "a mount point of no volume",
      withContainer({ mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }),
      Refusal.bare(`${CONTAINER}.mountPoints[0].sourceVolume must name one of the volumes, got data`),
    ],
    [
      "a dependency on nobody",
      withContainer({ dependsOn: [{ containerName: "nobody", condition: "START" }] }),
      Refusal.wrapped("containerName nobody must reference a defined container."),
    ],
    [
      "a log router without root",
      ecsProperties([
        taskContainer("router", { user: "nobody", firelensConfiguration: { type: "fluentd" } }),
      ]),
      Refusal.wrapped(
        "When a firelensConfiguration object is specified, at least one container has to run as root",
      ),
    ],
    [
      "another ipcMode",
      withContainer({}, { ipcMode: "all" }),
      Refusal.wrapped("ipcMode all is not valid. Valid values are: [host, task, none]"),
    ],
    [
      "another pidMode",
      withContainer({}, { pidMode: "none" }),
      Refusal.wrapped("Capability none is not valid. Valid capabilities: [host, task]"),
    ],
    [
      "a bad volume",
      withContainer({}, { volumes: [{ host: {} }] }),
      Refusal.bare(`${TASK}.volumes[0].name is required`),
    ],
    [
      "S3 Files without a task role",
      withContainer({}, { volumes: [{ name: "v", s3filesVolumeConfiguration: { fileSystemArn: "a" } }] }),
      Refusal.wrapped("A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration."),
    ],
    ...(
      [
        { networkConfiguration: {} },
        { platformVersion: "LATEST" },
        { ephemeralStorage: { sizeInGiB: 21 } },
        { runtimePlatform: {} },
        { networkMode: "host" },
      ] as const
    ).map((task): [string, EcsProperties, Refusal] => [
      Object.keys(task).join(),
      withContainer({}, task),
      Refusal.wrapped(`${Object.keys(task).join()} not applicable for EC2.`),
    ]),
  ])("on EC2 %s", (_name, properties, refusal) => {
    expect(parse(properties)).toEqual(refusal);
  });

  const windows = { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" };
  test.each<[name: string, properties: EcsProperties, refusal: Refusal]>([
    [
      "a sum that it does not have (section 16, line 13)",
      onFargate({ resourceRequirements: requirements("0.25", "1") }),
      Refusal.bare("Fargate resource requirements (0.50 vCPU, 513 MiB) not valid."),
    ],
    [
      "no execution role",
      onFargate({}, { executionRoleArn: undefined }),
      Refusal.bare(`${TASK}.executionRoleArn is required for Fargate`),
    ],
    [
      "privileges",
      onFargate({ privileged: true }),
      Refusal.wrapped("privileged is not applicable for Fargate."),
    ],
    [
      "a long timeout",
      onFargate({ startTimeout: 121 }),
      Refusal.bare(`${CONTAINER}.startTimeout must be between 2 and 120, got 121`),
    ],
    [
      "a platform version that is none",
      onFargate({}, { platformVersion: "newest" }),
      Refusal.bare(`${TASK}.platformVersion must be LATEST or such as 1.4.0, got newest`),
    ],
    [
      "a network mode",
      onFargate({}, { networkMode: "host" }),
      Refusal.wrapped("networkMode is not applicable for Fargate."),
    ],
    [
      "Windows with a user",
      onFargate({ user: "x" }, { runtimePlatform: windows }),
      Refusal.bare(`${CONTAINER}.user must be absent for Windows`),
    ],
    [
      "Windows with EFS",
      onFargate(
        {},
        {
          runtimePlatform: windows,
          volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
        },
      ),
      Refusal.bare(`${TASK}.volumes[0].efsVolumeConfiguration must be absent for Windows`),
    ],
    [
      "EFS on a platform that is too old",
      onFargate(
        {},
        {
          platformVersion: "1.3.0",
          volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
        },
      ),
      Refusal.bare("EFS is supported for Fargate platform version 1.4.0"),
    ],
  ])("on Fargate %s", (_name, properties, refusal) => {
    expect(parse(properties, "FARGATE")).toEqual(refusal);
  });

  test.each<[name: string, task: Partial<EcsTaskProperties>, refusal: Refusal]>([
    [
      "no execution role",
      { executionRoleArn: "" },
      Refusal.bare(`${TASK}.executionRoleArn is required for MANAGED_INSTANCES`),
    ],
    [
      "a network",
      { networkConfiguration: {} },
      Refusal.wrapped("networkConfiguration is not applicable for MANAGED_INSTANCES."),
    ],
    [
      "a version of Fargate's platform",
      { platformVersion: "LATEST" },
      Refusal.wrapped("platformVersion is not applicable for MANAGED_INSTANCES."),
    ],
    [
      "another network mode",
      { networkMode: "awsvpc" },
      Refusal.bare(`${TASK}.networkMode must be absent or host, got awsvpc`),
    ],
    [
      "Windows",
      { runtimePlatform: windows },
      Refusal.wrapped("runtimePlatform for MANAGED_INSTANCES only supports LINUX operating system family."),
    ],
  ])("on Managed Instances %s", (_name, task, refusal) => {
    expect(parse(onManagedInstances(task), "MANAGED_INSTANCES")).toEqual(refusal);
  });

  test("on Managed Instances too little memory", () => {
    const tiny = ecsProperties([taskContainer("main", { resourceRequirements: requirements("1", "3") })]);
    expect(parse(tiny, "MANAGED_INSTANCES")).toEqual(
      Refusal.bare("Memory must be at least 4 Mib, got 3 Mib."),
    );
  });
});

test("a task asks for the sum over its containers", () => {
  const gpus = [...requirements("2", "64"), { type: "GPU", value: "1" } as const];
  const task = ecsProperties([taskContainer("a"), taskContainer("b", { resourceRequirements: gpus })]);
  expect(ecsResources(task, "EC2", "ecsProperties")).toEqual({
    vcpuMillis: 3000,
    memoryMiB: 192,
    gpuCount: 1,
  });
});
