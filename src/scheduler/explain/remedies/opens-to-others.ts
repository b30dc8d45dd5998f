import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import type { LiveJob } from "../../../store/live-state.ts";
import type { AskedJob, ExplainFacts } from "../asked-job.ts";
import { judgeEnvironment } from "../judge-environment.ts";
import { HEADS_LOOKED_AT_MAX, headsBefore } from "../who-goes-before.ts";

/** An environment as it is, and as it would be with another `maxvCpus`. */
export interface Raise {
  readonly environment: ComputeEnvironment;
  readonly toVcpus: number;
}

/** Whether one that goes before the job, and can never start as the environment is, could if it had so many vCPUs. */
export function opensToOthers(
  { environment, toVcpus }: Raise,
  asked: AskedJob,
  sharesBeforeCount: number,
  facts: ExplainFacts,
): boolean {
  const { computeResources, arn } = environment;
  if (computeResources === undefined) return false;
  const raised = { ...environment, computeResources: { ...computeResources, maxvCpus: toVcpus } };
  const isPossibleIn = (changed: ComputeEnvironment, head: LiveJob): boolean =>
    judgeEnvironment(changed, head, head.resources.vcpuMillis, facts).isEverPossible;
  let lookedAtCount = 0;
  for (const { job: head } of headsBefore(asked, sharesBeforeCount, facts)) {
    if (lookedAtCount === HEADS_LOOKED_AT_MAX) return true;
    lookedAtCount += 1;
    const { computeEnvironmentOrder = [] } = facts.state.jobQueues.get(head.jobQueueArn) ?? {};
    if (!computeEnvironmentOrder.some(({ computeEnvironment }) => computeEnvironment === arn)) continue;
    if (isPossibleIn(raised, head) && !isPossibleIn(environment, head)) return true;
  }
  return false;
}
