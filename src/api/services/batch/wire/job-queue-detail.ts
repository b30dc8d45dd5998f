import type { JobQueue } from "../../../../batch/job-queue.ts";
import type { JobQueueDetail } from "../../../../model/batch.ts";

/** A job queue as DescribeJobQueues shows it. */
export function jobQueueDetail(queue: JobQueue): JobQueueDetail {
  const { schedulingPolicyArn, serviceEnvironmentOrder } = queue;
  return {
    jobQueueName: queue.name,
    jobQueueArn: queue.arn,
    state: queue.state,
    status: queue.status,
    statusReason: queue.statusReason,
    priority: queue.priority,
    ...(schedulingPolicyArn !== undefined && { schedulingPolicyArn }),
    computeEnvironmentOrder: queue.computeEnvironmentOrder,
    ...(serviceEnvironmentOrder !== undefined && { serviceEnvironmentOrder }),
    jobQueueType: queue.jobQueueType,
    tags: queue.tags,
    jobStateTimeLimitActions: queue.jobStateTimeLimitActions,
  };
}
