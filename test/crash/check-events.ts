import type { ToldEvent } from "./event-follower.ts";
import type { FinalFacts, JobFacts } from "./final-facts.ts";

/** What may follow each status in the life of a job; the submission has no event. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  SUBMITTED: ["PENDING", "RUNNABLE", "FAILED"],
  PENDING: ["RUNNABLE", "SUCCEEDED", "FAILED"],
  RUNNABLE: ["STARTING", "FAILED"],
  STARTING: ["RUNNING", "RUNNABLE", "FAILED"],
  RUNNING: ["SUCCEEDED", "RUNNABLE", "FAILED"],
};

/** A node ends with each attempt of its job, and begins with the next. */
const NEXT_OF_ENDED_NODE = ["RUNNABLE", "STARTING"];

/** The events of each job tell a life, the end of which is the one that is shown; those of each child likewise. */
export function checkEvents(told: readonly ToldEvent[], { jobs, children }: FinalFacts): string[] {
  const lives = Map.groupBy(told, ({ jobId }) => jobId);
  const all = [...jobs, ...[...children.values()].flat()];
  const known = new Set(all.map(({ jobId }) => jobId));
  return [
    ...[...lives].flatMap(([jobId, life]) => [
      ...(known.has(jobId) ? [] : [`there are events of ${jobId}, which is not there`]),
      ...checkLife(jobId, life),
    ]),
    ...all.flatMap((job) => checkLast(job, lives.get(job.jobId)?.at(-1)?.status)),
  ];
}

function checkLife(jobId: string, life: readonly ToldEvent[]): string[] {
  const isNode = jobId.includes("#");
  return life.flatMap(({ status }, index) => {
    const before = life[index - 1]?.status ?? "SUBMITTED";
    const isRight = (NEXT[before] ?? (isNode ? NEXT_OF_ENDED_NODE : [])).includes(status);
    return isRight ? [] : [`the events of ${jobId} go from ${before} to ${status}`];
  });
}

function checkLast({ jobId, name, status, attempts }: JobFacts, last: string | undefined): string[] {
  // Children and nodes that end with their job before they were placed are told by its event.
  const mayBeUntold = /[:#]/.test(jobId) && attempts.length === 0;
  if (last === status || (last === undefined && mayBeUntold)) return [];
  return [`the last event of ${name} (${jobId}) is ${last}, and it is ${status}`];
}
