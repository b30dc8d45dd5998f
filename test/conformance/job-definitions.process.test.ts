import type {
  ContainerProperties,
  RegisterJobDefinitionCommandInput,
  ResourceRequirement,
} from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();
const EXECUTION_ROLE = "arn:aws:iam::000000000000:role/execution";

function arnOf(nameAndRevision: string): string {
  return `arn:aws:batch:us-east-1:000000000000:job-definition/${nameAndRevision}`;
}

function requirements(vcpu: string, memory: string): ResourceRequirement[] {
  return [
    { type: "VCPU", value: vcpu },
    { type: "MEMORY", value: memory },
  ];
}

function requestOf(
  jobDefinitionName: string,
  container: Partial<ContainerProperties> = {},
): RegisterJobDefinitionCommandInput {
  return {
    jobDefinitionName,
    type: "container",
    containerProperties: {
      image: "busybox",
      command: ["true"],
      resourceRequirements: requirements("1", "64"),
      ...container,
    },
  };
}

function onFargate(container: Partial<ContainerProperties> = {}): RegisterJobDefinitionCommandInput {
  const own = { executionRoleArn: EXECUTION_ROLE, resourceRequirements: requirements("0.25", "512") };
  return { ...requestOf("refused", { ...own, ...container }), platformCapabilities: ["FARGATE"] };
}

/** The revisions that a DescribeJobDefinitions answers, as `name:revision STATUS`. */
async function revisionsOf(request: Parameters<typeof used.batch.describeJobDefinitions>[0]) {
  const { jobDefinitions = [] } = await used.batch.describeJobDefinitions(request);
  return jobDefinitions.map(
    ({ jobDefinitionName, revision, status }) => `${jobDefinitionName}:${revision} ${status}`,
  );
}

async function describeOne(nameAndRevision: string) {
  const { jobDefinitions = [] } = await used.batch.describeJobDefinitions({
    jobDefinitions: [nameAndRevision],
  });
  expect(jobDefinitions).toHaveLength(1);
  return jobDefinitions[0];
}

