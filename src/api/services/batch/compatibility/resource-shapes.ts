import type {
  CapacityLimit,
  CreateConsumableResourceRequest,
  CreateQuotaShareRequest,
  CreateServiceEnvironmentRequest,
  DeleteConsumableResourceRequest,
  DeleteQuotaShareRequest,
  DeleteServiceEnvironmentRequest,
  DescribeConsumableResourceRequest,
  DescribeQuotaShareRequest,
  DescribeServiceEnvironmentsRequest,
  DescribeServiceJobRequest,
  ListConsumableResourcesRequest,
  ListJobsByConsumableResourceRequest,
  ListQuotaSharesRequest,
  ListServiceJobsRequest,
  ListTagsForResourceRequest,
  QuotaShareCapacityLimit,
  QuotaSharePreemptionConfiguration,
  QuotaShareResourceSharingConfiguration,
  ServiceJobEvaluateOnExit,
  ServiceJobPreemptionConfiguration,
  ServiceJobRetryStrategy,
  ServiceJobTimeout,
  SubmitServiceJobRequest,
  TagResourceRequest,
  TerminateServiceJobRequest,
  TerminateServiceJobsRequest,
  UntagResourceRequest,
  UpdateConsumableResourceRequest,
  UpdateQuotaShareRequest,
  UpdateServiceEnvironmentRequest,
  UpdateServiceJobRequest,
} from "../../../../model/batch.ts";
import { honoured, withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";
import { NO_SERVICE } from "./reasons.ts";

const CONSUMABLE = "consumable-resources.process: is there at once, shown, changed and deleted";
const FOUND_BY = "consumable-resources.process: is found by what it needs";
const TAGS = "tags.process: has the tags of its creation, takes others and gives them up";
const ENVIRONMENT = "service-jobs.process: is VALID at once, shown, changed and deleted once it is DISABLED";
const JOB = "service-jobs.process: is RUNNABLE at once and says that nothing will run it";
const JOB_LIST = "service-jobs.process: is listed by its queue, newest first, RUNNING unless asked otherwise";
const ENDED =
  "service-jobs.process: is terminated with the reason given; one that is not there counts as terminated";
const PRIORITY = "service-jobs.process: 16.57 with another priority goes before others of its queue";
const SHARE =
  "service-jobs.process: is VALID at once, shown, changed and listed with the others of its queue";
const SHARE_DELETED = "service-jobs.process: 16.58 is deleted once it is DISABLED, and its jobs end with it";

export const createConsumableResourceRequest: Declarations<CreateConsumableResourceRequest> = {
  consumableResourceName: honoured(CONSUMABLE),
  totalQuantity: honoured(
    "consumable-resources.process: 16.52 of two jobs that need one unit the second waits RUNNABLE until the first has ended",
  ),
  resourceType: honoured(
    "consumable-resources.process: 16.52 a NON_REPLENISHABLE resource shrinks by what was used",
  ),
  tags: honoured(TAGS),
};

export const updateConsumableResourceRequest: Declarations<UpdateConsumableResourceRequest> = {
  consumableResource: honoured(CONSUMABLE),
  operation: honoured(CONSUMABLE),
  quantity: honoured(CONSUMABLE),
  clientToken: honoured(
    "consumable-resources.process: 16.55 is changed once by two requests with the same clientToken",
  ),
};

export const deleteConsumableResourceRequest: Declarations<DeleteConsumableResourceRequest> = {
  consumableResource: honoured(CONSUMABLE),
};

export const describeConsumableResourceRequest: Declarations<DescribeConsumableResourceRequest> = {
  consumableResource: honoured(CONSUMABLE),
};

const CONSUMABLE_PAGES = "paging.process: ListConsumableResources";

export const listConsumableResourcesRequest: Declarations<ListConsumableResourcesRequest> = {
  filters: honoured("consumable-resources.process: is found by its name without regard to case"),
  maxResults: honoured(CONSUMABLE_PAGES),
  nextToken: honoured(CONSUMABLE_PAGES),
};

const FOUND_PAGES = "paging.process: ListJobsByConsumableResource";

export const listJobsByConsumableResourceRequest: Declarations<ListJobsByConsumableResourceRequest> = {
  consumableResource: honoured(FOUND_BY),
  filters: honoured(FOUND_BY),
  maxResults: honoured(FOUND_PAGES),
  nextToken: honoured(FOUND_PAGES),
};

export const createServiceEnvironmentRequest: Declarations<CreateServiceEnvironmentRequest> = {
  serviceEnvironmentName: honoured(ENVIRONMENT),
  serviceEnvironmentType: honoured(ENVIRONMENT),
  state: honoured("created-disabled.process: a service environment can be deleted at once"),
  capacityLimits: withoutEffect(NO_SERVICE),
  tags: honoured(TAGS),
};

export const updateServiceEnvironmentRequest: Declarations<UpdateServiceEnvironmentRequest> = {
  serviceEnvironment: honoured(ENVIRONMENT),
  state: honoured(ENVIRONMENT),
  capacityLimits: withoutEffect(NO_SERVICE),
};

export const deleteServiceEnvironmentRequest: Declarations<DeleteServiceEnvironmentRequest> = {
  serviceEnvironment: honoured(ENVIRONMENT),
};

const ENVIRONMENT_PAGES = "paging.process: DescribeServiceEnvironments";

export const describeServiceEnvironmentsRequest: Declarations<DescribeServiceEnvironmentsRequest> = {
  serviceEnvironments: honoured(ENVIRONMENT),
  maxResults: honoured(ENVIRONMENT_PAGES),
  nextToken: honoured(ENVIRONMENT_PAGES),
};

export const capacityLimit: Declarations<CapacityLimit> = {
  maxCapacity: withoutEffect(NO_SERVICE),
  capacityUnit: withoutEffect(NO_SERVICE),
};

export const submitServiceJobRequest: Declarations<SubmitServiceJobRequest> = {
  jobName: honoured(JOB),
  jobQueue: honoured(JOB),
  retryStrategy: withoutEffect(NO_SERVICE),
  schedulingPriority: honoured(PRIORITY),
  serviceRequestPayload: withoutEffect(NO_SERVICE),
  serviceJobType: honoured(JOB),
  shareIdentifier: honoured(JOB_LIST),
  quotaShareName: honoured(SHARE_DELETED),
  preemptionConfiguration: withoutEffect(NO_SERVICE),
  timeoutConfig: withoutEffect(NO_SERVICE),
  tags: honoured(JOB),
  clientToken: honoured("service-jobs.process: 16.56 with a clientToken that was used is refused"),
};

export const serviceJobRetryStrategy: Declarations<ServiceJobRetryStrategy> = {
  attempts: withoutEffect(NO_SERVICE),
  evaluateOnExit: withoutEffect(NO_SERVICE),
};

export const serviceJobEvaluateOnExit: Declarations<ServiceJobEvaluateOnExit> = {
  action: withoutEffect(NO_SERVICE),
  onStatusReason: withoutEffect(NO_SERVICE),
};

export const serviceJobPreemptionConfiguration: Declarations<ServiceJobPreemptionConfiguration> = {
  preemptionRetriesBeforeTermination: withoutEffect(NO_SERVICE),
};

export const serviceJobTimeout: Declarations<ServiceJobTimeout> = {
  attemptDurationSeconds: withoutEffect(NO_SERVICE),
};

export const describeServiceJobRequest: Declarations<DescribeServiceJobRequest> = { jobId: honoured(JOB) };

export const listServiceJobsRequest: Declarations<ListServiceJobsRequest> = {
  jobQueue: honoured(JOB_LIST),
  jobStatus: honoured(JOB_LIST),
  maxResults: honoured(JOB_LIST),
  nextToken: honoured(JOB_LIST),
  filters: honoured(JOB_LIST),
};

export const updateServiceJobRequest: Declarations<UpdateServiceJobRequest> = {
  jobId: honoured(PRIORITY),
  schedulingPriority: honoured(PRIORITY),
};

export const terminateServiceJobRequest: Declarations<TerminateServiceJobRequest> = {
  jobId: honoured(ENDED),
  reason: honoured(ENDED),
};

export const terminateServiceJobsRequest: Declarations<TerminateServiceJobsRequest> = {
  jobs: honoured(ENDED),
  reason: honoured(ENDED),
};

export const createQuotaShareRequest: Declarations<CreateQuotaShareRequest> = {
  quotaShareName: honoured(SHARE),
  jobQueue: honoured(SHARE),
  capacityLimits: withoutEffect(NO_SERVICE),
  resourceSharingConfiguration: withoutEffect(NO_SERVICE),
  preemptionConfiguration: withoutEffect(NO_SERVICE),
  state: honoured("created-disabled.process: a quota share takes no jobs"),
  tags: honoured(SHARE),
};

export const updateQuotaShareRequest: Declarations<UpdateQuotaShareRequest> = {
  quotaShareArn: honoured(SHARE),
  capacityLimits: withoutEffect(NO_SERVICE),
  resourceSharingConfiguration: withoutEffect(NO_SERVICE),
  preemptionConfiguration: withoutEffect(NO_SERVICE),
  state: honoured(SHARE_DELETED),
};

export const deleteQuotaShareRequest: Declarations<DeleteQuotaShareRequest> = {
  quotaShareArn: honoured(SHARE_DELETED),
};

export const describeQuotaShareRequest: Declarations<DescribeQuotaShareRequest> = {
  quotaShareArn: honoured(SHARE),
};

const SHARE_PAGES = "paging.process: ListQuotaShares";

export const listQuotaSharesRequest: Declarations<ListQuotaSharesRequest> = {
  jobQueue: honoured(SHARE),
  maxResults: honoured(SHARE_PAGES),
  nextToken: honoured(SHARE_PAGES),
};

export const quotaShareCapacityLimit: Declarations<QuotaShareCapacityLimit> = {
  maxCapacity: withoutEffect(NO_SERVICE),
  capacityUnit: withoutEffect(NO_SERVICE),
};

export const quotaShareResourceSharingConfiguration: Declarations<QuotaShareResourceSharingConfiguration> = {
  strategy: withoutEffect(NO_SERVICE),
  borrowLimit: withoutEffect(NO_SERVICE),
};

export const quotaSharePreemptionConfiguration: Declarations<QuotaSharePreemptionConfiguration> = {
  inSharePreemption: withoutEffect(NO_SERVICE),
};

export const listTagsForResourceRequest: Declarations<ListTagsForResourceRequest> = {
  resourceArn: honoured("tags.process: Describe shows the tags that ListTagsForResource shows"),
};

export const tagResourceRequest: Declarations<TagResourceRequest> = {
  resourceArn: honoured(TAGS),
  tags: honoured(TAGS),
};

export const untagResourceRequest: Declarations<UntagResourceRequest> = {
  resourceArn: honoured(TAGS),
  tagKeys: honoured(TAGS),
};
