import type {
  CreateJobQueueRequest,
  CreateSchedulingPolicyRequest,
  DeleteJobQueueRequest,
  DeleteSchedulingPolicyRequest,
  DescribeJobQueuesRequest,
  DescribeSchedulingPoliciesRequest,
  FairsharePolicy,
  JobStateTimeLimitAction,
  ListSchedulingPoliciesRequest,
  QuotaSharePolicy,
  ServiceEnvironmentOrder,
  ShareAttributes,
  UpdateJobQueueRequest,
  UpdateSchedulingPolicyRequest,
} from "../../../../model/batch.ts";
import { honoured, withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";

const SHOWN = "job-queues.process: goes through CREATING to VALID and shows what was asked for";
const UPDATED = "job-queues.process: changes what it names and leaves the rest; lists replace lists";
const PRIORITY =
  "job-queues.process: 16.42 on a shared environment the queue of higher priority goes first, each in order of submission";
const PAGES = "paging.process: DescribeJobQueues";
const POLICY =
  "scheduling-policies.process: is there at once, shown with what AWS adds, updated as a whole and deleted";
const POLICY_PAGES = "scheduling-policies.process: is listed by its ARN, page by page";
const IN_QUEUE = "scheduling-policies.process: 16.51 without a share to a fair-share queue is refused";
const EQUAL_SHARES = "fair-share.process: 16.47 two shares of equal weight get the same";
const WEIGHTED = "fair-share.process: 16.47 a share of weight 0.5 gets double";
const SERVICE = "service-jobs.process: is shown in its queue by its ARN";
const TIME_LIMIT =
  "blocked-queues: 16.44 a job that blocks its queue for so long is cancelled, never retried, and the next goes on";
const SERVICE_TIME_LIMIT = "checked and shown; in a queue of service jobs nothing follows";

export const createJobQueueRequest: Declarations<CreateJobQueueRequest> = {
  jobQueueName: honoured(SHOWN),
  state: honoured("job-queue: takes a DISABLED queue with time limits and any priority up to 1000"),
  schedulingPolicyArn: honoured(IN_QUEUE),
  priority: honoured(PRIORITY),
  computeEnvironmentOrder: honoured(
    "compute-environments.process: 16.43 the environment of the lowest order goes first; a full or DISABLED one is passed over",
  ),
  serviceEnvironmentOrder: honoured(SERVICE),
  jobQueueType: honoured("job-queue: takes %j for a queue of type %s"),
  tags: honoured("tags.process: has the tags of its creation, takes others and gives them up"),
  jobStateTimeLimitActions: honoured(TIME_LIMIT, SERVICE_TIME_LIMIT),
};

export const updateJobQueueRequest: Declarations<UpdateJobQueueRequest> = {
  jobQueue: honoured(UPDATED),
  state: honoured("job-queues.process: takes no submissions and goes on with the jobs that it holds"),
  schedulingPolicyArn: honoured(
    "scheduling-policies.process: exchanges its policy for one of the same kind and keeps having one",
  ),
  priority: honoured(UPDATED),
  computeEnvironmentOrder: honoured(UPDATED),
  serviceEnvironmentOrder: honoured(
    "queue-scheduling-policy: stays one, as a queue of compute environments does",
  ),
  jobStateTimeLimitActions: honoured(
    "blocked-queues: that come while a job stands at the head count from when it came there",
    SERVICE_TIME_LIMIT,
  ),
};

export const deleteJobQueueRequest: Declarations<DeleteJobQueueRequest> = {
  jobQueue: honoured("job-queues.process: 16.38 is deleted with its jobs, an ENABLED one is not"),
};

export const describeJobQueuesRequest: Declarations<DescribeJobQueuesRequest> = {
  jobQueues: honoured(SHOWN),
  maxResults: honoured(PAGES),
  nextToken: honoured(PAGES),
};

export const jobStateTimeLimitAction: Declarations<JobStateTimeLimitAction> = {
  reason: honoured("blocked-queues: of another reason do nothing"),
  state: withoutEffect("RUNNABLE is all that there is"),
  maxTimeSeconds: honoured(TIME_LIMIT),
  action: withoutEffect("there is but one for each type of queue: CANCEL, or TERMINATE for service jobs"),
};

export const serviceEnvironmentOrder: Declarations<ServiceEnvironmentOrder> = {
  order: honoured(SERVICE),
  serviceEnvironment: honoured(SERVICE),
};

export const createSchedulingPolicyRequest: Declarations<CreateSchedulingPolicyRequest> = {
  name: honoured(POLICY),
  quotaSharePolicy: honoured("service-jobs.process: is for queues with quota shares"),
  fairsharePolicy: honoured(EQUAL_SHARES),
  tags: honoured("tags.process: has the tags of its creation, takes others and gives them up"),
};

export const updateSchedulingPolicyRequest: Declarations<UpdateSchedulingPolicyRequest> = {
  arn: honoured(POLICY),
  quotaSharePolicy: honoured("scheduling-policy: does not turn one kind into the other"),
  fairsharePolicy: honoured("live-queues: counts until then by the policy before, where that %s"),
};

export const deleteSchedulingPolicyRequest: Declarations<DeleteSchedulingPolicyRequest> = {
  arn: honoured("scheduling-policies.process: stays while a queue uses it"),
};

export const describeSchedulingPoliciesRequest: Declarations<DescribeSchedulingPoliciesRequest> = {
  arns: honoured(POLICY),
};

export const listSchedulingPoliciesRequest: Declarations<ListSchedulingPoliciesRequest> = {
  maxResults: honoured(POLICY_PAGES),
  nextToken: honoured(POLICY_PAGES),
};

export const fairsharePolicy: Declarations<FairsharePolicy> = {
  shareDecaySeconds: honoured("fair-share: the half-life of shareDecaySeconds %s is %d ms"),
  computeReservation: honoured(
    "fair-share.process: 16.50 a reservation of 50 % keeps half of the vCPUs free with one active share, a quarter with two",
  ),
  shareDistribution: honoured(WEIGHTED),
};

export const shareAttributes: Declarations<ShareAttributes> = {
  shareIdentifier: honoured(
    "fair-share.process: 16.49 the weight of a wildcard counts once for each active share that matches",
  ),
  weightFactor: honoured(WEIGHTED),
};

export const quotaSharePolicy: Declarations<QuotaSharePolicy> = {
  idleResourceAssignmentStrategy: withoutEffect("FIFO is all that there is; service jobs are not run"),
};
