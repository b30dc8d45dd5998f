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

/** Of four children one has failed, and one runs. */
export const ARRAY = {
  ...JOB,
  jobName: "sweep",
  status: "PENDING",
  arrayProperties: { size: 4, statusSummary: { RUNNING: 1, RUNNABLE: 1, SUCCEEDED: 1, FAILED: 1 } },
};

export const FAILED_CHILD = {
  jobId: `${ID}:2`,
  jobName: "sweep",
  status: "FAILED",
  statusReason: "Essential container in task exited",
  createdAt: NOW_MS - 600_000,
  startedAt: NOW_MS - 500_000,
  stoppedAt: NOW_MS - 400_000,
  container: { exitCode: 7 },
  arrayProperties: { index: 2 },
};

/** Two nodes, of which the first is the main one. */
export const MULTI_NODE = {
  ...JOB,
  container: undefined,
  jobName: "train",
  status: "RUNNING",
  startedAt: NOW_MS - 60_000,
  nodeProperties: {
    numNodes: 2,
    mainNode: 0,
    nodeRangeProperties: [{ targetNodes: "0:", container: CONTAINER }],
  },
};

export const NODES = [0, 1].map((nodeIndex) => ({
  ...MULTI_NODE,
  jobId: `${ID}#${nodeIndex}`,
  nodeProperties: undefined,
  nodeDetails: { nodeIndex, isMainNode: nodeIndex === 0 },
  container: {
    ...CONTAINER,
    logStreamName: `train/default/node-${nodeIndex}`,
    networkInterfaces: [{ privateIpv4Address: `10.0.0.${nodeIndex + 4}` }],
  },
}));

const TASK_ENDS = [
  { name: "app", logStreamName: "pair/app/one", exitCode: 137, reason: "OutOfMemoryError: too much" },
  { name: "proxy", logStreamName: "pair/proxy/one", exitCode: 143 },
];

/** A job of two containers, of which the essential one used too much memory. */
export const TWO_CONTAINERS = {
  ...FAILED_JOB,
  jobName: "pair",
  container: {},
  attempts: [
    { ...FAILED_JOB.attempts[1], container: undefined, taskProperties: [{ containers: TASK_ENDS }] },
  ],
  ecsProperties: {
    taskProperties: [
      {
        containers: TASK_ENDS.map((end, index) => ({
          ...CONTAINER,
          environment: [],
          command: ["serve"],
          ...end,
          essential: index === 0,
        })),
      },
    ],
  },
};
