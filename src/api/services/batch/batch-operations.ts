import type { BatchOperationName, BatchOperations } from "../../../model/batch.ts";
import { clientError } from "../../errors.ts";
import type { Operation, Operations } from "../../operation.ts";
import type { BatchServices } from "./batch-services.ts";
import { cancelJob } from "./operations/cancel-job.ts";
import { createComputeEnvironment } from "./operations/create-compute-environment.ts";
import { createJobQueue } from "./operations/create-job-queue.ts";
import { deleteComputeEnvironment } from "./operations/delete-compute-environment.ts";
import { deleteJobQueue } from "./operations/delete-job-queue.ts";
import { deregisterJobDefinition } from "./operations/deregister-job-definition.ts";
import { describeComputeEnvironments } from "./operations/describe-compute-environments.ts";
import { describeJobDefinitions } from "./operations/describe-job-definitions.ts";
import { describeJobQueues } from "./operations/describe-job-queues.ts";
import { describeJobs } from "./operations/describe-jobs.ts";
import { listJobs } from "./operations/list-jobs.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { registerJobDefinition } from "./operations/register-job-definition.ts";
import { submitJob } from "./operations/submit-job.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { terminateJob } from "./operations/terminate-job.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateComputeEnvironment } from "./operations/update-compute-environment.ts";
import { updateJobQueue } from "./operations/update-job-queue.ts";

/** Every operation of AWS Batch: those that are missing here do not compile, those not built yet say so. */
export function createBatchOperations(services: BatchServices): Operations<BatchOperations> {
  return {
    CancelJob: cancelJob(services),
    CancelJobs: notYet("CancelJobs"),
    CreateComputeEnvironment: createComputeEnvironment(services),
    CreateConsumableResource: notYet("CreateConsumableResource"),
    CreateJobQueue: createJobQueue(services),
    CreateQuotaShare: notYet("CreateQuotaShare"),
    CreateSchedulingPolicy: notYet("CreateSchedulingPolicy"),
    CreateServiceEnvironment: notYet("CreateServiceEnvironment"),
    DeleteComputeEnvironment: deleteComputeEnvironment(services),
    DeleteConsumableResource: notYet("DeleteConsumableResource"),
    DeleteJobQueue: deleteJobQueue(services),
    DeleteQuotaShare: notYet("DeleteQuotaShare"),
    DeleteSchedulingPolicy: notYet("DeleteSchedulingPolicy"),
    DeleteServiceEnvironment: notYet("DeleteServiceEnvironment"),
    DeregisterJobDefinition: deregisterJobDefinition(services),
    DescribeComputeEnvironments: describeComputeEnvironments(services),
    DescribeConsumableResource: notYet("DescribeConsumableResource"),
    DescribeJobDefinitions: describeJobDefinitions(services),
    DescribeJobQueues: describeJobQueues(services),
    DescribeJobs: describeJobs(services),
    DescribeQuotaShare: notYet("DescribeQuotaShare"),
    DescribeSchedulingPolicies: notYet("DescribeSchedulingPolicies"),
    DescribeServiceEnvironments: notYet("DescribeServiceEnvironments"),
    DescribeServiceJob: notYet("DescribeServiceJob"),
    GetJobQueueSnapshot: notYet("GetJobQueueSnapshot"),
    ListConsumableResources: notYet("ListConsumableResources"),
    ListJobs: listJobs(services),
    ListJobsByConsumableResource: notYet("ListJobsByConsumableResource"),
    ListQuotaShares: notYet("ListQuotaShares"),
    ListSchedulingPolicies: notYet("ListSchedulingPolicies"),
    ListServiceJobs: notYet("ListServiceJobs"),
    ListTagsForResource: listTagsForResource(services),
    RegisterJobDefinition: registerJobDefinition(services),
    SubmitJob: submitJob(services),
    SubmitServiceJob: notYet("SubmitServiceJob"),
    TagResource: tagResource(services),
    TerminateJob: terminateJob(services),
    TerminateJobs: notYet("TerminateJobs"),
    TerminateServiceJob: notYet("TerminateServiceJob"),
    TerminateServiceJobs: notYet("TerminateServiceJobs"),
    UntagResource: untagResource(services),
    UpdateComputeEnvironment: updateComputeEnvironment(services),
    UpdateConsumableResource: notYet("UpdateConsumableResource"),
    UpdateJobQueue: updateJobQueue(services),
    UpdateQuotaShare: notYet("UpdateQuotaShare"),
    UpdateSchedulingPolicy: notYet("UpdateSchedulingPolicy"),
    UpdateServiceEnvironment: notYet("UpdateServiceEnvironment"),
    UpdateServiceJob: notYet("UpdateServiceJob"),
  };
}

function notYet(name: BatchOperationName): Operation<unknown, never> {
  return async () => {
    throw clientError(`the operation ${name} is not supported yet by this version of Batchyard`);
  };
}
