/** One job of a run that has ended: when it came, ran, and what it held meanwhile. */
export interface RanJob {
  readonly submittedAtMs: number;
  /** Of its last attempt. */
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly vcpuCount: number;
}

/** What a policy made of a workload. Times are in seconds. */
export interface PolicyFigures {
  readonly policy: string;
  readonly jobCount: number;
  readonly averageBoundedSlowdown: number;
  readonly meanWaitSeconds: number;
  readonly medianWaitSeconds: number;
  readonly wait90Seconds: number;
  readonly wait99Seconds: number;
  /** The part of the capacity that jobs held, over the makespan: 0 to 1. */
  readonly utilisation: number;
  /** From the first submission to the last end. */
  readonly makespanSeconds: number;
}

/** Jobs shorter than this count as if they took so long, lest they dominate the average. */
const SLOWDOWN_THRESHOLD_SECONDS = 10;

/**
 * The figures by which parallel job schedulers are compared.
 *
 * Bounded slowdown of a job is max(1, (wait + run) / max(run, 10 s)): D. G. Feitelson et al., "Theory and practice in
 * parallel job scheduling", JSSPP 1997, https://doi.org/10.1007/3-540-63574-2_14. Percentiles are by the nearest rank.
 *
 * @param jobs at least one.
 * @param capacityVcpus what the jobs could have held at any time.
 */
export function figuresOf(policy: string, jobs: readonly RanJob[], capacityVcpus: number): PolicyFigures {
  const waits = jobs.map((job) => (job.startedAtMs - job.submittedAtMs) / 1000).sort((a, b) => a - b);
  const firstMs = jobs.reduce((first, { submittedAtMs }) => Math.min(first, submittedAtMs), Infinity);
  const lastMs = jobs.reduce((last, { stoppedAtMs }) => Math.max(last, stoppedAtMs), -Infinity);
  const makespanSeconds = (lastMs - firstMs) / 1000;
  const heldVcpuSeconds = sum(jobs.map((job) => job.vcpuCount * runSecondsOf(job)));
  return {
    policy,
    jobCount: jobs.length,
    averageBoundedSlowdown: sum(jobs.map(boundedSlowdown)) / jobs.length,
    meanWaitSeconds: sum(waits) / jobs.length,
    medianWaitSeconds: percentile(waits, 50),
    wait90Seconds: percentile(waits, 90),
    wait99Seconds: percentile(waits, 99),
    utilisation: makespanSeconds === 0 ? 0 : heldVcpuSeconds / (capacityVcpus * makespanSeconds),
    makespanSeconds,
  };
}

export function boundedSlowdown(job: RanJob): number {
  const runSeconds = runSecondsOf(job);
  const responseSeconds = (job.stoppedAtMs - job.submittedAtMs) / 1000;
  return Math.max(1, responseSeconds / Math.max(runSeconds, SLOWDOWN_THRESHOLD_SECONDS));
}

/** The figures as a table of at most 80 columns, times in seconds. Names that are too long are cut. */
export function figuresTable(figures: readonly PolicyFigures[]): string {
  const rows = [
    COLUMNS.map(({ title }) => title),
    ...figures.map((of) => COLUMNS.map(({ cell }) => cell(of))),
  ];
  return rows.map((row) => row.map(align).join(" ").trimEnd()).join("\n");
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly cell: (figures: PolicyFigures) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "policy", width: 14, cell: ({ policy }) => policy },
  { title: "jobs", width: 8, cell: ({ jobCount }) => String(jobCount) },
  { title: "slowdown", width: 8, cell: ({ averageBoundedSlowdown }) => short(averageBoundedSlowdown) },
  { title: "wait", width: 7, cell: ({ meanWaitSeconds }) => short(meanWaitSeconds) },
  { title: "p50", width: 7, cell: ({ medianWaitSeconds }) => short(medianWaitSeconds) },
  { title: "p90", width: 7, cell: ({ wait90Seconds }) => short(wait90Seconds) },
  { title: "p99", width: 7, cell: ({ wait99Seconds }) => short(wait99Seconds) },
  { title: "used", width: 6, cell: ({ utilisation }) => `${(100 * utilisation).toFixed(1)}%` },
  { title: "makespan", width: 8, cell: ({ makespanSeconds }) => short(makespanSeconds) },
];

/** Words to the left, numbers to the right. */
function align(text: string, column: number): string {
  const width = COLUMNS[column]?.width ?? 0;
  return column === 0 ? text.slice(0, width).padEnd(width) : text.padStart(width);
}

/** Seven characters at most, up to 9,999,999. */
function short(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0);
}

function runSecondsOf({ startedAtMs, stoppedAtMs }: RanJob): number {
  return (stoppedAtMs - startedAtMs) / 1000;
}

/** @param sorted ascending, at least one. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
