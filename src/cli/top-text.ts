import type { Surroundings } from "./surroundings.ts";
import { renderTable } from "./table.ts";
import type { Row } from "./table.ts";
import { formatAge, formatDuration, shortId, styled } from "./text.ts";

/** What a server of one's own says of its queues and capacity. */
export interface Top {
  readonly atMs: number;
  readonly outage?: string;
  readonly host: { readonly capacity?: Amounts; readonly inUse: Amounts };
  readonly jobQueues: readonly TopQueue[];
  readonly computeEnvironments: readonly TopEnvironment[];
  readonly instances: readonly TopInstance[];
  readonly shares: readonly TopShare[];
}

interface Amounts {
  readonly vcpuMillis: number;
  readonly memoryMiB: number;
  readonly gpuCount: number;
}

interface TopQueue {
  readonly jobQueueName: string;
  readonly state: string;
  readonly priority: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly vcpuMillis: number;
  readonly head?: { readonly jobId: string; readonly sentence: string };
  /** Present once its head is judged to block it. */
  readonly blocked?: { readonly reason: string; readonly sinceMs: number };
}

interface TopEnvironment {
  readonly computeEnvironmentName: string;
  readonly type: string;
  readonly state: string;
  readonly status: string;
  readonly vcpuMillisInUse: number;
  readonly vcpuMillisLaunched?: number;
  readonly desiredvCpus?: number;
  readonly maxvCpus?: number;
  readonly instances?: Readonly<Record<"starting" | "busy" | "idle" | "leaving", number>>;
}

interface TopInstance {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly computeEnvironmentName: string;
  readonly isSpot: boolean;
  readonly status: string;
  readonly resources: Amounts;
  readonly free: Amounts;
  readonly attemptCount: number;
  readonly launchedAtMs: number;
  readonly leaving?: { readonly atMs: number };
}

interface TopShare {
  readonly jobQueueName: string;
  readonly shareIdentifier: string;
  readonly liveCount: number;
  readonly vcpuMillis: number;
  readonly claimVcpus: number;
  readonly weight: number;
}

/** Of more instances, and of more shares, the rest are counted. */
const ROWS_MAX = 20;

/** Tables of queues, environments, instances and shares; those that would be empty are left out. */
export function renderTop(top: Top, surroundings: Pick<Surroundings, "output">): string {
  const { atMs, outage, jobQueues, computeEnvironments, instances, shares } = top;
  const tables = [
    tableOf(
      surroundings,
      QUEUE_TITLES,
      jobQueues.map((jobQueue) => queueRow(jobQueue, atMs)),
    ),
    tableOf(surroundings, ENVIRONMENT_TITLES, computeEnvironments.map(environmentRow)),
    tableOf(
      surroundings,
      INSTANCE_TITLES,
      instances.map((instance) => instanceRow(instance, atMs)),
    ),
    tableOf(surroundings, SHARE_TITLES, shares.map(shareRow)),
  ];
  const away = outage === undefined ? [] : [`Nothing can be started: ${outage}\n`];
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

const QUEUE_TITLES = ["QUEUE", "PRIO", "WAITING", "RUNNABLE", "STARTING", "RUNNING", "VCPU", "HEAD"];

function queueRow(
  { jobQueueName, state, priority, counts, vcpuMillis, head, blocked }: TopQueue,
  atMs: number,
): Row {
  const waiting = (counts["SUBMITTED"] ?? 0) + (counts["PENDING"] ?? 0);
  const numbers = [waiting, ...["RUNNABLE", "STARTING", "RUNNING"].map((status) => counts[status] ?? 0)];
  const standing = blocked && `BLOCKED for ${formatAge(atMs - blocked.sinceMs)} by `;
  return [
    state === "ENABLED" ? jobQueueName : `${jobQueueName} (${state})`,
    String(priority),
    ...numbers.map(String),
    vcpus(vcpuMillis),
    head === undefined ? "-" : `${standing ?? ""}${shortId(head.jobId)}: ${head.sentence}`,
  ];
}

const ENVIRONMENT_TITLES = [
  "ENVIRONMENT",
  "TYPE",
  "STATE",
  "USED",
  "LAUNCHED",
  "DESIRED",
  "MAX",
  "INSTANCES",
];

function environmentRow(environment: TopEnvironment): Row {
  const { computeEnvironmentName, type, state, status, instances } = environment;
  const { vcpuMillisInUse, vcpuMillisLaunched, desiredvCpus, maxvCpus } = environment;
  const counts = Object.entries(instances ?? {}).flatMap(([word, count]) =>
    count > 0 ? [`${count} ${word}`] : [],
  );
  return [
    computeEnvironmentName,
    type,
    state === "ENABLED" ? status : state,
    vcpus(vcpuMillisInUse),
    vcpuMillisLaunched === undefined ? "-" : vcpus(vcpuMillisLaunched),
    String(desiredvCpus ?? "-"),
    String(maxvCpus ?? "-"),
    counts.join(", ") || "-",
  ];
}

const INSTANCE_TITLES = ["INSTANCE", "TYPE", "ENVIRONMENT", "STATUS", "JOBS", "VCPU FREE", "MIB FREE", "AGE"];

function instanceRow(instance: TopInstance, atMs: number): Row {
  const { instanceId, instanceType, computeEnvironmentName, isSpot, status, attemptCount } = instance;
  const { resources, free, launchedAtMs, leaving } = instance;
  const left = leaving === undefined ? "" : ` in ${formatDuration(leaving.atMs - atMs)}`;
  return [
    instanceId,
    isSpot ? `${instanceType} (Spot)` : instanceType,
    computeEnvironmentName,
    `${status}${left}`,
    String(attemptCount),
    `${vcpus(free.vcpuMillis)}/${vcpus(resources.vcpuMillis)}`,
    `${free.memoryMiB}/${resources.memoryMiB}`,
    formatAge(atMs - launchedAtMs),
  ];
}

const SHARE_TITLES = ["SHARE", "QUEUE", "JOBS", "VCPU", "CLAIM", "WEIGHT", "CLAIM x WEIGHT"];

function shareRow({
  shareIdentifier,
  jobQueueName,
  liveCount,
  vcpuMillis,
  claimVcpus,
  weight,
}: TopShare): Row {
  return [
    shareIdentifier,
    jobQueueName,
    String(liveCount),
    vcpus(vcpuMillis),
    claimVcpus.toFixed(3),
    String(weight),
    (claimVcpus * weight).toFixed(3),
  ];
}

function tableOf(
  { output }: Pick<Surroundings, "output">,
  titles: readonly string[],
  rows: readonly Row[],
): string {
  if (rows.length === 0) return "";
  const header: Row = titles.map((text) => ({ text, paint: (padded) => styled(output, "bold", padded) }));
  const table = renderTable([header, ...rows.slice(0, ROWS_MAX)], output.columns);
  const rest = rows.length - ROWS_MAX;
  return rest > 0 ? `${table}and ${rest} more\n` : table;
}

function vcpus(millis: number): string {
  return String(millis / 1000);
}
