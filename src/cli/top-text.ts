import { chooseInTurns } from "../lib/choose-in-turns.ts";
import { renderColumns } from "./column-table.ts";
import type { Column } from "./column-table.ts";
import type { Sink } from "./surroundings.ts";
import { cut, formatAge, formatDuration, shortId } from "./text.ts";
import type { StatusCounts, Top, TopEnvironment, TopInstance, TopQueue, TopShare } from "./top-answer.ts";
import { wrap } from "./wrap.ts";

/** What a table has of a kind of thing, and which of them it shows where there are more than fit. */
interface Section<Item> {
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
  /** What somebody should look at is first: where not all are shown, these are. */
  readonly standings: readonly string[];
  readonly standingOf: (item: Item) => string;
  /** Of one standing these take turns. */
  readonly groupOf?: (item: Item) => string;
  /** Of those that are there, where the server does not tell of all. */
  readonly counts?: StatusCounts;
  readonly below?: (item: Item) => string | undefined;
}

/** One kind of thing: how many rows it would have, and its table with at most so many. */
interface Table {
  readonly rowCount: number;
  readonly render: (rowsMax: number) => string;
}

/** On a terminal, of each kind. */
const ROWS_MAX = 20;

/** Where the screen is low. */
const ROWS_MIN = 2;

/** On a terminal: of what people choose, so that the line stays a line. */
const NAME_LENGTH_MAX = 18;

/** Tables of queues, environments, instances and shares; those that would be empty are left out. */
export function renderTop(top: Top, output: Sink): string {
  const tables = tablesOf(top, output);
  return render(
    top,
    output,
    tables.map((table) => table.render(output.isTerminal ? ROWS_MAX : Infinity)),
  );
}

/** As much of it as the screen has room for. The largest tables lose rows first. */
export function renderScreen(top: Top, output: Sink): string {
  const { rows: heightMax = Infinity } = output;
  const tables = tablesOf(top, output);
  const limits = tables.map(({ rowCount }) => Math.min(rowCount, ROWS_MAX));
  for (;;) {
    const text = render(
      top,
      output,
      tables.map((table, index) => table.render(limits[index] ?? 0)),
    );
    const lines = text.split("\n");
    const most = Math.max(...limits);
    // The last line break leaves an empty line, in which the cursor stands.
    if (lines.length <= heightMax || most <= ROWS_MIN) return lines.slice(0, heightMax).join("\n");
    limits[limits.lastIndexOf(most)] = most - 1;
  }
}

function render(top: Top, output: Sink, tables: readonly string[]): string {
  const { outage } = top;
  const away =
    outage === undefined ? [] : [`${wrap(`Nothing can be started: ${outage}`, output.columns).join("\n")}\n`];
  return [`${hostLine(top)}\n`, ...away, ...tables.filter((table) => table !== "")].join("\n");
}

function hostLine({ host: { capacity, inUse } }: Top): string {
  if (capacity === undefined) return `Host: ${vcpus(inUse.vcpuMillis)} vCPU in use`;
  const gpus = capacity.gpuCount === 0 ? "" : `, ${inUse.gpuCount} of ${capacity.gpuCount} GPU`;
  return (
    `Host: ${vcpus(inUse.vcpuMillis)} of ${vcpus(capacity.vcpuMillis)} vCPU, ` +
    `${inUse.memoryMiB} of ${capacity.memoryMiB} MiB${gpus} in use`
  );
}

function tablesOf(top: Top, output: Sink): readonly Table[] {
  const name = (text: string): string =>
    cut(text, output.columns === undefined ? undefined : NAME_LENGTH_MAX);
  return [
    tableOf(output, queueSection(top, name)),
    tableOf(output, environmentSection(top, name)),
    tableOf(output, instanceSection(top, name)),
    tableOf(output, shareSection(top, name)),
  ];
}

