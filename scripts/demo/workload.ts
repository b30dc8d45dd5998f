import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
} from "@aws-sdk/client-batch";
import type { BatchClient, JobDetail } from "@aws-sdk/client-batch";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { styleText } from "node:util";
import { DEMO_IMAGE } from "./provider.ts";

/** How often the demo asks; it shows every state that a job was seen in. */
const POLL_MS = 50;
const PATIENCE_MS = 25_000;

/** A job of the demo and how it has to end. */
export interface JobPlan {
  readonly name: string;
  readonly command: string;
  readonly attempts?: number;
  /** Terminated as soon as it runs, with this reason. */
  readonly terminateWith?: string;
  readonly expected: {
    readonly status: string;
    readonly exitCode: number;
    readonly attemptCount: number;
  };
}

export interface EndedJob {
  readonly plan: JobPlan;
  readonly status: string;
  readonly exitCode?: number;
  readonly statusReason: string;
  readonly attemptCount: number;
  readonly waitedMs: number;
  readonly ranMs: number;
  readonly lastLogLine: string;
}

const SUCCEEDS = { status: "SUCCEEDED", exitCode: 0, attemptCount: 1 };

const PLANS: readonly JobPlan[] = [
  ...["north", "east", "south", "west"].map((side) => ({
    name: `render-${side}`,
    command: `for part in 1 2 3; do echo "${side}: tile $part of 3"; sleep 0.4; done; echo "${side}: done"`,
    expected: SUCCEEDS,
  })),
  {
    name: "count-primes",
    command: `n=0; i=2; while [ $i -lt 2000 ]; do p=1; j=2; while [ $((j*j)) -le $i ]; do
      if [ $((i%j)) -eq 0 ]; then p=0; break; fi; j=$((j+1)); done; n=$((n+p)); i=$((i+1)); done
      echo "$n primes below 2000"`,
    expected: SUCCEEDS,
  },
  {
    name: "bad-input",
    command: `echo "reading sample-17.csv"; echo "no such column: weight" >&2; exit 3`,
    expected: { status: "FAILED", exitCode: 3, attemptCount: 1 },
  },
  {
    name: "flaky-upload",
    command: `echo "attempt $AWS_BATCH_JOB_ATTEMPT"; if [ "$AWS_BATCH_JOB_ATTEMPT" -lt 2 ]; then
      echo "connection reset"; sleep 0.2; exit 75; fi; sleep 0.4; echo "uploaded"`,
    attempts: 3,
    expected: { status: "SUCCEEDED", exitCode: 0, attemptCount: 2 },
  },
  {
    name: "never-ends",
    // The first process of a container gets only the signals that it asked for.
    command: `trap "exit 143" TERM; echo "waiting for a file that never comes"; sleep 600 & wait`,
    terminateWith: "nobody needs it any more",
    expected: { status: "FAILED", exitCode: 143, attemptCount: 1 },
  },
];

/** Makes the environment, the queue and the definition, as on AWS: asked for, then waited for. */
export async function prepareQueue(batch: BatchClient, say: (text: string) => void): Promise<void> {
  await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: "demo",
      type: "MANAGED",
      computeResources: {
        type: "EC2",
        minvCpus: 0,
        maxvCpus: 6,
        instanceTypes: ["local.host"],
        subnets: [],
      },
    }),
  );
  await waitUntil(async () => {
    const { computeEnvironments } = await batch.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: ["demo"] }),
    );
    return computeEnvironments?.[0]?.status === "VALID";
  });
  say("compute environment demo is VALID: at most 6 vCPUs, so not all jobs run at once");

  await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: "demo",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: "demo" }],
    }),
  );
  await waitUntil(async () => {
    const { jobQueues } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: ["demo"] }));
    return jobQueues?.[0]?.status === "VALID";
  });
  await batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: "shell",
      type: "container",
      parameters: { script: "true" },
      containerProperties: {
        image: DEMO_IMAGE,
        command: ["sh", "-c", "Ref::script"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
      },
    }),
  );
  say("queue demo is VALID, job definition shell:1 is registered\n");
}

/** Submits all jobs, tells every change of state, and gives them back when the last has ended. */
export async function runJobs(
  batch: BatchClient,
  logs: CloudWatchLogsClient,
  say: (text: string) => void,
): Promise<readonly EndedJob[]> {
  const plans = new Map<string, JobPlan>();
  try {
    for (const plan of PLANS) plans.set(await submit(batch, plan), plan);
    say(`${plans.size} jobs submitted`);
    const details = await followAll(batch, plans, say);
    return await Promise.all(details.map((job) => endedJob(logs, job, planOf(plans, job))));
  } catch (error) {
    await terminateAll(batch, [...plans.keys()]);
    throw error;
  }
}

