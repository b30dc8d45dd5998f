import type {
  ArrayProperties,
  CancelJobRequest,
  CancelJobsRequest,
  ContainerOverrides,
  DescribeJobsRequest,
  EcsPropertiesOverride,
  EksContainerOverride,
  EksPodPropertiesOverride,
  EksPropertiesOverride,
  EvaluateOnExit,
  GetJobQueueSnapshotRequest,
  JobDependency,
  JobTimeout,
  KeyValuePair,
  KeyValuesPair,
  ListJobsRequest,
  NodeOverrides,
  NodePropertyOverride,
  RetryStrategy,
  SubmitJobRequest,
  TaskContainerOverrides,
  TaskPropertiesOverride,
  TerminateJobRequest,
  TerminateJobsRequest,
} from "../../../../model/batch.ts";
import { honoured, refused, withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";
import { NO_KUBERNETES, NO_NODE_CONSUMABLES, NO_TASK_TAGS } from "./reasons.ts";

const SHOWS_ALL = "submit.process: shows all that it said, over what the definition says, while it waits";
const DEFINITION_NEEDED = "shown in the effective pod; ";
const LEGACY = "submit.process: an override of the deprecated members changes a definition that uses them";
const RANGES =
  "overrides.process: of nodes change the ranges in their target, containers and tasks, and how many there are";
const INSTANCE_TYPES = "no host has instance types to choose among; it is in what the node shows";

export const submitJobRequest: Declarations<SubmitJobRequest> = {
  jobName: honoured("submit.process: is answered with the job's ARN, name and id"),
  jobQueue: honoured("submit.process: is answered with the job's ARN, name and id"),
  shareIdentifier: honoured("fair-share.process: 16.47 two shares of equal weight get the same"),
  schedulingPriorityOverride: honoured(
    "fair-share.process: 16.48 priority orders the jobs of a share, and says nothing between shares",
  ),
  arrayProperties: honoured(
    "arrays.process: runs each child with its own id and index, and shows whose it is",
  ),
  dependsOn: honoured(
    "dependencies.process: 16.16 is PENDING while one of them has not ended, and runs when all have succeeded",
  ),
  jobDefinition: honoured("submit.process: 16.7 by a bare name uses the newest ACTIVE revision"),
  parameters: honoured(
    "run.process: fill whole arguments of the command, the submission's over the definition's",
  ),
  containerOverrides: honoured(
    "job-environment.process: 16.20 overrides win over the definition; PATH, HOME and the region may be a job's own",
  ),
  nodeOverrides: honoured(RANGES),
  retryStrategy: honoured(
    "retries.process: 16.23 each attempt is counted, dated and shown; the job shows the last",
  ),
  propagateTags: honoured(
    "submit.process: with more tags to propagate than there can be is accepted, and the job fails",
    NO_TASK_TAGS,
  ),
  timeout: honoured(
    "tick: times out an attempt by the monotonic clock: SIGTERM, and SIGKILL 30 s later; never a retry",
  ),
  tags: honoured("tags.process: has the tags of its creation, takes others and gives them up"),
  eksPropertiesOverride: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  ecsPropertiesOverride: honoured("overrides.process: of a task change the container of their name"),
  consumableResourcePropertiesOverride: honoured(
    "consumable-resources.process: needs what its submission says, else what its definition says; both show ARNs",
    "refused for multi-node jobs",
  ),
};

export const arrayProperties: Declarations<ArrayProperties> = {
  size: honoured("arrays.process: runs each child with its own id and index, and shows whose it is"),
};

export const jobDependency: Declarations<JobDependency> = {
  jobId: honoured(
    "dependencies.process: 16.16 is PENDING while one of them has not ended, and runs when all have succeeded",
  ),
  type: honoured("dependencies.process: 16.34 SEQUENTIAL runs its children one after the other"),
};

export const containerOverrides: Declarations<ContainerOverrides> = {
  vcpus: honoured(LEGACY),
  memory: honoured(LEGACY),
  command: honoured(SHOWS_ALL),
  instanceType: withoutEffect(INSTANCE_TYPES),
  environment: honoured(
    "job-environment.process: 16.20 overrides win over the definition; PATH, HOME and the region may be a job's own",
  ),
  resourceRequirements: honoured(
    "submit.process: 16.21 an override of MEMORY alone keeps the definition's VCPU",
  ),
};

export const nodeOverrides: Declarations<NodeOverrides> = {
  numNodes: honoured(
    "overrides.process: of nodes change the ranges in their target, containers and tasks, and how many there are",
  ),
  nodePropertyOverrides: honoured(RANGES),
};

export const nodePropertyOverride: Declarations<NodePropertyOverride> = {
  targetNodes: honoured(RANGES),
  containerOverrides: honoured(RANGES),
  ecsPropertiesOverride: honoured(
    "overrides.process: of nodes change the ranges in their target, containers and tasks, and how many there are",
  ),
  instanceTypes: withoutEffect(INSTANCE_TYPES),
  eksPropertiesOverride: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  consumableResourcePropertiesOverride: refused(
    NO_NODE_CONSUMABLES,
    "refused-members.process: consumable resources in an override of nodes",
  ),
};

export const ecsPropertiesOverride: Declarations<EcsPropertiesOverride> = {
  taskProperties: honoured("overrides.process: of a task change the container of their name"),
};

export const taskPropertiesOverride: Declarations<TaskPropertiesOverride> = {
  containers: honoured("overrides.process: of a task change the container of their name"),
};

const ECS_MERGE = "overrides.process: of a task change the container of their name";

export const taskContainerOverrides: Declarations<TaskContainerOverrides> = {
  command: honoured(ECS_MERGE),
  environment: honoured(ECS_MERGE),
  name: honoured(ECS_MERGE),
  resourceRequirements: honoured(ECS_MERGE),
};

export const eksPropertiesOverride: Declarations<EksPropertiesOverride> = {
  podProperties: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
};

export const eksPodPropertiesOverride: Declarations<EksPodPropertiesOverride> = {
  containers: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  initContainers: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  metadata: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
};

export const eksContainerOverride: Declarations<EksContainerOverride> = {
  name: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  image: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  command: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  args: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  env: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
  resources: withoutEffect(DEFINITION_NEEDED + NO_KUBERNETES),
};

export const retryStrategy: Declarations<RetryStrategy> = {
  attempts: honoured("retries.process: no attempts are left"),
  evaluateOnExit: honoured("retries.process: the first rule that matches in full says RETRY"),
};

export const evaluateOnExit: Declarations<EvaluateOnExit> = {
  onStatusReason: honoured("retries.process: `Essential*` is told by the status reason"),
  onReason: honoured("retries.process: memory that ran out is told by the container's reason"),
  onExitCode: honoured("retries.process: an exit code begins as the pattern with a star says"),
  action: honoured("retries.process: 16.28 `onReason: *` says EXIT to a plain failure"),
};

export const jobTimeout: Declarations<JobTimeout> = {
  attemptDurationSeconds: honoured(
    "tick: times out an attempt by the monotonic clock: SIGTERM, and SIGKILL 30 s later; never a retry",
  ),
};

export const keyValuePair: Declarations<KeyValuePair> = {
  name: honoured("job-environment.process: values arrive as they were given, whatever they hold"),
  value: honoured("job-environment.process: values arrive as they were given, whatever they hold"),
};

export const describeJobsRequest: Declarations<DescribeJobsRequest> = {
  jobs: honoured(
    "list-jobs.process: answers in the order asked for, each job once, and leaves out what it does not know",
  ),
};

export const listJobsRequest: Declarations<ListJobsRequest> = {
  jobQueue: honoured("list-jobs.process: 16.35 only RUNNING jobs are listed where no status is given"),
  arrayJobId: honoured(
    "arrays.process: by queue shows the array and no child of it, by arrayJobId those that are RUNNING",
  ),
  multiNodeJobId: honoured(
    "store-child-lists-contract: lists nodes by their indexes, the main one with the outcome of its job",
  ),
  jobStatus: honoured("list-jobs.process: 16.35 only RUNNING jobs are listed where no status is given"),
  maxResults: honoured(
    "list-jobs.process: 16.5 of %i entries show each job once, newest first; the last has no token",
  ),
  nextToken: honoured("list-jobs.process: of another listing are refused: a token belongs to its request"),
  filters: honoured("list-jobs.process: %s %s finds %j, whatever their status"),
};

export const keyValuesPair: Declarations<KeyValuesPair> = {
  name: honoured("list-jobs.process: %s %s finds %j, whatever their status"),
  values: honoured("list-jobs.process: %s %s finds %j, whatever their status"),
};

export const cancelJobRequest: Declarations<CancelJobRequest> = {
  jobId: honoured("stop-jobs.process: ends at once by %s, without an attempt"),
  reason: honoured("stop-jobs.process: ends at once by %s, without an attempt"),
};

export const terminateJobRequest: Declarations<TerminateJobRequest> = {
  jobId: honoured(
    "stop-jobs.process: 16.30 is ended by TerminateJob, and not tried again though attempts are left",
  ),
  reason: honoured(
    "stop-jobs.process: 16.30 is ended by TerminateJob, and not tried again though attempts are left",
  ),
};

const CANCEL_JOBS =
  "bulk-endings.process: 16.53 CancelJobs cancels what waits, leaves alone what runs and takes unknown ids for done";
const TERMINATE_JOBS =
  "bulk-endings.process: TerminateJobs ends what runs and what waits, each with the reason given";

export const cancelJobsRequest: Declarations<CancelJobsRequest> = {
  jobs: honoured(CANCEL_JOBS),
  reason: honoured(CANCEL_JOBS),
};

export const terminateJobsRequest: Declarations<TerminateJobsRequest> = {
  jobs: honoured(TERMINATE_JOBS),
  reason: honoured(TERMINATE_JOBS),
};

export const getJobQueueSnapshotRequest: Declarations<GetJobQueueSnapshotRequest> = {
  jobQueue: honoured(
    "bulk-endings.process: shows the RUNNABLE jobs in the order in which they go, and what the others use",
  ),
};
