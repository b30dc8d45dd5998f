import type {
  EksContainer,
  EksPodProperties,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer();

const CONTAINER: EksContainer = {
  image: "busybox",
  resources: { limits: { cpu: "0.5", memory: "64Mi" } },
};
const CONTAINER_ADDED = { command: [], args: [], env: [], volumeMounts: [] };
const POD_ADDED = { hostNetwork: true, imagePullSecrets: [], initContainers: [], volumes: [] };
const EKS = {
  eksClusterArn: "arn:aws:eks:us-east-1:000000000000:cluster/c",
  kubernetesNamespace: "jobs",
};

beforeAll(async () => {
  await makeEnvironment(used.batch, "ecs");
  await makeQueue(used.batch, "on-ecs", ["ecs"]);
  await makeEnvironment(used.batch, "eks", {
    eksConfiguration: EKS,
    computeResources: {
      type: "EC2",
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      minvCpus: 0,
      maxvCpus: 4,
      instanceTypes: ["local.host"],
      subnets: [],
    },
  });
  await makeQueue(used.batch, "on-eks", ["eks"]);
  await used.batch.registerJobDefinition(requestOf("pod", {}, { args: ["echo", "Ref::word"] }));
});

function requestOf(
  jobDefinitionName: string,
  pod: Partial<EksPodProperties> = {},
  container: Partial<EksContainer> = {},
): RegisterJobDefinitionCommandInput {
  const containers = [{ ...CONTAINER, ...container }];
  return {
    jobDefinitionName,
    type: "container",
    eksProperties: { podProperties: { containers, ...pod } },
  };
}

function submit(members: Partial<SubmitJobCommandInput> = {}) {
  return used.batch.submitJob({
    jobName: "job",
    jobQueue: "on-eks",
    jobDefinition: "pod",
    parameters: { word: "hello" },
    ...members,
  });
}

test("an environment on EKS is VALID, says that nothing runs its jobs, and makes a queue of type EKS", async () => {
  const { computeEnvironments } = await used.batch.describeComputeEnvironments({
    computeEnvironments: ["eks"],
  });
  expect(computeEnvironments).toMatchObject([
    {
      status: "VALID",
      statusReason: "No Kubernetes back end is configured: jobs wait until there is one",
      containerOrchestrationType: "EKS",
      eksConfiguration: EKS,
    },
  ]);
  expect(computeEnvironments?.[0]?.ecsClusterArn).toBeUndefined();
  const { jobQueues } = await used.batch.describeJobQueues({ jobQueues: ["on-eks"] });
  expect(jobQueues?.[0]?.jobQueueType).toBe("EKS");
});

describe("a definition of a pod", () => {
  test("16.10, 16.11 is shown with the lists that were not given, without empty variables", async () => {
    const env = [
      { name: "EMPTY", value: "" },
      { name: "FULL", value: "x" },
    ];
    const metadata = { namespace: "jobs", labels: { team: "a" }, annotations: { note: "b" } };
    await used.batch.registerJobDefinition(requestOf("whole", { metadata }, { name: "main", env }));
    const { jobDefinitions } = await used.batch.describeJobDefinitions({ jobDefinitions: ["whole:1"] });
    expect(jobDefinitions).toEqual([
      {
        jobDefinitionName: "whole",
        jobDefinitionArn: "arn:aws:batch:us-east-1:000000000000:job-definition/whole:1",
        revision: 1,
        status: "ACTIVE",
        type: "container",
        containerOrchestrationType: "EKS",
        parameters: {},
        propagateTags: false,
        tags: {},
        eksProperties: {
          podProperties: {
            ...POD_ADDED,
            metadata,
            containers: [
              { ...CONTAINER_ADDED, ...CONTAINER, name: "main", env: [{ name: "FULL", value: "x" }] },
            ],
          },
        },
      },
    ]);
  });

  test.each<[what: string, request: RegisterJobDefinitionCommandInput, refusal: RefusalSeen]>([
    [
      "no containers",
      requestOf("refused", { containers: [] }),
      wrapped("Containers must be provided for Batch on EKS jobs."),
    ],
    [
      "thousandths of a vCPU",
      requestOf("refused", {}, { resources: { limits: { cpu: "250m", memory: "64Mi" } } }),
      wrapped("Value 250m for type cpu in resources is not valid. Provide a valid number and unit."),
    ],
    [
      "memory in another unit",
      requestOf("refused", {}, { resources: { limits: { cpu: "1", memory: "1Gi" } } }),
      wrapped("Value 1Gi for type memory is not valid."),
    ],
    [
      "16.12 1 MiB of memory",
      requestOf("refused", {}, { resources: { limits: { cpu: "1", memory: "1Mi" } } }),
      clientException("Memory must be at least 4 Mib, got 1 Mib."),
    ],
    [
      "16.20 a variable whose name begins with AWS_BATCH",
      requestOf("refused", {}, { env: [{ name: "AWS_BATCH_X", value: "1" }] }),
      clientException(
        "eksProperties.podProperties.containers[0].env[0].name must not begin with AWS_BATCH, got AWS_BATCH_X",
      ),
    ],
    [
      "the default namespace",
      requestOf("refused", { metadata: { namespace: "default" } }),
      wrapped("kubernetesNamespace cannot be the default Kubernetes namespace."),
    ],
    [
      "propagateTags",
      { ...requestOf("refused"), propagateTags: true },
      wrapped("Batch on EKS does not support tag propagation."),
    ],
    [
      "platformCapabilities",
      { ...requestOf("refused"), platformCapabilities: ["EC2"] },
      clientException("platformCapabilities must be absent for EKS"),
    ],
  ])("%s: refused", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.registerJobDefinition(request))).toEqual(refusal);
  });
});

