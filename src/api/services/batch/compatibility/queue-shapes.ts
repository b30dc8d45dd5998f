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
import { NO_FAIR_SHARE } from "./reasons.ts";

const SHOWN = "job-queues.process: goes through CREATING to VALID and shows what was asked for";
const UPDATED = "job-queues.process: changes what it names and leaves the rest; lists replace lists";
const PRIORITY =
  "job-queues.process: 16.42 on a shared environment the queue of higher priority goes first, each in order of submission";
const PAGES = "paging.process: DescribeJobQueues";
const POLICY =
  "scheduling-policies.process: is there at once, shown with what AWS adds, updated as a whole and deleted";
const POLICY_PAGES = "scheduling-policies.process: is listed by its ARN, page by page";
const IN_QUEUE = "scheduling-policies.process: 16.51 without a share to a fair-share queue is refused";
const SERVICE = "service-jobs.process: is shown in its queue by its ARN";
const TIME_LIMIT =
  "blocked-queues: 16.44 a job that blocks its queue for so long is cancelled, never retried, and the next goes on";
const SERVICE_TIME_LIMIT = "checked and shown; in a queue of service jobs nothing follows";

export const createJobQueueRequest: Declarations<CreateJobQueueRequest> = {
  jobQueueName: honoured(SHOWN),
  state: honoured("job-queue: takes a DISABLED queue with time limits and any priority up to 1000"),
  schedulingPolicyArn: honoured(IN_QUEUE, NO_FAIR_SHARE),
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
    NO_FAIR_SHARE,
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
  fairsharePolicy: honoured(IN_QUEUE, NO_FAIR_SHARE),
  tags: honoured("tags.process: has the tags of its creation, takes others and gives them up"),
};

export const updateSchedulingPolicyRequest: Declarations<UpdateSchedulingPolicyRequest> = {
  arn: honoured(POLICY),
  quotaSharePolicy: honoured("scheduling-policy: does not turn one kind into the other"),
  fairsharePolicy: honoured(POLICY, NO_FAIR_SHARE),
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
  shareDecaySeconds: withoutEffect(NO_FAIR_SHARE),
  computeReservation: withoutEffect(NO_FAIR_SHARE),
  shareDistribution: withoutEffect(NO_FAIR_SHARE),
};

export const shareAttributes: Declarations<ShareAttributes> = {
  shareIdentifier: withoutEffect(NO_FAIR_SHARE),
  weightFactor: withoutEffect(NO_FAIR_SHARE),
};

export const quotaSharePolicy: Declarations<QuotaSharePolicy> = {
  idleResourceAssignmentStrategy: withoutEffect("FIFO is all that there is; service jobs are not run"),
};
