import { ok } from "./fake-aws.ts";
import { NOW_MS } from "./run-cli.ts";

const QUEUE_ARN = "arn:aws:batch:us-east-1:000000000000:job-queue/default";
const DEFINITION_ARN = "arn:aws:batch:us-east-1:000000000000:job-definition/batchyard-sh:1";
export const QUEUES = ok({ jobQueues: [{ jobQueueName: "default" }] });
export const ID = "0195515c-0000-4000-8000-00000000abcd";

export const CONTAINER = {
  image: "busybox",
  command: ["sh", "-c", "echo 'hi'; exit 3"],
  environment: [{ name: "MODE", value: "fast" }],
  resourceRequirements: [
    { type: "VCPU", value: "1" },
    { type: "MEMORY", value: "256" },
  ],
};

export const JOB = {
  jobId: ID,
  jobName: "sh",
  jobQueue: QUEUE_ARN,
  jobDefinition: DEFINITION_ARN,
  createdAt: NOW_MS - 600_000,
  retryStrategy: { attempts: 3 },
  container: CONTAINER,
  attempts: [],
};

export const FAILED_JOB = {
  ...JOB,
  status: "FAILED",
  statusReason: "Essential container in task exited",
  startedAt: NOW_MS - 300_000,
  stoppedAt: NOW_MS - 100_000,
  container: { ...CONTAINER, exitCode: 3, logStreamName: "batchyard-sh/default/two" },
  attempts: [
    {
      startedAt: NOW_MS - 590_000,
      stoppedAt: NOW_MS - 400_000,
      statusReason: "Essential container in task exited",
      container: {
        exitCode: 137,
        reason: "OutOfMemoryError: Container killed due to memory usage",
        logStreamName: "batchyard-sh/default/one",
      },
    },
    {
      startedAt: NOW_MS - 300_000,
      stoppedAt: NOW_MS - 100_000,
      statusReason: "Essential container in task exited",
      container: { exitCode: 3, logStreamName: "batchyard-sh/default/two" },
    },
  ],
};

/** A page of events, and one that says that there are no more. */
export function logPages(messages: readonly string[]) {
  const events = messages.map((message, index) => ({ message, timestamp: NOW_MS + index }));
  return [ok({ events, nextForwardToken: "f/1" }), ok({ events: [], nextForwardToken: "f/1" })];
}