describe("registration", () => {
  test("16.6 registering the same body twice makes revisions 1 and 2", async () => {
    const answers = [];
    for (const _revision of [1, 2]) {
      const { $metadata: _, ...answer } = await used.batch.registerJobDefinition(requestOf("twice"));
      answers.push(answer);
    }
    expect(answers).toEqual([
      { jobDefinitionName: "twice", jobDefinitionArn: arnOf("twice:1"), revision: 1 },
      { jobDefinitionName: "twice", jobDefinitionArn: arnOf("twice:2"), revision: 2 },
    ]);
  });

  test("revisions of a name are never used again, also when all were deregistered", async () => {
    await used.batch.registerJobDefinition(requestOf("again"));
    await used.batch.deregisterJobDefinition({ jobDefinition: "again:1" });
    expect(await used.batch.registerJobDefinition(requestOf("again"))).toMatchObject({ revision: 2 });
  });

  test("16.10 the answer has the lists that were not given, actions in lower case", async () => {
    await used.batch.registerJobDefinition({
      jobDefinitionName: "whole",
      type: "container",
      containerProperties: {
        image: "busybox",
        vcpus: 1,
        memory: 64,
        linuxParameters: { devices: [{ hostPath: "/dev/null" }], tmpfs: [{ containerPath: "/t", size: 1 }] },
        logConfiguration: { logDriver: "awslogs" },
      },
      parameters: { input: "a" },
      retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: "1*", action: "RETRY" }] },
      timeout: { attemptDurationSeconds: 90 },
      schedulingPriority: 5,
      propagateTags: true,
      platformCapabilities: ["EC2"],
      tags: { team: "a" },
    });
    expect(await describeOne("whole:1")).toEqual({
      jobDefinitionName: "whole",
      jobDefinitionArn: arnOf("whole:1"),
      revision: 1,
      status: "ACTIVE",
      type: "container",
      containerOrchestrationType: "ECS",
      parameters: { input: "a" },
      retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: "1*", action: "retry" }] },
      timeout: { attemptDurationSeconds: 90 },
      schedulingPriority: 5,
      propagateTags: true,
      platformCapabilities: ["EC2"],
      tags: { team: "a" },
      containerProperties: {
        image: "busybox",
        vcpus: 1,
        memory: 64,
        command: [],
        environment: [],
        mountPoints: [],
        resourceRequirements: [],
        secrets: [],
        ulimits: [],
        volumes: [],
        linuxParameters: {
          devices: [{ hostPath: "/dev/null", permissions: [] }],
          tmpfs: [{ containerPath: "/t", size: 1, mountOptions: [] }],
        },
        logConfiguration: { logDriver: "awslogs", options: {}, secretOptions: [] },
      },
    });
  });

  test("16.10 on Fargate the answer names the platform version LATEST", async () => {
    await used.batch.registerJobDefinition({ ...onFargate(), jobDefinitionName: "fargate" });
    expect(await describeOne("fargate:1")).toMatchObject({
      platformCapabilities: ["FARGATE"],
      containerProperties: { fargatePlatformConfiguration: { platformVersion: "LATEST" } },
    });
  });

  test("volumes of every kind and the credentials of a registry come back as they were given", async () => {
    const given: Partial<ContainerProperties> = {
      jobRoleArn: "arn:aws:iam::000000000000:role/job",
      repositoryCredentials: {
        credentialsParameter: "arn:aws:secretsmanager:us-east-1:000000000000:secret:s",
      },
      enableExecuteCommand: true,
      volumes: [
        { name: "host", host: { sourcePath: "/data" } },
        {
          name: "efs",
          efsVolumeConfiguration: {
            fileSystemId: "fs-12345678",
            rootDirectory: "/",
            transitEncryption: "ENABLED",
            transitEncryptionPort: 2049,
            authorizationConfig: { accessPointId: "fsap-1", iam: "ENABLED" },
          },
        },
        {
          name: "s3",
          s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:fs", rootDirectory: "/x" },
        },
      ],
      mountPoints: [{ sourceVolume: "efs", containerPath: "/efs", readOnly: true }],
    };
    await used.batch.registerJobDefinition(requestOf("volumes", given));
    expect((await describeOne("volumes:1"))?.containerProperties).toMatchObject(given);

    const runtimePlatform = { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" };
    await used.batch.registerJobDefinition({ ...onFargate({ runtimePlatform }), jobDefinitionName: "arm" });
    expect((await describeOne("arm:1"))?.containerProperties?.runtimePlatform).toEqual(runtimePlatform);
  });

  test("16.11 a variable with an empty value is not echoed", async () => {
    const environment = [
      { name: "EMPTY", value: "" },
      { name: "FULL", value: "x" },
    ];
    await used.batch.registerJobDefinition(requestOf("empty-value", { environment }));
    const definition = await describeOne("empty-value:1");
    expect(definition?.containerProperties?.environment).toEqual([{ name: "FULL", value: "x" }]);
  });

  test.each<[what: string, request: RegisterJobDefinitionCommandInput, refusal: RefusalSeen]>([
    [
      "16.12 no vCPU",
      requestOf("refused", { resourceRequirements: [{ type: "MEMORY", value: "64" }] }),
      wrapped("vCPU is not provided."),
    ],
    [
      "16.12 1 MiB of memory",
      requestOf("refused", { resourceRequirements: requirements("1", "1") }),
      clientException("Memory must be at least 4 Mib, got 1 Mib."),
    ],
    [
      "16.13 a size that Fargate does not have",
      onFargate({ resourceRequirements: requirements("0.5", "1") }),
      clientException("Fargate resource requirements (0.50 vCPU, 1 MiB) not valid."),
    ],
    [
      "16.14 evaluateOnExit without attempts",
      { ...requestOf("refused"), retryStrategy: { evaluateOnExit: [{ onExitCode: "1", action: "EXIT" }] } },
      clientException("RetryAttempts must be provided with retry strategy"),
    ],
    [
      "16.20 a variable whose name begins with AWS_BATCH",
      requestOf("refused", { environment: [{ name: "AWS_BATCH_X", value: "1" }] }),
      clientException(
        "containerProperties.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X",
      ),
    ],
    [
      "networkConfiguration on EC2",
      requestOf("refused", { networkConfiguration: { assignPublicIp: "ENABLED" } }),
      wrapped("networkConfiguration not applicable for EC2."),
    ],
    [
      "vcpus on Fargate",
      onFargate({ vcpus: 1 }),
      wrapped("vcpus is not applicable for Fargate. Use resource requirements instead."),
    ],
    [
      "a user of strange characters",
      requestOf("refused", { user: "no body" }),
      clientException("User 'no body' does not match regex"),
    ],
    [
      "11 attempts",
      { ...requestOf("refused"), retryStrategy: { attempts: 11 } },
      clientException("retryStrategy.attempts must be between 1 and 10, got 11"),
    ],
    [
      "a timeout of 59 seconds",
      { ...requestOf("refused"), timeout: { attemptDurationSeconds: 59 } },
      clientException("timeout.attemptDurationSeconds must be at least 60, got 59"),
    ],
    [
      "a name of strange characters",
      requestOf("a.b"),
      clientException("jobDefinitionName must be 1 to 128 letters, digits, hyphens and underscores, got a.b"),
    ],
    [
      "two platforms",
      { ...requestOf("refused"), platformCapabilities: ["EC2", "FARGATE"] },
      wrapped("Exactly 1 capability must be provided."),
    ],
    [
      "no properties",
      { jobDefinitionName: "refused", type: "container" },
      wrapped(
        "ECS ContainerProperties, ecsProperties, or eksProperties is required when using type container.",
      ),
    ],
    [
      "a consumable resource without a quantity",
      {
        ...requestOf("refused"),
        consumableResourceProperties: { consumableResourceList: [{ consumableResource: "licence" }] },
      },
      clientException(
        "consumableResourceProperties.consumableResourceList[0].quantity must be at least 1, got 0",
      ),
    ],
    [
      "a container for Managed Instances",
      { ...requestOf("refused"), platformCapabilities: ["MANAGED_INSTANCES"] },
      wrapped("Cannot use ECS containerProperties for MANAGED_INSTANCES"),
    ],
  ])("%s: refused, and no revision is made", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.registerJobDefinition(request))).toEqual(refusal);
    expect(await revisionsOf({ jobDefinitionName: "refused" })).toEqual([]);
  });

  test("of more than 64 KiB is refused", async () => {
    const request = requestOf("refused", { command: ["echo", "x".repeat(64 * 1024)] });
    expect((await refusalOf(used.batch.registerJobDefinition(request))).message).toMatch(
      /^a job definition must have at most 65536 bytes, got 65\d{3}$/,
    );
  });
});

