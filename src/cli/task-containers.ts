import type { AttemptDetail, JobDetail, TaskContainerDetails } from "../model/batch.ts";

/** The containers of a job that is described by several, as its latest attempt left them; empty for all other jobs. */
export function containersOf({ ecsProperties }: JobDetail): readonly TaskContainerDetails[] {
  return ecsProperties?.taskProperties?.[0]?.containers ?? [];
}

interface CommandEnd {
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
}

/** How the latest attempt's command ended. Of several containers the job's own word counts, else the first that failed. */
export function commandEndOf(job: JobDetail): CommandEnd {
  const { container, attempts = [] } = job;
  return firstTold([container, attempts.at(-1)?.container, ...containersOf(job).filter(hasFailed)]);
}

/** The same of an attempt. */
export function attemptEndOf({ container, taskProperties }: AttemptDetail): CommandEnd {
  return firstTold([container, ...(taskProperties?.[0]?.containers ?? []).filter(hasFailed)]);
}

function firstTold(ends: readonly (CommandEnd | undefined)[]): CommandEnd {
  const told = ends.find((end) => end?.exitCode !== undefined || end?.reason !== undefined);
  return { exitCode: told?.exitCode, reason: told?.reason };
}

function hasFailed({ exitCode, reason }: CommandEnd): boolean {
  return (exitCode ?? 0) !== 0 || reason !== undefined;
}
