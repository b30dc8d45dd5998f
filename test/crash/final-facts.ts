import { JobStatus } from "@aws-sdk/client-batch";
import type { JobDetail } from "@aws-sdk/client-batch";
import type { AwsClients } from "../support/aws-clients.ts";
import { waitFor } from "../support/wait-for.ts";
import type { CrashRecord, ResourceState } from "./crash-record.ts";
import { listAllJobs } from "./end-all-jobs.ts";
import { jobTagsKey } from "./job-load.ts";
import type { Mark, MarksFolder, OrderMark } from "./marks.ts";
import { readWholeLog } from "./read-log.ts";
import { RESOURCE_KINDS } from "./resource-kinds.ts";

export interface AttemptFacts {
  readonly taskId: string;
  readonly exitCode?: number;
  readonly statusReason?: string;
  readonly startedAtMs?: number;
  readonly stoppedAtMs?: number;
  readonly logStreamName?: string;
}

/** A job as DescribeJobs shows it, as far as it is checked. */
export interface JobFacts {
  readonly jobId: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string;
  readonly exitCode?: number;
  readonly createdAtMs: number;
  readonly stoppedAtMs: number;
  readonly isCancelled: boolean;
  readonly isTerminated: boolean;
  readonly attempts: readonly AttemptFacts[];
  /** Of an array: how many of its children are in each status. */
  readonly statusSummary?: Readonly<Record<string, number>>;
}

/** All that is left when everything has ended, as plain values. */
export interface FinalFacts {
  /** As ListJobs lists them, as often as it does. */
  readonly listedJobIds: readonly string[];
  readonly jobs: readonly JobFacts[];
  /** Of arrays their children, of jobs of several nodes these, as they are listed. By the id of the job. */
  readonly children: ReadonlyMap<string, readonly JobFacts[]>;
  readonly order: readonly OrderMark[];
  readonly starts: ReadonlyMap<string, readonly Mark[]>;
  readonly ends: ReadonlyMap<string, readonly Mark[]>;
  /** By stream: read at the end, and read on while it grew. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
  readonly followedLogs: ReadonlyMap<string, readonly string[]>;
  /** By the keys of the record. */
  readonly resources: ReadonlyMap<string, ResourceState>;
}

const DESCRIBE_JOBS_MAX = 100;

export async function readFinalFacts(
  clients: AwsClients,
  record: CrashRecord,
  { marks, followedLogs }: { readonly marks: MarksFolder } & Pick<FinalFacts, "followedLogs">,
): Promise<FinalFacts> {
  const listedJobIds = (await listAllJobs(clients)).map(({ jobId = "" }) => jobId);
  const details = await describeAll(clients, [...new Set(listedJobIds)]);
  const jobs = details.map(jobFacts);
  const logs = new Map<string, readonly string[]>();
  for (const { logStreamName } of jobs.flatMap(({ attempts }) => attempts)) {
    if (logStreamName !== undefined) logs.set(logStreamName, await readWholeLog(clients.logs, logStreamName));
  }
  return {
    listedJobIds,
    jobs,
    children: await readChildren(clients, details),
    order: marks.readOrder(),
    starts: marks.readAll("starts"),
    ends: marks.readAll("ends"),
    logs,
    followedLogs,
    resources: await readResources(clients, record, details),
  };
}

async function readChildren(
  clients: AwsClients,
  details: readonly JobDetail[],
): Promise<ReadonlyMap<string, readonly JobFacts[]>> {
  const children = new Map<string, readonly JobFacts[]>();
  for (const { jobId = "", arrayProperties, nodeProperties } of details) {
    if (arrayProperties === undefined && nodeProperties === undefined) continue;
    const parent = arrayProperties === undefined ? { multiNodeJobId: jobId } : { arrayJobId: jobId };
    const listed: string[] = [];
    for (const jobStatus of STATUSES) {
      const { jobSummaryList = [] } = await clients.batch.listJobs({ ...parent, jobStatus });
      listed.push(...jobSummaryList.map((child) => child.jobId ?? ""));
    }
    children.set(jobId, (await describeAll(clients, listed)).map(jobFacts));
  }
  return children;
}

const STATUSES = Object.values(JobStatus);

async function describeAll({ batch }: AwsClients, jobIds: readonly string[]): Promise<readonly JobDetail[]> {
  const details: JobDetail[] = [];
  for (let begin = 0; begin < jobIds.length; begin += DESCRIBE_JOBS_MAX) {
    const { jobs = [] } = await batch.describeJobs({ jobs: jobIds.slice(begin, begin + DESCRIBE_JOBS_MAX) });
    details.push(...jobs);
  }
  return details;
}

function jobFacts(job: JobDetail): JobFacts {
  const { jobId = "", jobName = "", status = "", statusReason = "", stoppedAt = 0, container } = job;
  const { createdAt = 0 } = job;
  const { statusSummary } = job.arrayProperties ?? {};
  return {
    jobId,
    name: jobName,
    status,
    statusReason,
    ...(container?.exitCode !== undefined && { exitCode: container.exitCode }),
    createdAtMs: createdAt,
    stoppedAtMs: stoppedAt,
    ...(statusSummary !== undefined && { statusSummary }),
    isCancelled: job.isCancelled ?? false,
    isTerminated: job.isTerminated ?? false,
    attempts: (job.attempts ?? []).map((attempt) => ({
      taskId: attempt.container?.taskArn?.split("/").at(-1) ?? "",
      ...(attempt.container?.exitCode !== undefined && { exitCode: attempt.container.exitCode }),
      ...(attempt.statusReason !== undefined && { statusReason: attempt.statusReason }),
      ...(attempt.startedAt !== undefined && { startedAtMs: attempt.startedAt }),
      ...(attempt.stoppedAt !== undefined && { stoppedAtMs: attempt.stoppedAt }),
      ...(attempt.container?.logStreamName !== undefined && {
        logStreamName: attempt.container.logStreamName,
      }),
    })),
  };
}

async function readResources(
  clients: AwsClients,
  record: CrashRecord,
  details: readonly JobDetail[],
): Promise<ReadonlyMap<string, ResourceState>> {
  const resources = new Map<string, ResourceState>(
    details.map(({ jobId = "", tags = {} }) => [jobTagsKey(jobId), tags]),
  );
  for (const key of record.resources.keys()) {
    const [kindName = "", name = ""] = key.split("/");
    const kind = RESOURCE_KINDS.find((candidate) => candidate.kind === kindName);
    if (kind === undefined) continue;
    const settled = await waitFor(`${key} to settle`, async () => {
      const state = await kind.look(clients, name);
      return state === undefined ? undefined : { state };
    });
    resources.set(key, settled.state);
  }
  return resources;
}