describe("DescribeJobDefinitions", () => {
  test("16.9 a bare name in jobDefinitions matches nothing, a name with its revision and an ARN match one", async () => {
    await used.batch.registerJobDefinition(requestOf("named"));
    await used.batch.registerJobDefinition(requestOf("named"));
    expect(await revisionsOf({ jobDefinitions: ["named"] })).toEqual([]);
    expect(await revisionsOf({ jobDefinitions: ["named:1"] })).toEqual(["named:1 ACTIVE"]);
    expect(await revisionsOf({ jobDefinitions: [arnOf("named:2"), "named:3", "nobody:1"] })).toEqual([
      "named:2 ACTIVE",
    ]);
  });

  test("by name shows every revision, also INACTIVE ones, unless a status is asked for", async () => {
    for (const _revision of [1, 2, 3]) await used.batch.registerJobDefinition(requestOf("by-status"));
    await used.batch.deregisterJobDefinition({ jobDefinition: arnOf("by-status:2") });
    const jobDefinitionName = "by-status";
    expect(await revisionsOf({ jobDefinitionName })).toEqual([
      "by-status:1 ACTIVE",
      "by-status:2 INACTIVE",
      "by-status:3 ACTIVE",
    ]);
    expect(await revisionsOf({ jobDefinitionName, status: "ACTIVE" })).toEqual([
      "by-status:1 ACTIVE",
      "by-status:3 ACTIVE",
    ]);
    expect(await revisionsOf({ jobDefinitionName, status: "INACTIVE" })).toEqual(["by-status:2 INACTIVE"]);
    expect(await revisionsOf({ jobDefinitionName: "by" })).toEqual([]);
  });

  test("names exclude every other member", async () => {
    const both = used.batch.describeJobDefinitions({ jobDefinitions: ["a:1"], jobDefinitionName: "a" });
    expect(await refusalOf(both)).toEqual(
      clientException("jobDefinitions must be given alone, without jobDefinitionName, status and nextToken"),
    );
  });
});

describe("DeregisterJobDefinition", () => {
  test("is lenient: twice, and for what is not there, it succeeds", async () => {
    await used.batch.registerJobDefinition(requestOf("lenient"));
    for (const jobDefinition of ["lenient:1", "lenient:1", "lenient:2", "nobody:1", "nobody"]) {
      await used.batch.deregisterJobDefinition({ jobDefinition });
    }
    expect(await revisionsOf({ jobDefinitionName: "lenient" })).toEqual(["lenient:1 INACTIVE"]);
  });

  test("by a bare name takes the newest ACTIVE revision", async () => {
    for (const _revision of [1, 2]) await used.batch.registerJobDefinition(requestOf("newest"));
    await used.batch.deregisterJobDefinition({ jobDefinition: "newest" });
    expect(await revisionsOf({ jobDefinitionName: "newest", status: "ACTIVE" })).toEqual(["newest:1 ACTIVE"]);
  });
});
