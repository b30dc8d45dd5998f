import type { SeededRandom } from "../../src/lib/seeded-random.ts";

type Members = Readonly<Record<string, unknown>>;
type Repair = (created: Members, random: SeededRandom) => Members;

const REQUIREMENTS = [
  { type: "VCPU", value: "1" },
  { type: "MEMORY", value: "2048" },
];
const ROLE = "arn:aws:iam::111122223333:role/r";

function without(members: Members, ...names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

/** What belongs to an EC2 environment, with the members that were drawn in so many cases. */
const computeResource: Repair = (created, random) => ({
  ...(random.chance(40) ? created : {}),
  ...random.pick([
    { type: "EC2", minvCpus: 0, maxvCpus: 16, instanceTypes: ["local.host"] },
    {
      type: "EC2",
      minvCpus: 0,
      maxvCpus: 4,
      instanceTypes: ["c5"],
      subnets: ["s"],
      securityGroupIds: ["g"],
      instanceRole: ROLE,
    },
    { type: "FARGATE", maxvCpus: 16, subnets: ["s"], securityGroupIds: ["g"] },
  ]),
});

const PROPERTIES = ["containerProperties", "nodeProperties", "eksProperties", "ecsProperties"] as const;

/** One kind of properties, of the definition's type. */
const definition: Repair = (created, random) => {
  const kind = random.pick(PROPERTIES) ?? "containerProperties";
  const others = PROPERTIES.filter((property) => property !== kind);
  const isPlain = kind === "containerProperties" || kind === "ecsProperties";
  return {
    ...without(created, ...others, ...(isPlain ? [] : ["platformCapabilities", "propagateTags"])),
    type: kind === "nodeProperties" ? "multinode" : "container",
    [kind]: created[kind] ?? SMALLEST[kind],
  };
};

const CONTAINER = { image: "busybox", resourceRequirements: REQUIREMENTS };
const SMALLEST = {
  containerProperties: CONTAINER,
  ecsProperties: { taskProperties: [{ containers: [{ name: "a", ...CONTAINER }] }] },
  eksProperties: {
    podProperties: {
      containers: [{ image: "busybox", resources: { limits: { cpu: "1", memory: "64Mi" } } }],
    },
  },
  nodeProperties: {
    numNodes: 2,
    mainNode: 0,
    nodeRangeProperties: [{ targetNodes: "0:1", container: CONTAINER }],
  },
} as const;

/** What each queue takes, and with which member it is overridden. */
const SUBMISSIONS = [
  ["ec2", "single", "containerOverrides"],
  ["ec2", "task", "ecsPropertiesOverride"],
  ["ec2", "nodes", "nodeOverrides"],
  ["fair", "single", "containerOverrides"],
  ["fargate", "fargate", ""],
  ["pods", "pod", ""],
] as const;
const OVERRIDES = ["containerOverrides", "ecsPropertiesOverride", "eksPropertiesOverride", "nodeOverrides"];

/** A definition that the queue takes, overrides of its kind, and shares only where they belong. */
const submission: Repair = (created, random) => {
  const [jobQueue, jobDefinition, override] = random.pick(SUBMISSIONS) ?? SUBMISSIONS[0];
  const isFair = jobQueue === "fair";
  return {
    ...without(
      created,
      ...OVERRIDES.filter((name) => name !== override),
      "consumableResourcePropertiesOverride",
      "shareIdentifier",
      "schedulingPriorityOverride",
      ...(jobQueue === "pods" ? ["propagateTags"] : []),
      ...(jobDefinition === "nodes" ? ["arrayProperties"] : []),
    ),
    jobQueue,
    jobDefinition,
    ...(isFair && { shareIdentifier: "red", schedulingPriorityOverride: 1 }),
  };
};

/** What chance alone would hardly put together, by shape. */
export const REPAIRS: Readonly<Record<string, Repair>> = {
  ComputeResource: computeResource,
  ContainerProperties: (created) => ({
    ...without(created, "vcpus", "instanceType", "networkConfiguration", "fargatePlatformConfiguration"),
    ...CONTAINER,
  }),
  CreateComputeEnvironmentRequest: (created, random) => ({
    ...without(created, "state", "unmanagedvCpus", ...(random.chance(90) ? ["eksConfiguration"] : [])),
    type: "MANAGED",
    computeResources: created["computeResources"] ?? computeResource({}, random),
  }),
  CreateJobQueueRequest: (created, random) =>
    random.chance(70)
      ? {
          ...without(
            created,
            "serviceEnvironmentOrder",
            "schedulingPolicyArn",
            "jobQueueType",
            "jobStateTimeLimitActions",
          ),
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ec2" }],
        }
      : created,
  CreateSchedulingPolicyRequest: (created) => without(created, "quotaSharePolicy"),
  DeleteComputeEnvironmentRequest: (_created, random) => ({
    computeEnvironment: `new-${random.between(1, 30)}`,
  }),
  ContainerOverrides: (created) => without(created, "instanceType"),
  EksPodProperties: (created) => ({
    ...without(created, "volumes", "initContainers"),
    containers: [{ image: "busybox", resources: { limits: { cpu: "1", memory: "64Mi" } } }],
  }),
  NodeProperties: (created) => ({
    ...created,
    ...SMALLEST.nodeProperties,
  }),
  UpdateConsumableResourceRequest: (created, random) => ({
    ...created,
    consumableResource: "licence",
    operation: "ADD",
    quantity: random.between(1, 9),
  }),
  EcsTaskProperties: (created) => ({
    ...without(
      created,
      "networkConfiguration",
      "platformVersion",
      "ephemeralStorage",
      "networkMode",
      "ipcMode",
      "pidMode",
    ),
    containers: [{ name: "a", ...CONTAINER }],
  }),
  GetLogEventsRequest: (created) => ({ ...without(created, "endTime"), logGroupName: "/group/1" }),
  KeyValuesPair: (created) => ({ name: created["name"] ?? "JOB_NAME", values: ["new*"] }),
  ListJobsRequest: (created, random) =>
    random.chance(80) ? { ...without(created, "arrayJobId", "multiNodeJobId"), jobQueue: "ec2" } : created,
  ListServiceJobsRequest: (created) => ({ ...without(created, "filters"), jobQueue: "service" }),
  RegisterJobDefinitionRequest: definition,
  ResourceRequirement: (_created, random) => random.pick(REQUIREMENTS) ?? {},
  RetryStrategy: (created, random) => ({ ...created, attempts: random.between(1, 10) }),
  SubmitJobRequest: (created, random) => (random.chance(20) ? created : submission(created, random)),
  SubmitServiceJobRequest: (created) => ({
    ...without(created, "shareIdentifier", "quotaShareName"),
    ...(created["jobQueue"] === "quota" && { quotaShareName: "share" }),
    ...(created["jobQueue"] === "service-fair" && { shareIdentifier: "red" }),
  }),
  UpdateComputeEnvironmentRequest: (created, random) => ({
    computeEnvironment: `new-${random.between(1, 30)}`,
    ...(random.chance(50) ? { state: random.pick(["ENABLED", "DISABLED"]) } : created),
  }),
  UpdateQuotaShareRequest: (created) => without(created, "resourceSharingConfiguration"),
  UpdateSchedulingPolicyRequest: (created) => without(created, "quotaSharePolicy"),
};
