import type {
  EcsTaskProperties,
  PlatformCapability,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
  TaskContainerProperties,
} from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();
const ROLE = "arn:aws:iam::000000000000:role/execution";

beforeAll(async () => {
  await makeEnvironment(used.batch, "environment");
  await makeQueue(used.batch, "queue", ["environment"]);
  await used.batch.registerJobDefinition(requestOf("two", [container("main"), container("side")]));
});

function container(name: string, members: Partial<TaskContainerProperties> = {}): TaskContainerProperties {
  return {
    name,
    image: "busybox",
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "64" },
    ],
    ...members,
  };
}

function requestOf(
  jobDefinitionName: string,
  containers: TaskContainerProperties[],
  task: Partial<EcsTaskProperties> = {},
  platform?: PlatformCapability,
): RegisterJobDefinitionCommandInput {
  return {
    jobDefinitionName,
    type: "container",
    ...(platform !== undefined && { platformCapabilities: [platform] }),
    ecsProperties: { taskProperties: [{ containers, ...task }] },
  };
}

async function describeOne(nameAndRevision: string) {
  const { jobDefinitions = [] } = await used.batch.describeJobDefinitions({
    jobDefinitions: [nameAndRevision],
  });
  return jobDefinitions[0];
}

function submit(members: Partial<SubmitJobCommandInput>) {
  return used.batch.submitJob({ jobName: "job", jobQueue: "queue", jobDefinition: "two", ...members });
}

describe("a definition of several containers", () => {
  test("16.10, 16.11 is shown with the lists that were not given, without empty variables", async () => {
    const environment = [
      { name: "EMPTY", value: "" },
      { name: "FULL", value: "x" },
    ];
    const helper = container("helper", { essential: false, environment });
    const dependsOn = [{ containerName: "helper", condition: "SUCCESS" }];
    await used.batch.registerJobDefinition(
      requestOf("whole", [helper, container("main", { dependsOn, stopTimeout: 5 })], { ipcMode: "task" }),
    );
    const added = { command: [], dependsOn: [], environment: [], mountPoints: [], secrets: [], ulimits: [] };
    expect(await describeOne("whole:1")).toEqual({
      jobDefinitionName: "whole",
      jobDefinitionArn: "arn:aws:batch:us-east-1:000000000000:job-definition/whole:1",
      revision: 1,
      status: "ACTIVE",
      type: "container",
      containerOrchestrationType: "ECS",
      parameters: {},
      propagateTags: false,
      tags: {},
      ecsProperties: {
        taskProperties: [
          {
            ipcMode: "task",
            volumes: [],
            containers: [
              { ...added, ...helper, environment: [{ name: "FULL", value: "x" }] },
              { ...added, ...container("main"), essential: true, dependsOn, stopTimeout: 5 },
            ],
          },
        ],
      },
    });
  });

  test("16.10 on Fargate is shown with the platform version LATEST", async () => {
    const resourceRequirements = [
      { type: "VCPU" as const, value: "0.25" },
      { type: "MEMORY" as const, value: "512" },
    ];
    const containers = [container("a", { resourceRequirements }), container("b", { resourceRequirements })];
    await used.batch.registerJobDefinition(
      requestOf("fargate", containers, { executionRoleArn: ROLE }, "FARGATE"),
    );
    expect(await describeOne("fargate:1")).toMatchObject({
      platformCapabilities: ["FARGATE"],
      ecsProperties: { taskProperties: [{ platformVersion: "LATEST" }] },
    });
  });

  test("can be for Managed Instances", async () => {
    await used.batch.registerJobDefinition(
      requestOf("managed", [container("a")], { executionRoleArn: ROLE }, "MANAGED_INSTANCES"),
    );
    expect(await describeOne("managed:1")).toMatchObject({ platformCapabilities: ["MANAGED_INSTANCES"] });
  });

  const waiting = { dependsOn: [{ containerName: "side", condition: "COMPLETE" }] };
  test.each<[what: string, request: RegisterJobDefinitionCommandInput, refusal: RefusalSeen]>([
    ["no containers", requestOf("refused", []), wrapped("Number of containers must be between 1 and 10")],
    [
      "nothing essential",
      requestOf("refused", [container("a", { essential: false })]),
      wrapped("At least one container must be set as essential"),
    ],
    [
      "a name twice",
      requestOf("refused", [container("a"), container("a")]),
      wrapped("Container names must be unique"),
    ],
    [
      "waiting for the end of what is essential",
      requestOf("refused", [container("main", waiting), container("side")]),
      wrapped(
        "The container target of a dependency can not have condition COMPLETE if the target is essential",
      ),
    ],
    [
      "16.12 no vCPU",
      requestOf("refused", [container("a", { resourceRequirements: [] })]),
      wrapped("vCPU is not provided."),
    ],
    [
      "16.13 a sum that Fargate does not have",
      requestOf("refused", [container("a"), container("b")], { executionRoleArn: ROLE }, "FARGATE"),
      clientException("Fargate resource requirements (2.00 vCPU, 128 MiB) not valid."),
    ],
    [
      "16.20 a variable whose name begins with AWS_BATCH",
      requestOf("refused", [container("a", { environment: [{ name: "AWS_BATCH_X", value: "1" }] })]),
      clientException(
        "ecsProperties.taskProperties[0].containers[0].environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X",
      ),
    ],
    [
      "containerProperties besides",
      { ...requestOf("refused", [container("a")]), containerProperties: { image: "busybox" } },
      wrapped("Cannot use both ECS containerProperties and ecsProperties"),
    ],
  ])("%s: refused", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.registerJobDefinition(request))).toEqual(refusal);
  });
});

describe("a submission of several containers", () => {
  test("16.19 containerOverrides on ecsProperties are refused with AWS's text", async () => {
    expect(await refusalOf(submit({ containerOverrides: { command: ["x"] } }))).toEqual(
      clientException("Container overrides should not be set for ecsProperties jobs."),
    );
  });

  const at = "ecsPropertiesOverride.taskProperties[0].containers[0]";
  test.each<[what: string, members: Partial<SubmitJobCommandInput>, refusal: RefusalSeen]>([
    [
      "an override of a container that there is not",
      { ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: "nobody" }] }] } },
      clientException(`${at}.name must name a container of the job definition, got nobody`),
    ],
    [
      "16.18 a reference without a value",
      {
        ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: "main", command: ["Ref::x"] }] }] },
      },
      clientException("Unable to substitute value. No parameter found for reference x"),
    ],
    [
      "16.20 a variable whose name begins with AWS_BATCH",
      {
        ecsPropertiesOverride: {
          taskProperties: [{ containers: [{ name: "main", environment: [{ name: "AWS_BATCH_X" }] }] }],
        },
      },
      clientException(`${at}.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X`),
    ],
  ])("%s: refused", async (_what, members, refusal) => {
    expect(await refusalOf(submit(members))).toEqual(refusal);
  });
});
