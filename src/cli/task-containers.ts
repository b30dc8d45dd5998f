import type { JobDetail, TaskContainerDetails } from "../model/batch.ts";

/** The containers of a job that is described by several, as its latest attempt left them; empty for all other jobs. */
export function containersOf({ ecsProperties }: JobDetail): readonly TaskContainerDetails[] {
  return ecsProperties?.taskProperties?.[0]?.containers ?? [];
}

/** How the latest attempt's command ended. Of several containers the job's own word counts, else the first that failed. */
export function commandEndOf(job: JobDetail): { readonly exitCode?: number; readonly reason?: string } {
  const { container, attempts = [] } = job;
  const ends = [container, attempts.at(-1)?.container, ...containersOf(job).filter(hasFailed)];
  const told = ends.find((end) => end?.exitCode !== undefined || end?.reason !== undefined);
  const { exitCode, reason } = told ?? {};
  return { ...(exitCode !== undefined && { exitCode }), ...(reason !== undefined && { reason }) };
}

function hasFailed({ exitCode, reason }: TaskContainerDetails): boolean {
  return (exitCode ?? 0) !== 0 || reason !== undefined;
}