async function followAll(
  batch: BatchClient,
  plans: ReadonlyMap<string, JobPlan>,
  say: (text: string) => void,
): Promise<readonly JobDetail[]> {
  const seen = new Map<string, string>();
  let details: readonly JobDetail[] = [];
  await waitUntil(async () => {
    ({ jobs: details = [] } = await batch.send(new DescribeJobsCommand({ jobs: [...plans.keys()] })));
    for (const job of details) await follow(batch, job, { plans, seen, say });
    return details.length === plans.size && details.every(({ status }) => isTerminal(status));
  });
  return details;
}

/** Leaves nothing running behind a demo that is broken off. */
async function terminateAll(batch: BatchClient, jobIds: readonly string[]): Promise<void> {
  for (const jobId of jobIds) {
    await batch.send(new TerminateJobCommand({ jobId, reason: "the demo was broken off" }));
  }
  interruption.isWanted = false;
  await waitUntil(async () => {
    const { jobs = [] } = await batch.send(new DescribeJobsCommand({ jobs: [...jobIds] }));
    return jobs.every(({ status }) => isTerminal(status));
  });
}

async function submit(batch: BatchClient, { name, command, attempts }: JobPlan): Promise<string> {
  const { jobId } = await batch.send(
    new SubmitJobCommand({
      jobName: name,
      jobQueue: "demo",
      jobDefinition: "shell",
      parameters: { script: command },
      ...(attempts !== undefined && { retryStrategy: { attempts } }),
    }),
  );
  if (jobId === undefined) throw new Error(`${name} got no job id`);
  return jobId;
}

interface Story {
  readonly plans: ReadonlyMap<string, JobPlan>;
  /** What was last told of each job. */
  readonly seen: Map<string, string>;
  readonly say: (text: string) => void;
}

/** Tells what is new about a job, and terminates the one that is to be terminated once it runs. */
async function follow(batch: BatchClient, job: JobDetail, { plans, seen, say }: Story): Promise<void> {
  const { jobId = "", status = "", attempts = [] } = job;
  const news = `${status} ${attempts.length}`;
  if (seen.get(jobId) === news) return;
  seen.set(jobId, news);
  const { name, terminateWith } = planOf(plans, job);
  say(`${name.padEnd(14)} ${colour(status)} ${remark(job)}`.trimEnd());
  if (status === "RUNNING" && terminateWith !== undefined) {
    await batch.send(new TerminateJobCommand({ jobId, reason: terminateWith }));
    say(`${name.padEnd(14)} terminated by us: ${terminateWith}`);
  }
}

function remark({ status, attempts = [], statusReason, container }: JobDetail): string {
  const code = attempts.at(-1)?.container?.exitCode ?? container?.exitCode;
  const exit = code === undefined ? "" : `exit code ${code}`;
  if (status === "FAILED") return `${exit}, ${statusReason ?? ""}`;
  if (status === "SUCCEEDED") return attempts.length > 1 ? `${exit}, at attempt ${attempts.length}` : exit;
  return attempts.length > 0 ? `again: attempt ${attempts.length} failed, ${exit}` : "";
}

async function endedJob(logs: CloudWatchLogsClient, job: JobDetail, plan: JobPlan): Promise<EndedJob> {
  const { status = "", statusReason = "", attempts = [], createdAt = 0, stoppedAt = 0, container } = job;
  const firstStart = attempts[0]?.startedAt ?? stoppedAt;
  const ranMs = attempts.reduce((sum, one) => sum + (one.stoppedAt ?? 0) - (one.startedAt ?? 0), 0);
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({
      logGroupName: "/aws/batch/job",
      logStreamName: container?.logStreamName ?? "",
    }),
  );
  return {
    plan,
    status,
    statusReason,
    attemptCount: attempts.length,
    ...(container?.exitCode !== undefined && { exitCode: container.exitCode }),
    waitedMs: firstStart - createdAt,
    ranMs,
    lastLogLine: events.at(-1)?.message ?? "",
  };
}

function planOf(plans: ReadonlyMap<string, JobPlan>, { jobId = "" }: JobDetail): JobPlan {
  const plan = plans.get(jobId);
  if (plan === undefined) throw new Error(`the server describes a job that was not asked for: ${jobId}`);
  return plan;
}

function isTerminal(status: string | undefined): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

function colour(status: string): string {
  const padded = status.padEnd(9);
  if (status === "SUCCEEDED") return styleText("green", padded);
  if (status === "FAILED") return styleText("red", padded);
  return status === "RUNNING" ? styleText("cyan", padded) : padded;
}

/** Ctrl-C, `kill`, a terminal that is closed: whoever waits gives up at the next look. */
const interruption = { isWanted: false };
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => (interruption.isWanted = true));
}

async function waitUntil(isDone: () => Promise<boolean>): Promise<void> {
  const endAtMs = Date.now() + PATIENCE_MS;
  while (!(await isDone())) {
    if (interruption.isWanted) throw new Error("broken off");
    if (Date.now() > endAtMs) throw new Error(`the demo did not end within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