describe("a submission of a pod", () => {
  test("waits in RUNNABLE and says for what, with the effective pod and without a container", async () => {
    const containers = [{ image: "alpine", resources: { limits: { cpu: "1" } } }];
    const { jobId = "" } = await submit({ eksPropertiesOverride: { podProperties: { containers } } });
    const job = await waitFor("a reason to wait", async () => {
      const { jobs = [] } = await used.batch.describeJobs({ jobs: [jobId] });
      return jobs.find(({ status, statusReason }) => status === "RUNNABLE" && statusReason !== undefined);
    });
    expect(job.statusReason).toBe(
      "ACTION_REQUIRED - CE(s) associated with the job queue run on Amazon EKS, and no Kubernetes back end is configured.",
    );
    expect(job.container).toBeUndefined();
    expect(job.eksProperties).toEqual({
      podProperties: {
        ...POD_ADDED,
        containers: [
          {
            ...CONTAINER_ADDED,
            image: "alpine",
            args: ["echo", "hello"],
            resources: { limits: { cpu: "1", memory: "64Mi" } },
          },
        ],
      },
    });
    await used.batch.terminateJob({ jobId, reason: "seen" });
  });

  test.each<[what: string, members: Partial<SubmitJobCommandInput>, refusal: RefusalSeen]>([
    [
      "on a queue of ECS",
      { jobQueue: "on-ecs" },
      wrapped("Job Queue is attached to Compute Environment that can not run Jobs with capability EKS."),
    ],
    [
      "with containerOverrides",
      { containerOverrides: { command: ["x"] } },
      clientException("Container overrides should not be set for eksProperties jobs."),
    ],
    [
      "16.18 with a reference without a value",
      { parameters: {} },
      clientException("Unable to substitute value. No parameter found for reference word"),
    ],
    [
      "with propagateTags",
      { propagateTags: true },
      wrapped("Batch on EKS does not support tag propagation."),
    ],
  ])("%s: refused", async (_what, members, refusal) => {
    expect(await refusalOf(submit(members))).toEqual(refusal);
  });
});
