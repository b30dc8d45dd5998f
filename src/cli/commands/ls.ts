import type { JobStatus } from "../../model/batch.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { listJobs } from "../job-lists.ts";
import type { ListedJob } from "../job-lists.ts";
import { ALL_STATUSES, isTerminal } from "../job-statuses.ts";
import { describeOutcome } from "../outcome-text.ts";
import { renderTable } from "../table.ts";
import type { Row } from "../table.ts";
import { cut, formatAge, formatDuration, shortId, styled, styledStatus } from "../text.ts";

export interface ListOptions {
  readonly queue?: string;
  /** Statuses, or `active` or `ended`. */
  readonly status?: readonly string[];
  readonly name?: string;
  readonly limit: number;
}

/** On a terminal: of what people choose, so that the line stays a line. */
const NAME_LENGTH_MAX = 18;
const QUEUE_LENGTH_MAX = 12;

/** `batchyard ls`: jobs of all queues and statuses. */
export async function list(context: Context, options: ListOptions): Promise<number> {
  const { output, errors } = context.surroundings;
  const { queue, name, limit } = options;
  const found = await listJobs(context, {
    ...(queue !== undefined && { jobQueue: queue }),
    ...(name !== undefined && { jobName: name }),
    ...(options.status !== undefined && { statuses: options.status.flatMap(statusesOf) }),
    countMax: limit,
  });
  const jobs = found.jobs.slice(0, limit);
  if (context.isJson) {
    await output.write(`${JSON.stringify({ jobSummaryList: jobs }, undefined, 2)}\n`);
  } else if (jobs.length > 0) {
    await output.write(renderJobs(context, jobs));
  }
  if (jobs.length === 0) await errors.write(`batchyard: ${describeNothing(context, options)}\n`);
  else if (found.isCut || found.jobs.length > limit) {
    await errors.write(
      `batchyard: ${jobs.length} shown, there are more: --limit, --status, --queue, --name\n`,
    );
  }
  return EXIT.done;
}

/** `active` and `ended` stand for several. */
function statusesOf(word: string): readonly JobStatus[] {
  switch (word) {
    case "active":
      return ALL_STATUSES.filter((status) => !isTerminal(status));
    case "ended":
      return ALL_STATUSES.filter(isTerminal);
    default:
      return ALL_STATUSES.filter((status) => status === word);
  }
}

function describeNothing({ client }: Context, { queue, status, name }: ListOptions): string {
  if (queue !== undefined || name !== undefined) return "no job is like that";
  if (status !== undefined) {
    return `no job ${status.map((word) => (word === "ended" ? "has ended" : `is ${word}`)).join(" or ")}`;
  }
  const { endpoint, region } = client.connection;
  return `there are no jobs at ${endpoint.batchUrl} in ${region} yet. Run one: batchyard run -- echo hello`;
}

function renderJobs({ surroundings }: Context, jobs: readonly ListedJob[]): string {
  const { output } = surroundings;
  const nowMs = surroundings.nowMs();
  const titles = ["ID", "NAME", "QUEUE", "STATUS", "AGE", "TIME", "REASON"];
  const header: Row = titles.map((text) => ({ text, paint: (padded) => styled(output, "bold", padded) }));
  const rows = jobs.map((job): Row => {
    const { jobId, jobName, jobQueue, status = "SUBMITTED", createdAt = nowMs, startedAt, stoppedAt } = job;
    const ranMs = startedAt === undefined ? undefined : (stoppedAt ?? nowMs) - startedAt;
    return [
      shortId(jobId),
      cut(jobName, output.columns === undefined ? undefined : NAME_LENGTH_MAX),
      cut(jobQueue, output.columns === undefined ? undefined : QUEUE_LENGTH_MAX),
      { text: status, paint: (padded) => styledStatus(output, status, padded) },
      formatAge(nowMs - createdAt),
      ranMs === undefined ? "-" : formatDuration(ranMs),
      describeOutcome(job),
    ];
  });
  return renderTable([header, ...rows], output.columns);
}
