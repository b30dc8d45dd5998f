import { submittedJobId } from "../../batch/child-job.ts";
import { isSameScope } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { LiveState } from "../../store/live-state.ts";
import type { EndingJob, HeadBefore, PlaceInLine, Remedy } from "./explanation.ts";

interface Asking {
  /** Of whoever asks. */
  readonly scope: Scope;
  readonly state: LiveState;
}

/** The same without ids and names of other accounts and regions, whose jobs may share the host and go before. */
export function hideOthersBefore(line: PlaceInLine, asking: Asking): PlaceInLine {
  const { before, comingBefore } = line;
  return {
    ...line,
    ...(before !== undefined && { before: hideHead(before, asking) }),
    ...(comingBefore !== undefined && { comingBefore: isOwn(comingBefore, asking) ? comingBefore : {} }),
  };
}

/** The same without the ids of jobs and instances of other accounts and regions. */
export function hideOthersIn(remedy: Remedy, asking: Asking): Remedy {
  if (remedy.kind === "jobs-end")
    return { ...remedy, jobs: remedy.jobs.map((job) => hideEnding(job, asking)) };
  if (remedy.kind !== "instances-leave") return remedy;
  return { ...remedy, instanceIds: remedy.instanceIds.filter((id) => isOwnInstance(id, asking)) };
}

function hideHead(head: HeadBefore, asking: Asking): HeadBefore {
  if (isOwn(head, asking)) return head;
  const { jobId: _hidden, jobQueue: _queue, shareIdentifier: _share, ...rest } = head;
  return rest;
}

function hideEnding(job: EndingJob, asking: Asking): EndingJob {
  if (isOwn(job, asking)) return job;
  const { jobId: _hidden, ...rest } = job;
  return rest;
}

function isOwn({ jobId = "" }: { readonly jobId?: string }, { scope, state }: Asking): boolean {
  return state.jobs.find(scope, submittedJobId(jobId)) !== undefined;
}

function isOwnInstance(instanceId: string, { scope, state }: Asking): boolean {
  const live = state.instances.find(instanceId);
  return live !== undefined && isSameScope(live.instance.scope, scope);
}
