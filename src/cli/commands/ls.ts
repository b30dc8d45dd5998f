import type { JobStatus } from "../../model/batch.ts";
import { checkHasChildren, listChildren } from "../child-lists.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { findJob } from "../find-job.ts";
import { listJobs, nameOfArn } from "../job-lists.ts";
import type { ListedJob } from "../job-lists.ts";
import { ALL_STATUSES, isTerminal } from "../job-statuses.ts";
import { jsonText } from "../json-text.ts";
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
    await output.write(jsonText({ jobSummaryList: jobs }));
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

/** `batchyard ls JOB`: the children of an array, or the nodes of a multi-node job. */
export async function listOf(context: Context, reference: string, options: ListOptions): Promise<number> {
  const { output, errors } = context.surroundings;
  if (options.queue !== undefined || options.name !== undefined) {
    throw new CliError(
      "--queue and --name choose among jobs, not among the children of one",
      "Leave them out, or the job.",
      { exitCode: EXIT.usage },
    );
  }
  const parent = await findJob(context, reference);
  checkHasChildren(parent);
  const children = await listChildren(context, parent, options.status?.flatMap(statusesOf));
  const jobQueue = nameOfArn(parent.jobQueue);
  const shown = children.slice(0, options.limit).map((child): ListedJob => ({ ...child, jobQueue }));
  if (context.isJson) {
    await output.write(jsonText({ jobSummaryList: shown }));
  } else if (shown.length > 0) {
    await output.write(renderJobs(context, shown));
  }
  if (shown.length === 0) await errors.write(`batchyard: ${describeNone(options)}\n`);
  if (children.length > shown.length) {
    await errors.write(`batchyard: ${shown.length} of ${children.length} shown: --limit, --status\n`);
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
    return `no job ${wordsOf(status)}`;
  }
  const { endpoint, region } = client.connection;
  return `there are no jobs at ${endpoint.batchUrl} in ${region} yet. Run one: batchyard run -- echo hello`;
}

/** Nodes are jobs of their own once they have been placed; children of arrays always. */
function describeNone({ status }: ListOptions): string {
  return status === undefined ? "none of its nodes has been placed yet" : `none of it ${wordsOf(status)}`;
}

function wordsOf(status: readonly string[]): string {
  return status.map((word) => (word === "ended" ? "has ended" : `is ${word}`)).join(" or ");
}

function renderJobs({ surroundings }: Context, jobs: readonly ListedJob[]): string {
  const { output } = surroundings;
  const nowMs = surroundings.nowMs();
  const titles = ["ID", "NAME", "QUEUE", "STATUS", "AGE", "TIME", "DETAIL"];
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
      output.columns === undefined ? describeDetail(job) : withoutKind(describeDetail(job)),
    ];
  });
  return renderTable([header, ...rows], output.columns);
}

/** Of AWS's reasons of a blocked queue, where there is little room, what tells them apart. */
function withoutKind(detail: string): string {
  return detail.replace(/^(?:CAPACITY|MISCONFIGURATION):/, "");
}

/** What else is to be known: how it ended, why it waits, how far an array is, of how many nodes it is. */
function describeDetail(job: ListedJob): string {
  const { numNodes, nodeIndex, isMainNode } = job.nodeProperties ?? {};
  const nodes = nodeIndex === undefined && numNodes !== undefined ? `${numNodes} nodes` : "";
  const main = nodeIndex !== undefined && isMainNode === true ? "main node" : "";
  return [nodes, main, describeOutcome(job)].filter((text) => text !== "").join(", ");
}
