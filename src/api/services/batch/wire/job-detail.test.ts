import { describe, expect, test } from "vitest";
import {
  accepted,
  ec2Container,
  JOB_ID,
  NOW_MS,
  registerDefinition,
  SCOPE,
  submit,
} from "../../../../../test/support/batch-values.ts";
import {
  computeEnvironmentArn,
  containerInstanceArn,
  ecsClusterArn,
  taskArn,
} from "../../../../batch/arn.ts";
import type { Attempt } from "../../../../batch/attempt.ts";
import type { JobProgress } from "../../../../batch/job.ts";
import { jobDetail } from "./job-detail.ts";

const CLUSTER_ARN = ecsClusterArn(SCOPE, "ce1", "u");
const TASK_ID = "0123456789abcdef0123456789abcdef";
const TASK_ARN = taskArn(CLUSTER_ARN, TASK_ID);
const INSTANCE_ARN = containerInstanceArn(CLUSTER_ARN, TASK_ID);
const STREAM = `demo-def/default/${TASK_ID}`;

const JOB = accepted(submit(registerDefinition()));
const SUBMITTED: JobProgress = {
  status: "SUBMITTED",
  queuePosition: 1,
  attemptCount: 0,
  isCancelled: false,
  isTerminated: false,
};
const STARTING: Attempt = {
  scope: SCOPE,
  jobId: JOB_ID,
  number: 1,
  taskId: TASK_ID,
  taskArn: TASK_ARN,
  computeEnvironmentArn: computeEnvironmentArn(SCOPE, "ce1"),
  instance: { instanceId: "i-0123456789abcdef0", containerInstanceArn: INSTANCE_ARN },
  placedAtMs: NOW_MS + 1,
};
const RUNNING: Attempt = {
  ...STARTING,
  startedAtMs: NOW_MS + 2,
  logGroupName: "/aws/batch/job",
  logStreamName: STREAM,
};
const EXITED: Attempt = {
  ...RUNNING,
  stoppedAtMs: NOW_MS + 3,
  outcome: { kind: "exited", exitCode: 3 },
  statusReason: "Essential container in task exited",
};
const START_FAILED: Attempt = {
  ...STARTING,
  stoppedAtMs: NOW_MS + 3,
  outcome: { kind: "start-failed", reason: "CannotStartContainerError: x" },
  statusReason: "Task failed to start",
};

const CONTAINER = {
  ...ec2Container(),
  command: [],
  volumes: [],
  environment: [],
  mountPoints: [],
  ulimits: [],
  secrets: [],
  networkInterfaces: [],
};
const UNSTARTED = {
  jobArn: `arn:aws:batch:us-east-1:111122223333:job/${JOB_ID}`,
  jobName: "demo",
  jobId: JOB_ID,
  jobQueue: "arn:aws:batch:us-east-1:111122223333:job-queue/q1",
  status: "SUBMITTED",
  attempts: [],
  createdAt: NOW_MS,
  retryStrategy: { attempts: 1, evaluateOnExit: [] },
  dependsOn: [],
  jobDefinition: "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:4",
  parameters: {},
  container: CONTAINER,
  tags: {},
  propagateTags: false,
  platformCapabilities: [],
  eksAttempts: [],
  isCancelled: false,
  isTerminated: false,
};
const ATTEMPTED = { taskArn: TASK_ARN, containerInstanceArn: INSTANCE_ARN, networkInterfaces: [] };

describe("jobDetail", () => {
  test("shows a new job without startedAt and without marks of an attempt", () => {
    expect(jobDetail({ job: JOB, progress: SUBMITTED, attempts: [] })).toStrictEqual(UNSTARTED);
  });

  test("shows the task from STARTING on, and lists no attempt that is under way", () => {
    const progress: JobProgress = { ...SUBMITTED, status: "STARTING", attemptCount: 1 };
    expect(jobDetail({ job: JOB, progress, attempts: [STARTING] })).toStrictEqual({
      ...UNSTARTED,
      status: "STARTING",
      container: { ...CONTAINER, ...ATTEMPTED },
    });
  });

  test("shows the log stream from RUNNING on", () => {
    const progress: JobProgress = {
      ...SUBMITTED,
      status: "RUNNING",
      attemptCount: 1,
      startedAtMs: NOW_MS + 2,
    };
    expect(jobDetail({ job: JOB, progress, attempts: [RUNNING] })).toStrictEqual({
      ...UNSTARTED,
      status: "RUNNING",
      startedAt: NOW_MS + 2,
      container: { ...CONTAINER, ...ATTEMPTED, logStreamName: STREAM },
    });
  });

  test("shows how a job ended, with its attempts in their order", () => {
    const progress: JobProgress = {
      ...SUBMITTED,
      status: "FAILED",
      statusReason: "Essential container in task exited",
      attemptCount: 2,
      startedAtMs: NOW_MS + 2,
      stoppedAtMs: NOW_MS + 3,
    };
    expect(jobDetail({ job: JOB, progress, attempts: [START_FAILED, EXITED] })).toStrictEqual({
      ...UNSTARTED,
      status: "FAILED",
      statusReason: "Essential container in task exited",
      startedAt: NOW_MS + 2,
      stoppedAt: NOW_MS + 3,
      attempts: [
        {
          container: { ...ATTEMPTED, reason: "CannotStartContainerError: x" },
          stoppedAt: NOW_MS + 3,
          statusReason: "Task failed to start",
          taskProperties: [],
        },
        {
          container: { ...ATTEMPTED, exitCode: 3, logStreamName: STREAM },
          startedAt: NOW_MS + 2,
          stoppedAt: NOW_MS + 3,
          statusReason: "Essential container in task exited",
          taskProperties: [],
        },
      ],
      container: { ...CONTAINER, ...ATTEMPTED, exitCode: 3, logStreamName: STREAM },
    });
  });

  test("shows no container instance on Fargate", () => {
    const { instance: _instance, ...onFargate } = STARTING;
    const { container } = jobDetail({ job: JOB, progress: SUBMITTED, attempts: [onFargate] });
    expect(container).toStrictEqual({ ...CONTAINER, taskArn: TASK_ARN });
  });

  test("shows what the submission gave, and empty variables too", () => {
    const environment = [{ name: "A", value: "" }];
    const job = accepted(
      submit(registerDefinition(), {
        containerOverrides: { environment },
        retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "*", action: "RETRY" }] },
        timeout: { attemptDurationSeconds: 60 },
        shareIdentifier: "team1",
        schedulingPriorityOverride: 0,
        tags: { team: "genomics" },
      }),
    );
    const progress: JobProgress = { ...SUBMITTED, isCancelled: true, isTerminated: true };
    expect(jobDetail({ job, progress, attempts: [] })).toStrictEqual({
      ...UNSTARTED,
      shareIdentifier: "team1",
      schedulingPriority: 0,
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "*", action: "retry" }] },
      timeout: { attemptDurationSeconds: 60 },
      tags: { team: "genomics" },
      container: { ...CONTAINER, environment },
      isCancelled: true,
      isTerminated: true,
    });
  });
});
