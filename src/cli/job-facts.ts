import type { ContainerProperties, JobDetail, TaskContainerDetails } from "../model/batch.ts";
import { memoryOf, vcpusOf } from "./advice.ts";
import { countChildren } from "./array-progress.ts";
import { isArray } from "./child-lists.ts";
import { parentIdOf } from "./find-job.ts";
import { nameOfArn } from "./job-lists.ts";
import { isTerminal } from "./job-statuses.ts";
import { logStreamsOf, otherLogDriver } from "./log-stream.ts";
import { containersOf } from "./task-containers.ts";
import { formatDuration, quoteCommand, shortId } from "./text.ts";

type Fact = readonly [label: string, value: string];

/** What a job is, apart from what became of it. */
export function factsOf(job: JobDetail): readonly Fact[] {
  const all: readonly (readonly [string, string | undefined])[] = [
    ["Queue", nameOfArn(job.jobQueue)],
    ["Definition", nameOfArn(job.jobDefinition)],
    ["Array", isArray(job) ? countChildren(job.arrayProperties ?? {}) : undefined],
    ["Belongs to", describeParent(job)],
    ...describeWorkload(job),
    ["Limits", describeLimits(job)],
    ["Log", describeLog(job)],
  ];
  return all.filter((fact): fact is Fact => fact[1] !== undefined);
}

function describeParent({ jobId, nodeDetails }: JobDetail): string | undefined {
  const parentId = parentIdOf(jobId);
  if (parentId === undefined) return undefined;
  const index = jobId.slice(parentId.length + 1);
  const place =
    nodeDetails === undefined
      ? `the array ${shortId(parentId)}, as its child ${index}`
      : `the multi-node job ${shortId(parentId)}, as its node ${index}`;
  return `${place}${nodeDetails?.isMainNode === true ? ", the main one" : ""}`;
}

function describeWorkload(job: JobDetail): readonly (readonly [string, string | undefined])[] {
  const { nodeProperties, container } = job;
  if (nodeProperties !== undefined) {
    const { numNodes, mainNode, nodeRangeProperties } = nodeProperties;
    const ranges = nodeRangeProperties.map((range): readonly [string, string] => {
      const containers = range.ecsProperties?.taskProperties?.[0]?.containers ?? [range.container ?? {}];
      return [describeRange(range.targetNodes, numNodes), containers.map(describeContainer).join("; ")];
    });
    return [["Nodes", `${numNodes}, the main one is ${mainNode}`], ...ranges];
  }
  const containers = containersOf(job);
  if (containers.length > 0) {
    return containers.map((one) => [
      one.name ?? "Container",
      `${describeContainer(one)}${one.essential === false ? "; not essential" : ""}`,
    ]);
  }
  const { command = [], environment = [], image } = container ?? {};
  return [
    ["Image", image],
    ["Command", command.length === 0 ? undefined : onOneLine(command)],
    ["Environment", environment.map(({ name = "" }) => name).join(" ") || undefined],
    ["Asks for", describeNeeds(container ?? {})],
  ];
}

/** AWS's `0:` and `:3` leave out the first and the last. */
function describeRange(targetNodes: string, numNodes: number): string {
  const [first = "", last = first] = targetNodes.split(":");
  const [from, to] = [Number(first), last === "" ? numNodes - 1 : Number(last)];
  return from === to ? `Node ${from}` : `Nodes ${from}-${to}`;
}

type Container = Pick<
  ContainerProperties & TaskContainerDetails,
  "image" | "command" | "resourceRequirements" | "vcpus" | "memory"
>;

function describeContainer(container: Container): string {
  const { image, command = [] } = container;
  const texts = [image, command.length === 0 ? undefined : onOneLine(command), describeNeeds(container)];
  return texts.filter((text) => text !== undefined).join(", ");
}

function onOneLine(command: readonly string[]): string {
  return quoteCommand(command).replaceAll("\n", String.raw`\n`);
}

function describeNeeds(container: Container): string {
  return `${vcpusOf(container) ?? "?"} vCPU, ${memoryOf(container) ?? "?"} MiB`;
}

function describeLimits({ retryStrategy, timeout, arrayProperties }: JobDetail): string | undefined {
  const attemptsMax = retryStrategy?.attempts ?? 1;
  const limit = timeout?.attemptDurationSeconds;
  const texts = [
    attemptsMax > 1 ? `at most ${attemptsMax} attempts` : undefined,
    limit === undefined ? undefined : `at most ${formatDuration(limit * 1000)} an attempt`,
  ].filter((text) => text !== undefined);
  const each = arrayProperties?.size === undefined || texts.length === 0 ? "" : ", for each child";
  return texts.length === 0 ? undefined : `${texts.join(", ")}${each}`;
}

function describeLog(job: JobDetail): string | undefined {
  const id = shortId(job.jobId);
  if (isArray(job)) return `batchyard logs ${id}:INDEX`;
  const driver = otherLogDriver(job);
  if (driver !== undefined) return `sent to the log driver ${driver}`;
  const command = `batchyard ${isTerminal(job.status) ? "logs" : "logs -f"} ${id}`;
  // The model requires it; AWS leaves it out until the job has run.
  const startedAt: number | undefined = job.startedAt;
  if (job.nodeProperties !== undefined && startedAt !== undefined) {
    return `${command}  (the main node's; ${id}#INDEX for another)`;
  }
  const latest = logStreamsOf(job).at(-1);
  if (latest === undefined) return undefined;
  if (latest.container !== undefined) return `${command}  (--container NAME for one of them)`;
  return `${command}  (${latest.group}: ${latest.stream})`;
}