function tableOf<Item>(output: Sink, section: Section<Item>): Table {
  const { columns, items, standings, standingOf, groupOf, below } = section;
  const choice = {
    rankOf: (item: Item) => standings.indexOf(standingOf(item)),
    ...(groupOf !== undefined && { groupOf }),
  };
  return {
    rowCount: items.length,
    render: (rowsMax) => {
      if (items.length === 0) return "";
      // The line that counts the rest would take the place of a single one.
      const countMax = items.length === rowsMax + 1 ? items.length : rowsMax;
      const shown = chooseInTurns(items, choice, countMax);
      return renderColumns(output, columns, shown, below) + tellHidden(section, shown);
    },
  };
}

/** How many of what standing are not shown: `and 12 more: 2 busy, 10 idle`. */
function tellHidden<Item>({ items, standings, standingOf, counts }: Section<Item>, shown: readonly Item[]) {
  const countAmong = (list: readonly Item[], standing: string): number =>
    list.filter((item) => standingOf(item) === standing).length;
  const hidden = standings.flatMap((standing) => {
    const all = counts?.[standing] ?? countAmong(items, standing);
    const count = all - countAmong(shown, standing);
    return count > 0 ? [{ standing, count }] : [];
  });
  const [only, ...others] = hidden;
  if (only === undefined) return "";
  if (others.length === 0)
    return `and ${only.count} more, ${only.count === 1 ? "" : "all "}${only.standing}\n`;
  const total = hidden.reduce((sum, { count }) => sum + count, 0);
  return `and ${total} more: ${hidden.map(({ standing, count }) => `${count} ${standing}`).join(", ")}\n`;
}

function queueSection({ jobQueues, atMs }: Top, name: (text: string) => string): Section<TopQueue> {
  return {
    columns: [
      { title: "QUEUE", text: (queue) => `${name(queue.jobQueueName)}${oddity(queue)}` },
      { title: "PRIO", text: ({ priority }) => String(priority) },
      { title: "PENDING", text: (queue) => countOf(queue, "SUBMITTED", "PENDING") },
      { title: "RUNNABLE", text: (queue) => countOf(queue, "RUNNABLE") },
      { title: "STARTING", text: (queue) => countOf(queue, "STARTING") },
      { title: "RUNNING", text: (queue) => countOf(queue, "RUNNING") },
      { title: "VCPU", text: ({ vcpuMillis }) => vcpus(vcpuMillis) },
    ],
    items: jobQueues,
    standings: ["blocked", "waiting", "busy", "idle"],
    standingOf: queueStanding,
    below: (queue) => tellHead(queue, atMs),
  };
}

function countOf({ counts }: TopQueue, ...statuses: readonly string[]): string {
  return String(statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0));
}

function queueStanding({ blocked, head, counts }: TopQueue): string {
  if (blocked !== undefined) return "blocked";
  if (head !== undefined) return "waiting";
  return Object.values(counts).some((count) => count > 0) ? "busy" : "idle";
}

function tellHead({ head, blocked }: TopQueue, atMs: number): string | undefined {
  if (head === undefined) return undefined;
  const standing = blocked === undefined ? "next is" : `BLOCKED for ${formatAge(atMs - blocked.sinceMs)} by`;
  return `${standing} ${shortId(head.jobId)}: ${head.sentence}`;
}

/** What is not as usual of a queue or an environment that is there to be used. */
function oddity({ state, status }: Pick<TopQueue, "state" | "status">): string {
  if (status !== "VALID") return ` (${status})`;
  return state === "ENABLED" ? "" : ` (${state})`;
}

function environmentSection(
  { computeEnvironments }: Top,
  name: (text: string) => string,
): Section<TopEnvironment> {
  return {
    columns: [
      { title: "ENVIRONMENT", text: ({ computeEnvironmentName }) => name(computeEnvironmentName) },
      { title: "TYPE", text: ({ type }) => type },
      { title: "STATE", text: ({ state, status }) => (state === "ENABLED" ? status : state) },
      { title: "USED", text: ({ vcpuMillisInUse }) => vcpus(vcpuMillisInUse) },
      { title: "LAUNCHED", text: ({ vcpuMillisLaunched }) => optionalVcpus(vcpuMillisLaunched), givesWay: 1 },
      { title: "DESIRED", text: ({ desiredvCpus }) => String(desiredvCpus ?? "-"), givesWay: 2 },
      { title: "MAX", text: ({ maxvCpus }) => String(maxvCpus ?? "-") },
      { title: "INSTANCES", text: ({ instances = {} }) => tellCounts(instances) },
    ],
    items: computeEnvironments,
    standings: ["invalid", "changing", "busy", "idle"],
    standingOf: environmentStanding,
    below: ({ statusReason }) => statusReason,
  };
}

