import { stepsOf } from "../support/job-steps.ts";
import type { ToldEvent } from "./event-follower.ts";
import type { FinalFacts, JobFacts } from "./final-facts.ts";

/** As texts: nothing is sure of what the server says. */
type Steps = Readonly<Record<string, readonly string[]>>;

/** The events of each job tell a life, the end of which is the one that is shown; those of each child likewise. */
export function checkEvents(told: readonly ToldEvent[], { jobs, children }: FinalFacts): string[] {
  const lives = Map.groupBy(told, ({ jobId }) => jobId);
  const all = [...jobs, ...[...children.values()].flat()];
  const known = new Set(all.map(({ jobId }) => jobId));
  const arrays = new Set(jobs.flatMap(({ jobId, statusSummary }) => (statusSummary ? [jobId] : [])));
  return [
    ...[...lives].flatMap(([jobId, life]) => [
      ...(known.has(jobId) ? [] : [`there are events of ${jobId}, which is not there`]),
      ...checkLife(life, jobId, stepsOf(jobId, arrays)),
    ]),
    ...all.flatMap((job) => checkLast(job, lives.get(job.jobId)?.at(-1)?.status)),
  ];
}

function checkLife(life: readonly ToldEvent[], jobId: string, steps: Steps): string[] {
  return life.flatMap(({ status }, index) => {
    const before = life[index - 1]?.status ?? "SUBMITTED";
    const isRight = steps[before]?.includes(status) === true;
    return isRight ? [] : [`the events of ${jobId} go from ${before} to ${status}`];
  });
}

function checkLast({ jobId, name, status, attempts }: JobFacts, last: string | undefined): string[] {
  // Children and nodes that end with their job before they were placed are told by its event.
  const mayBeUntold = /[:#]/.test(jobId) && attempts.length === 0;
  if (last === status || (last === undefined && mayBeUntold)) return [];
  return [`the last event of ${name} (${jobId}) is ${last}, and it is ${status}`];
}
