import { deepEqual } from "../../lib/deep-equal.ts";
import { LiveState } from "../../store/live-state.ts";
import type { AuditFacts, Checker, CheckerTools } from "../checker.ts";
import { SCOPE } from "../server-life.ts";

/** The live state is a fold over changes: what the scheduler sees is what a restart would see. */
export function checkLiveState({ fail }: CheckerTools): Checker {
  return {
    async audit({ store, state, book }) {
      const reloaded = LiveState.from(await store.load());
      const [found, wanted] = [contentsOf(reloaded), contentsOf(state)];
      const goneCount = Object.keys(found).filter((name) => !(name in wanted)).length;
      if (goneCount > 0) fail(`after a restart there are ${goneCount} things that were gone`);
      for (const [name, value] of Object.entries(wanted)) {
        const other = found[name];
        if (!deepEqual(value, other))
          fail(`${name}: ${JSON.stringify(value)}, after a restart ${JSON.stringify(other)}`);
      }
      for (const jobId of book.jobs.keys()) {
        const [before, after] = [jobContents(state, jobId), jobContents(reloaded, jobId)];
        if (!deepEqual(before, after)) {
          fail(`${jobId}: ${JSON.stringify(before)}, after a restart ${JSON.stringify(after)}`);
        }
      }
    },
  };
}

/** All that is not of one job, but for the order of what is taken in turn. */
function contentsOf({
  jobs,
  jobQueues,
  computeEnvironments,
  instances,
  unsettled,
  plainResources,
  consumables,
}: AuditFacts["state"]): Record<string, unknown> {
  const contents: Record<string, unknown> = {
    active: [...jobs.active].map(([taskId, { jobId }]) => `${taskId} ${jobId}`).sort(),
    stopping: [...jobs.stopping].map(([taskId, { jobId }]) => `${taskId} ${jobId}`).sort(),
    toAdmit: idsOf(jobs.toAdmit),
    endedArrays: idsOf(jobs.endedArrays),
    hostUsage: jobs.hostUsage,
    unsettled: [...unsettled].sort(),
  };
  for (const resource of plainResources.all("consumable-resource")) {
    contents[resource.arn] = [resource, consumables.heldOf(resource.arn)];
  }
  for (const policy of plainResources.all("scheduling-policy")) contents[policy.arn] = policy;
  for (const [arn, jobQueue] of jobQueues) {
    contents[arn] = jobQueue;
    contents[`waiting of ${arn}`] = idsOf(jobs.waitingOf(arn));
    contents[`counts of ${arn}`] = jobs.countsOf(arn);
    const shares = [...(jobs.readyQueue(arn)?.ready ?? [])];
    contents[`heads of ${arn}`] = Object.fromEntries(
      shares.map(({ identifier, runnable }) => [identifier, [runnable.size, runnable.peek()?.jobId]]),
    );
  }
  for (const [arn, environment] of computeEnvironments) {
    contents[arn] = environment;
    contents[`usage of ${arn}`] = jobs.environmentUsage(arn);
    const all = [...instances.ofEnvironment(arn).all.values()];
    contents[`instances of ${arn}`] = Object.fromEntries(
      all.map(({ instance, free, tasks }) => [instance.instanceId, [instance, free, [...tasks].sort()]]),
    );
  }
  return contents;
}

function idsOf(jobs: Iterable<{ readonly jobId: string }>): readonly string[] {
  return [...jobs].map(({ jobId }) => jobId).sort();
}

function jobContents({ jobs }: AuditFacts["state"], jobId: string): unknown {
  const job = jobs.find(SCOPE, jobId);
  if (job === undefined) return undefined;
  const { status, queuePosition, attemptCount, activeAttempt, parent, childIndex, resources } = job;
  const array = jobs.arrayOf(job);
  const nodes = jobs.nodesOf(job);
  return {
    status,
    queuePosition,
    attemptCount,
    activeAttempt,
    childIndex,
    resources,
    parent: parent?.jobId,
    standing: jobs.standingOf(job),
    unspawned: array?.unspawned,
    liveChildren: array && [...array.liveChildren.keys()].sort((a, b) => a - b),
    hasRunnable: array?.hasRunnable,
    activeNodes: nodes && [...nodes.active.keys()].sort((a, b) => a - b),
  };
}
