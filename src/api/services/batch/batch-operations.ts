import type { BatchOperations } from "../../../model/batch.ts";
import type { Operations } from "../../operation.ts";
import type { BatchServices } from "./batch-services.ts";
import { cancelJob } from "./operations/cancel-job.ts";
import { cancelJobs } from "./operations/cancel-jobs.ts";
import { createComputeEnvironment } from "./operations/create-compute-environment.ts";
import { createConsumableResource } from "./operations/create-consumable-resource.ts";
import { createJobQueue } from "./operations/create-job-queue.ts";
import { createQuotaShare } from "./operations/create-quota-share.ts";
import { createSchedulingPolicy } from "./operations/create-scheduling-policy.ts";
import { createServiceEnvironment } from "./operations/create-service-environment.ts";
import { deleteComputeEnvironment } from "./operations/delete-compute-environment.ts";
import { deleteConsumableResource } from "./operations/delete-consumable-resource.ts";
import { deleteJobQueue } from "./operations/delete-job-queue.ts";
import { deleteQuotaShare } from "./operations/delete-quota-share.ts";
import { deleteSchedulingPolicy } from "./operations/delete-scheduling-policy.ts";
import { deleteServiceEnvironment } from "./operations/delete-service-environment.ts";
import { deregisterJobDefinition } from "./operations/deregister-job-definition.ts";
import { describeComputeEnvironments } from "./operations/describe-compute-environments.ts";
import { describeConsumableResource } from "./operations/describe-consumable-resource.ts";
import { describeJobDefinitions } from "./operations/describe-job-definitions.ts";
import { describeJobQueues } from "./operations/describe-job-queues.ts";
import { describeJobs } from "./operations/describe-jobs.ts";
import { describeQuotaShare } from "./operations/describe-quota-share.ts";
import { describeSchedulingPolicies } from "./operations/describe-scheduling-policies.ts";
import { describeServiceEnvironments } from "./operations/describe-service-environments.ts";
import { describeServiceJob } from "./operations/describe-service-job.ts";
import { getJobQueueSnapshot } from "./operations/get-job-queue-snapshot.ts";
import { listConsumableResources } from "./operations/list-consumable-resources.ts";
import { listJobsByConsumableResource } from "./operations/list-jobs-by-consumable-resource.ts";
import { listJobs } from "./operations/list-jobs.ts";
import { listQuotaShares } from "./operations/list-quota-shares.ts";
import { listSchedulingPolicies } from "./operations/list-scheduling-policies.ts";
import { listServiceJobs } from "./operations/list-service-jobs.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { registerJobDefinition } from "./operations/register-job-definition.ts";
import { submitJob } from "./operations/submit-job.ts";
import { submitServiceJob } from "./operations/submit-service-job.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { terminateJob } from "./operations/terminate-job.ts";
import { terminateJobs } from "./operations/terminate-jobs.ts";
import { terminateServiceJob } from "./operations/terminate-service-job.ts";
import { terminateServiceJobs } from "./operations/terminate-service-jobs.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateComputeEnvironment } from "./operations/update-compute-environment.ts";
import { updateConsumableResource } from "./operations/update-consumable-resource.ts";
import { updateJobQueue } from "./operations/update-job-queue.ts";
import { updateQuotaShare } from "./operations/update-quota-share.ts";
import { updateSchedulingPolicy } from "./operations/update-scheduling-policy.ts";
import { updateServiceEnvironment } from "./operations/update-service-environment.ts";
import { updateServiceJob } from "./operations/update-service-job.ts";

/** Every operation of AWS Batch: those that are missing here do not compile. */
export function createBatchOperations(services: BatchServices): Operations<BatchOperations> {
  return {
    CancelJob: cancelJob(services),
    CancelJobs: cancelJobs(services),
    CreateComputeEnvironment: createComputeEnvironment(services),
    CreateConsumableResource: createConsumableResource(services),
    CreateJobQueue: createJobQueue(services),
    CreateQuotaShare: createQuotaShare(services),
    CreateSchedulingPolicy: createSchedulingPolicy(services),
    CreateServiceEnvironment: createServiceEnvironment(services),
    DeleteComputeEnvironment: deleteComputeEnvironment(services),
    DeleteConsumableResource: deleteConsumableResource(services),
    DeleteJobQueue: deleteJobQueue(services),
    DeleteQuotaShare: deleteQuotaShare(services),
    DeleteSchedulingPolicy: deleteSchedulingPolicy(services),
    DeleteServiceEnvironment: deleteServiceEnvironment(services),
    DeregisterJobDefinition: deregisterJobDefinition(services),
    DescribeComputeEnvironments: describeComputeEnvironments(services),
    DescribeConsumableResource: describeConsumableResource(services),
    DescribeJobDefinitions: describeJobDefinitions(services),
    DescribeJobQueues: describeJobQueues(services),
    DescribeJobs: describeJobs(services),
    DescribeQuotaShare: describeQuotaShare(services),
    DescribeSchedulingPolicies: describeSchedulingPolicies(services),
    DescribeServiceEnvironments: describeServiceEnvironments(services),
    DescribeServiceJob: describeServiceJob(services),
    GetJobQueueSnapshot: getJobQueueSnapshot(services),
    ListConsumableResources: listConsumableResources(services),
    ListJobs: listJobs(services),
    ListJobsByConsumableResource: listJobsByConsumableResource(services),
    ListQuotaShares: listQuotaShares(services),
    ListSchedulingPolicies: listSchedulingPolicies(services),
    ListServiceJobs: listServiceJobs(services),
    ListTagsForResource: listTagsForResource(services),
    RegisterJobDefinition: registerJobDefinition(services),
    SubmitJob: submitJob(services),
    SubmitServiceJob: submitServiceJob(services),
    TagResource: tagResource(services),
    TerminateJob: terminateJob(services),
    TerminateJobs: terminateJobs(services),
    TerminateServiceJob: terminateServiceJob(services),
    TerminateServiceJobs: terminateServiceJobs(services),
    UntagResource: untagResource(services),
    UpdateComputeEnvironment: updateComputeEnvironment(services),
    UpdateConsumableResource: updateConsumableResource(services),
    UpdateJobQueue: updateJobQueue(services),
    UpdateQuotaShare: updateQuotaShare(services),
    UpdateSchedulingPolicy: updateSchedulingPolicy(services),
    UpdateServiceEnvironment: updateServiceEnvironment(services),
    UpdateServiceJob: updateServiceJob(services),
  };
}
