import type { JobDetail, TaskContainerDetails } from "../model/batch.ts";
import { isArray } from "./child-lists.ts";
import type { Context } from "./context.ts";
import { isTerminal } from "./job-statuses.ts";
import { describeOutcome } from "./outcome-text.ts";
import { renderTable } from "./table.ts";
import type { Row } from "./table.ts";
import { commandEndOf, containersOf } from "./task-containers.ts";
import { shortId, styledStatus } from "./text.ts";

/** Failed children, and nodes, that are told of one by one. */
const SHOWN_MAX = 10;

/** AWS describes so many jobs at once. */
const DESCRIBED_MAX = 100;

/** What else belongs to the story of a job: what it waits for, its containers, nodes, and children that failed. */
export async function tellSections(context: Context, job: JobDetail): Promise<readonly string[]> {
  return [
    ...(await tellDependencies(context, job)),
    ...tellContainers(job),
    ...(await tellNodes(context, job)),
    ...(await tellFailedChildren(context, job)),
  ];
}

async function tellDependencies(context: Context, job: JobDetail): Promise<readonly string[]> {
  const { dependsOn = [], status } = job;
  const jobIds = dependsOn.flatMap(({ jobId }) => jobId ?? []);
  const found = await describeById(context, jobIds);
  const rows = dependsOn.map(({ jobId, type }): Row => {
    if (jobId === undefined) return ["-", "itself", "", "its children, one after the other"];
    const each = type === "N_TO_N" ? "child by child" : "";
    const other = found.get(jobId);
    if (other === undefined) return [shortId(jobId), "not known any more", "", each];
    const outcome = describeOutcome({ ...other, container: commandEndOf(other) });
    return [
      shortId(jobId),
      other.jobName,
      statusCell(context, other),
      [each, outcome].filter((text) => text !== "").join(", "),
    ];
  });
  const hasStarted = status !== "SUBMITTED" && status !== "PENDING";
  return section(hasStarted ? "Waited for" : "Waits for", rows);
}

function tellContainers(job: JobDetail): readonly string[] {
  const containers = containersOf(job);
  const isOver = isTerminal(job.status);
  const rows = containers.map(({ name = "", ...container }): Row => [
    name,
    stateOf(container, isOver),
    container.reason ?? "",
  ]);
  return section("Containers", rows);
}

function stateOf({ exitCode, logStreamName }: TaskContainerDetails, isOver: boolean): string {
  if (exitCode !== undefined) return `exit ${exitCode}`;
  if (logStreamName === undefined) return isOver ? "did not start" : "has not started";
  return isOver ? "no exit code" : "runs";
}

async function tellNodes(context: Context, { jobId, nodeProperties }: JobDetail): Promise<readonly string[]> {
  if (nodeProperties === undefined) return [];
  const { numNodes, mainNode } = nodeProperties;
  const nodeIds = Array.from({ length: Math.min(numNodes, SHOWN_MAX) }, (_, index) => `${jobId}#${index}`);
  const found = await describeById(context, nodeIds);
  const rows = nodeIds.map((nodeId, index): Row => {
    const node = found.get(nodeId);
    const main = index === mainNode ? "main" : "";
    if (node === undefined) return [shortId(nodeId), main, "not placed", ""];
    const outcome = describeOutcome({ ...node, container: commandEndOf(node) });
    const texts = [addressOf(node) ?? "", outcome].filter((text) => text !== "");
    return [shortId(nodeId), main, statusCell(context, node), texts.join(", ")];
  });
  return section("Nodes", rows, moreOf(numNodes - rows.length, `batchyard ls ${shortId(jobId)}`));
}

function addressOf(node: JobDetail): string | undefined {
  const [first = node.container] = containersOf(node);
  return first?.networkInterfaces?.[0]?.privateIpv4Address;
}

async function tellFailedChildren(context: Context, job: JobDetail): Promise<readonly string[]> {
  const failedCount = job.arrayProperties?.statusSummary?.["FAILED"] ?? 0;
  if (!isArray(job) || failedCount === 0) return [];
  const { jobSummaryList } = await context.client.batch("ListJobs", {
    arrayJobId: job.jobId,
    jobStatus: "FAILED",
  });
  const first = jobSummaryList
    .toSorted((a, b) => (a.arrayProperties?.index ?? 0) - (b.arrayProperties?.index ?? 0))
    .slice(0, SHOWN_MAX);
  const rows = first.map((child): Row => [shortId(child.jobId), describeOutcome(child)]);
  const more = moreOf(failedCount - rows.length, `batchyard ls ${shortId(job.jobId)} --status FAILED`);
  return section("Children that failed", rows, more);
}

function moreOf(count: number, command: string): string | undefined {
  return count > 0 ? `and ${count} more: ${command}` : undefined;
}

async function describeById(
  { client }: Context,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, JobDetail>> {
  if (jobIds.length === 0) return new Map();
  const { jobs = [] } = await client.batch("DescribeJobs", { jobs: jobIds.slice(0, DESCRIBED_MAX) });
  return new Map(jobs.map((job) => [job.jobId, job]));
}

function statusCell({ surroundings }: Context, { status }: JobDetail) {
  return { text: status, paint: (padded: string) => styledStatus(surroundings.output, status, padded) };
}

/** A heading, and what stands below it; nothing where there is nothing. */
function section(heading: string, rows: readonly Row[], more?: string): readonly string[] {
  if (rows.length === 0) return [];
  const lines = [
    ...renderTable(rows, undefined).trimEnd().split("\n"),
    ...(more === undefined ? [] : [more]),
  ];
  return ["", heading, ...lines.map((line) => `  ${line}`)];
}