function environmentStanding({ status, vcpuMillisInUse, instances = {} }: TopEnvironment): string {
  if (status === "INVALID") return "invalid";
  if (status !== "VALID") return "changing";
  const hasInstances = Object.values(instances).some((count) => count > 0);
  return vcpuMillisInUse > 0 || hasInstances ? "busy" : "idle";
}

function tellCounts(counts: StatusCounts): string {
  const told = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  return told.join(", ") || "-";
}

function instanceSection(top: Top, name: (text: string) => string): Section<TopInstance> {
  const { instances, computeEnvironments, atMs } = top;
  return {
    columns: [
      { title: "INSTANCE", text: ({ instanceId }) => instanceId },
      { title: "TYPE", text: ({ instanceType, isSpot }) => (isSpot ? `${instanceType} Spot` : instanceType) },
      {
        title: "ENVIRONMENT",
        text: ({ computeEnvironmentName }) => name(computeEnvironmentName),
        givesWay: 1,
      },
      { title: "STATUS", text: (instance) => tellStatus(instance, atMs) },
      { title: "JOBS", text: ({ attemptCount }) => String(attemptCount), givesWay: 2 },
      {
        title: "VCPU FREE",
        text: ({ free, resources }) => `${vcpus(free.vcpuMillis)}/${vcpus(resources.vcpuMillis)}`,
      },
      {
        title: "MIB FREE",
        text: ({ free, resources }) => `${free.memoryMiB}/${resources.memoryMiB}`,
        givesWay: 3,
      },
      { title: "AGE", text: ({ launchedAtMs }) => formatAge(atMs - launchedAtMs), givesWay: 4 },
    ],
    items: instances,
    standings: ["leaving", "starting", "busy", "idle"],
    standingOf: ({ status }) => status,
    groupOf: ({ computeEnvironmentName }) => computeEnvironmentName,
    counts: sumOf(computeEnvironments.map((environment) => environment.instances)),
  };
}

/** One that is leaving may stay for as long as something runs on it. */
function tellStatus({ status, leaving }: TopInstance, atMs: number): string {
  return leaving?.atMs === undefined ? status : `${status} in ${formatDuration(leaving.atMs - atMs)}`;
}

function shareSection({ shares, jobQueues }: Top, name: (text: string) => string): Section<TopShare> {
  return {
    columns: [
      { title: "SHARE", text: ({ shareIdentifier }) => name(shareIdentifier) },
      { title: "QUEUE", text: ({ jobQueueName }) => name(jobQueueName) },
      { title: "JOBS", text: ({ liveCount }) => String(liveCount) },
      { title: "VCPU", text: ({ vcpuMillis }) => vcpus(vcpuMillis) },
      { title: "CLAIM", text: ({ claimVcpus }) => claimVcpus.toFixed(3), givesWay: 2 },
      { title: "WEIGHT", text: ({ weight }) => String(weight), givesWay: 1 },
      { title: "CLAIM x WEIGHT", text: ({ claimVcpus, weight }) => (claimVcpus * weight).toFixed(3) },
    ],
    items: shares,
    standings: ["waiting", "busy", "idle"],
    standingOf: ({ status }) => status,
    groupOf: ({ jobQueueName }) => jobQueueName,
    counts: sumOf(jobQueues.map((jobQueue) => jobQueue.shares)),
  };
}

function sumOf(counts: readonly (StatusCounts | undefined)[]): StatusCounts {
  const sum: Record<string, number> = {};
  for (const [word, count] of counts.flatMap((each = {}) => Object.entries(each))) {
    sum[word] = (sum[word] ?? 0) + count;
  }
  return sum;
}

function optionalVcpus(millis: number | undefined): string {
  return millis === undefined ? "-" : vcpus(millis);
}

function vcpus(millis: number): string {
  return String(millis / 1000);
}
