import type { Attempt } from "../../../../batch/attempt.ts";
import { hostWorkload } from "../../../../batch/host-workload.ts";
import type { Job } from "../../../../batch/job.ts";
import { unreachable } from "../../../../lib/assert.ts";
import type { JobDetail } from "../../../../model/batch.ts";
import { attemptContainer } from "./attempt-container.ts";
import { taskAnswer } from "./task-answer.ts";

/** The members of a JobDetail that say what a job runs. */
type WorkloadMembers = Pick<JobDetail, "container" | "ecsProperties" | "eksProperties" | "nodeProperties">;

/**
 * What a job runs, as DescribeJobs shows it: a multi-node job as its ranges, without a container of its own, each of its
 * nodes as what that runs. A task of several containers has an empty `container` besides.
 */
export function workloadAnswer(job: Job, latest: Attempt | undefined): WorkloadMembers {
  if (job.workload.kind === "multi-node" && job.childIndex === undefined) {
    return { nodeProperties: job.workload.nodeProperties };
  }
  const { workload } = hostWorkload(job);
  switch (workload.kind) {
    case "container": {
      const marks = latest === undefined ? { networkInterfaces: [] } : attemptContainer(latest);
      return { container: { ...workload.container, ...marks } };
    }
    case "ecs":
      return { container: {}, ecsProperties: taskAnswer(workload.ecs, latest) };
    case "eks":
      return { eksProperties: workload.eks };
    default:
      return unreachable(workload);
  }
}
