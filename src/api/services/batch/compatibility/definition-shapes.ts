import type {
  ConsumableResourceProperties,
  ConsumableResourceRequirement,
  DeregisterJobDefinitionRequest,
  DescribeJobDefinitionsRequest,
  EcsProperties,
  EcsTaskProperties,
  FirelensConfiguration,
  NodeProperties,
  NodeRangeProperty,
  RegisterJobDefinitionRequest,
  TaskContainerDependency,
  TaskContainerProperties,
} from "../../../../model/batch.ts";
import {
  ENVIRONMENT,
  IMAGE,
  LINUX_PARAMETERS,
  LOG_CONFIGURATION,
  MOUNT_POINTS,
  PRIVILEGED,
  READ_ONLY_ROOT,
  REPOSITORY_CREDENTIALS,
  SECRETS,
  ULIMITS,
  USER,
} from "./container-fates.ts";
import { honoured, refused, withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";
import {
  NO_EXECUTE_COMMAND,
  ONE_PLATFORM_VERSION,
  NO_KUBERNETES,
  NO_LOOK_UP,
  NO_NODE_CONSUMABLES,
  NO_TASK_TAGS,
  NO_TASK_STORAGE,
  NO_TASK_NETWORK,
} from "./reasons.ts";

const LOOKUP =
  "job-definitions.process: by name shows every revision, also INACTIVE ones, unless a status is asked for";
const IN_ORDER =
  "several-containers-contract: starts them in their order, each with its own log, and tells of each";
const TASK =
  "task-containers: merges what a task says of itself into each container, and leaves out what is said of their order";
const MODES =
  "several-containers.docker: shares what its definition says of the host, of its processes and of its memory";
const NODES = "node-overrides: gives each node its range, equal ones as one object";
const CONSUMABLES =
  "consumable-resources.process: needs what its submission says, else what its definition says; both show ARNs";

export const registerJobDefinitionRequest: Declarations<RegisterJobDefinitionRequest> = {
  jobDefinitionName: honoured(
    "job-definitions.process: 16.6 registering the same body twice makes revisions 1 and 2",
  ),
  type: honoured("job-definitions-nodes.process: nodeProperties in a container definition"),
  parameters: honoured(
    "run.process: fill whole arguments of the command, the submission's over the definition's",
  ),
  schedulingPriority: honoured("submission: takes from the definition what the submission does not say"),
  containerProperties: honoured("submission: takes from the definition what the submission does not say"),
  nodeProperties: honoured(NODES),
  retryStrategy: honoured("submission: takes from the definition what the submission does not say"),
  propagateTags: honoured(
    "submission: takes from the definition what the submission does not say",
    NO_TASK_TAGS,
  ),
  timeout: honoured("submission: takes from the definition what the submission does not say"),
  tags: honoured("tags.process: has the tags of its creation, takes others and gives them up"),
  platformCapabilities: honoured("submit.process: is one whose platform its queue does not have"),
  eksProperties: withoutEffect(`shown, and the job asks its queue for EKS; ${NO_KUBERNETES}`),
  ecsProperties: honoured(IN_ORDER),
  consumableResourceProperties: honoured(CONSUMABLES, "refused for multi-node jobs"),
};

export const deregisterJobDefinitionRequest: Declarations<DeregisterJobDefinitionRequest> = {
  jobDefinition: honoured("job-definitions.process: by a bare name takes the newest ACTIVE revision"),
};

export const describeJobDefinitionsRequest: Declarations<DescribeJobDefinitionsRequest> = {
  jobDefinitions: honoured(
    "job-definitions.process: 16.9 a bare name in jobDefinitions matches nothing, a name with its revision and an ARN match one",
  ),
  maxResults: honoured("paging.process: DescribeJobDefinitions"),
  jobDefinitionName: honoured(LOOKUP),
  status: honoured(LOOKUP),
  nextToken: honoured("paging.process: DescribeJobDefinitions"),
};

export const consumableResourceProperties: Declarations<ConsumableResourceProperties> = {
  consumableResourceList: honoured(CONSUMABLES),
};

export const consumableResourceRequirement: Declarations<ConsumableResourceRequirement> = {
  consumableResource: honoured(CONSUMABLES),
  quantity: honoured(
    "consumable-resources.process: 16.52 of two jobs that need one unit the second waits RUNNABLE until the first has ended",
  ),
};

export const nodeProperties: Declarations<NodeProperties> = {
  numNodes: honoured(
    "multi-node: is placed with all of its nodes or not at all, and holds what all of them need",
  ),
  mainNode: honoured("multi-node: starts its main node first and the others when that is RUNNING"),
  nodeRangeProperties: honoured(NODES),
};

export const nodeRangeProperty: Declarations<NodeRangeProperty> = {
  targetNodes: honoured(NODES),
  container: honoured(NODES),
  instanceTypes: withoutEffect("no host has instance types to choose among; the node shows it"),
  ecsProperties: honoured("node-overrides: changes the ranges that lie in the target, nested ones too"),
  eksProperties: withoutEffect(NO_KUBERNETES),
  consumableResourceProperties: refused(
    NO_NODE_CONSUMABLES,
    "refused-members.process: consumable resources of a node range",
  ),
};

export const ecsProperties: Declarations<EcsProperties> = {
  taskProperties: honoured(IN_ORDER),
};

export const ecsTaskProperties: Declarations<EcsTaskProperties> = {
  containers: honoured(IN_ORDER),
  ephemeralStorage: withoutEffect(NO_TASK_STORAGE),
  executionRoleArn: withoutEffect(NO_LOOK_UP),
  platformVersion: withoutEffect(ONE_PLATFORM_VERSION),
  ipcMode: honoured(MODES, "with the Docker provider"),
  taskRoleArn: honoured(TASK),
  pidMode: honoured(MODES, "with the Docker provider"),
  networkConfiguration: withoutEffect(NO_TASK_NETWORK),
  runtimePlatform: honoured(TASK),
  volumes: honoured(TASK),
  enableExecuteCommand: withoutEffect(NO_EXECUTE_COMMAND),
  networkMode: withoutEffect(NO_TASK_NETWORK),
};

export const taskContainerProperties: Declarations<TaskContainerProperties> = {
  command: honoured(IN_ORDER),
  dependsOn: honoured(IN_ORDER),
  environment: honoured(ENVIRONMENT),
  essential: honoured(
    "several-containers-contract: ends with its first essential container, which is then followed by the others",
  ),
  firelensConfiguration: withoutEffect(
    "there is no log router; a container that asks for one by `awsfirelens` fails",
  ),
  image: honoured(IMAGE, "with the Docker provider"),
  linuxParameters: honoured(LINUX_PARAMETERS, "with the Docker provider"),
  logConfiguration: honoured(LOG_CONFIGURATION),
  mountPoints: honoured(MOUNT_POINTS, "with the Docker provider"),
  name: honoured(IN_ORDER),
  privileged: honoured(PRIVILEGED, "with the Docker provider"),
  readonlyRootFilesystem: honoured(READ_ONLY_ROOT, "with the Docker provider"),
  repositoryCredentials: honoured(REPOSITORY_CREDENTIALS, "with the Docker provider"),
  resourceRequirements: honoured("ecs-properties: a task asks for the sum over its containers"),
  secrets: honoured(SECRETS),
  ulimits: honoured(ULIMITS, "with the Docker provider"),
  user: honoured(USER, "with the Docker provider"),
  startTimeout: honoured(
    "several-containers-contract: fails to start where a container takes longer than others wait for it",
  ),
  stopTimeout: honoured(
    "several-containers-contract: kills what does not end in the time that it has for that",
  ),
};

export const taskContainerDependency: Declarations<TaskContainerDependency> = {
  containerName: honoured(IN_ORDER),
  condition: honoured("several-containers-contract: fails to start where its order cannot be kept"),
};

export const firelensConfiguration: Declarations<FirelensConfiguration> = {
  type: withoutEffect("there is no log router"),
  options: withoutEffect("there is no log router"),
};
