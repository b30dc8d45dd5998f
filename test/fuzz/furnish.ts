import { batchModel } from "../../src/model/batch.ts";
import type { BatchOperationName } from "../../src/model/batch.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { ec2Container, fargateContainer, requirements } from "../support/batch-values.ts";
import { ec2Request, environmentRequest, fargateRequest } from "../support/environment-values.ts";
import { requestOf } from "./aws-request.ts";
import type { FuzzWorld } from "./fuzz-world.ts";

type Call = readonly [operation: BatchOperationName, input: object];

const LIMITS = [{ maxCapacity: 4, capacityUnit: "ml.m5.large" }];
const PODS = {
  podProperties: { containers: [{ image: "busybox", resources: { limits: { cpu: "1", memory: "64Mi" } } }] },
};
const LOCAL = { ...ec2Request({ instanceTypes: ["local.host"], maxvCpus: 1_000 }) };

const RESOURCES: readonly Call[] = [
  ["CreateSchedulingPolicy", { name: "fair", fairsharePolicy: {} }],
  ["CreateSchedulingPolicy", { name: "quota", quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } }],
  ["CreateConsumableResource", { consumableResourceName: "licence", totalQuantity: 9 }],
  [
    "CreateServiceEnvironment",
    {
      serviceEnvironmentName: "training",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: LIMITS,
    },
  ],
  [
    "CreateComputeEnvironment",
    environmentRequest({ computeEnvironmentName: "ec2", computeResources: LOCAL }),
  ],
  [
    "CreateComputeEnvironment",
    environmentRequest({ computeEnvironmentName: "fargate", computeResources: fargateRequest() }),
  ],
  [
    "CreateComputeEnvironment",
    environmentRequest({
      computeEnvironmentName: "eks",
      eksConfiguration: {
        eksClusterArn: "arn:aws:eks:us-east-1:111122223333:cluster/c",
        kubernetesNamespace: "n",
      },
      computeResources: ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
    }),
  ],
];

const QUEUES: readonly Call[] = [
  ["CreateJobQueue", queue("ec2", "ec2")],
  ["CreateJobQueue", queue("fargate", "fargate")],
  ["CreateJobQueue", queue("pods", "eks")],
  ["CreateJobQueue", { ...queue("fair", "ec2"), schedulingPolicyArn: policyArn("fair") }],
  ["CreateJobQueue", serviceQueue("service")],
  ["CreateJobQueue", { ...serviceQueue("service-fair"), schedulingPolicyArn: policyArn("fair") }],
  ["CreateJobQueue", { ...serviceQueue("quota"), schedulingPolicyArn: policyArn("quota") }],
];

const DEFINITIONS: readonly Call[] = [
  [
    "RegisterJobDefinition",
    {
      jobDefinitionName: "single",
      type: "container",
      parameters: { word: "text" },
      containerProperties: ec2Container({ command: ["echo", "Ref::word"] }),
    },
  ],
  [
    "RegisterJobDefinition",
    {
      jobDefinitionName: "fargate",
      type: "container",
      platformCapabilities: ["FARGATE"],
      containerProperties: fargateContainer(),
    },
  ],
  [
    "RegisterJobDefinition",
    {
      jobDefinitionName: "task",
      type: "container",
      ecsProperties: {
        taskProperties: [
          { containers: [{ name: "a", image: "busybox", resourceRequirements: requirements("1", "64") }] },
        ],
      },
    },
  ],
  ["RegisterJobDefinition", { jobDefinitionName: "pod", type: "container", eksProperties: PODS }],
  [
    "RegisterJobDefinition",
    {
      jobDefinitionName: "nodes",
      type: "multinode",
      nodeProperties: {
        numNodes: 2,
        mainNode: 0,
        nodeRangeProperties: [{ targetNodes: "0:", container: ec2Container() }],
      },
    },
  ],
];

const JOBS: readonly Call[] = [
  [
    "CreateQuotaShare",
    {
      quotaShareName: "share",
      jobQueue: "quota",
      capacityLimits: LIMITS,
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
    },
  ],
  ["SubmitServiceJob", serviceJob({ jobQueue: "service-fair", shareIdentifier: "red" })],
  ["SubmitJob", { jobName: "first", jobQueue: "ec2", jobDefinition: "single" }],
  ["SubmitJob", { jobName: "array", jobQueue: "ec2", jobDefinition: "single", arrayProperties: { size: 3 } }],
];

/** Makes what requests name: an environment and a queue of each kind, definitions, policies, a few jobs. */
export async function furnish(world: FuzzWorld, random: SeededRandom): Promise<void> {
  for (const calls of [RESOURCES, QUEUES, DEFINITIONS, JOBS]) {
    for (const [operation, input] of calls) await take(world, operation, input);
    await world.goOn(random);
  }
}

async function take(world: FuzzWorld, operation: string, input: object): Promise<void> {
  const model = batchModel.operations[operation];
  if (model === undefined) throw new Error(`there is no operation ${operation}`);
  const { status, body } = await world.handle(requestOf(model, input));
  if (status !== 200) throw new Error(`${operation} ${JSON.stringify(input)}: ${String(body)}`);
}

function policyArn(name: string): string {
  return `arn:aws:batch:us-east-1:111122223333:scheduling-policy/${name}`;
}

function queue(jobQueueName: string, computeEnvironment: string): object {
  return { jobQueueName, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment }] };
}

function serviceQueue(jobQueueName: string): object {
  return {
    jobQueueName,
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "training" }],
  };
}

function serviceJob(members: object): object {
  return { jobName: "train", serviceJobType: "SAGEMAKER_TRAINING", serviceRequestPayload: "{}", ...members };
}
