import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { describeWithPythonClients, pointedAt, runCommand } from "./python-clients.ts";
import type { CommandResult } from "./run-program.ts";

const PROGRAMS = join(import.meta.dirname, "boto3");
const ARN = "arn:aws:batch:us-east-1:000000000000";
const EXITED = "Essential container in task exited";

await describeWithPythonClients("boto3", () => {
  const used = useServer({ flags: ROOMY });

  async function python(
    program: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = pointedAt(used.server.url),
  ): Promise<CommandResult> {
    return runCommand({ home: used.path("home"), folder: PROGRAMS, environment }, "python", [
      program,
      ...args,
    ]);
  }

  /** What a program printed that must end well. */
  async function answerOf(program: string, environment?: Readonly<Record<string, string>>): Promise<unknown> {
    const { exitCode, output, errorOutput } = await python(program, [], environment);
    expect({ exitCode, errorOutput }).toEqual({ exitCode: 0, errorOutput: "" });
    return JSON.parse(output);
  }

  test("goes the main road from making an environment to deleting it", async () => {
    const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const instant = expect.any(Number);
    const place = {
      containerInstanceArn: expect.stringMatching(
        /^arn:aws:ecs:us-east-1:000000000000:container-instance\/AWSBatch-/,
      ),
      taskArn: expect.stringMatching(/^arn:aws:ecs:us-east-1:000000000000:task\/AWSBatch-nightly-/),
      logStreamName: expect.stringMatching(/^report\/default\/[0-9a-f]{32}$/),
      networkInterfaces: [],
      exitCode: 0,
    };

    expect(await answerOf("main_road.py")).toEqual({
      environment: {
        computeEnvironmentName: "nightly",
        computeEnvironmentArn: `${ARN}:compute-environment/nightly`,
        ecsClusterArn: expect.stringMatching(
          /^arn:aws:ecs:us-east-1:000000000000:cluster\/AWSBatch-nightly-/,
        ),
        tags: { team: "reports" },
        type: "MANAGED",
        state: "ENABLED",
        status: "VALID",
        statusReason: "ComputeEnvironment Healthy",
        computeResources: {
          type: "EC2",
          minvCpus: 0,
          maxvCpus: 4,
          desiredvCpus: 0,
          instanceTypes: ["optimal"],
          subnets: ["subnet-1"],
          securityGroupIds: ["sg-1"],
          instanceRole: "ecsInstanceRole",
          ec2Configuration: [{ imageType: "ECS_AL2023" }],
        },
        serviceRole:
          "arn:aws:iam::000000000000:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
        containerOrchestrationType: "ECS",
        ecsSettings: { containerInsights: "DISABLED" },
        uuid,
      },
      queue: {
        jobQueueName: "nightly",
        jobQueueArn: `${ARN}:job-queue/nightly`,
        state: "ENABLED",
        status: "VALID",
        statusReason: "JobQueue Healthy",
        priority: 10,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: `${ARN}:compute-environment/nightly` }],
        jobQueueType: "ECS",
        tags: {},
        jobStateTimeLimitActions: [],
      },
      revision: 1,
      job: {
        jobArn: expect.stringContaining(`${ARN}:job/`),
        jobName: "may-report",
        jobId: uuid,
        jobQueue: `${ARN}:job-queue/nightly`,
        status: "SUCCEEDED",
        statusReason: EXITED,
        attempts: [
          {
            container: place,
            startedAt: instant,
            stoppedAt: instant,
            statusReason: EXITED,
            taskProperties: [],
          },
        ],
        createdAt: instant,
        startedAt: instant,
        stoppedAt: instant,
        retryStrategy: { attempts: 3, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: "retry" }] },
        dependsOn: [],
        jobDefinition: `${ARN}:job-definition/report:1`,
        parameters: { kind: "costs", month: "may" },
        container: {
          ...place,
          image: "python:3.12",
          command: ["sh", "-c", expect.stringContaining("made by"), "costs", "may"],
          volumes: [],
          environment: [
            { name: "MADE_BY", value: "boto3" },
            { name: "PAPER", value: "A4" },
          ],
          mountPoints: [],
          ulimits: [],
          secrets: [],
          resourceRequirements: [
            { type: "VCPU", value: "1" },
            { type: "MEMORY", value: "96" },
          ],
        },
        timeout: { attemptDurationSeconds: 120 },
        tags: { team: "reports" },
        propagateTags: false,
        platformCapabilities: [],
        eksAttempts: [],
        isCancelled: false,
        isTerminated: false,
      },
      log: ["costs of may on A4, made by boto3", "attempt 1 in nightly"],
      job_tags: { month: "may" },
      environment_tags: { team: "reports" },
      definition_statuses: ["INACTIVE"],
      queue_state: "DISABLED",
      environment_state: "DISABLED",
    });
  });

  test.each([
    ["a job that works", "echo done", { exitCode: 0, output: "done\n", end: `SUCCEEDED: ${EXITED}` }],
    ["a job that fails", "echo bad; exit 3", { exitCode: 3, output: "bad\n", end: `FAILED: ${EXITED}` }],
    ["a job that says nothing", "true", { exitCode: 0, output: "", end: `SUCCEEDED: ${EXITED}` }],
  ])("submits %s, waits, and ends as it did", async (_name, script, expected) => {
    await registerScript();
    const { exitCode, output, errorOutput } = await python("submit_and_wait.py", [
      "default",
      "script",
      "waited-for",
      `script=${script}`,
    ]);
    const end = errorOutput.trimEnd().split("\n").at(-1);
    expect({ exitCode, output, end }).toEqual(expected);
  });

  test("tells what failed, how often it was tried, and why it was not tried again", async () => {
    const failed = (exitCode: number, log: readonly string[] = []) => ({
      exitCode,
      statusReason: EXITED,
      log,
    });
    expect(await answerOf("attempts.py")).toEqual({
      fails: {
        status: "FAILED",
        statusReason: EXITED,
        exitCode: 7,
        attempts: [failed(7, ["to standard error"])],
      },
      "works-at-last": {
        status: "SUCCEEDED",
        statusReason: EXITED,
        exitCode: 0,
        attempts: [failed(1, ["attempt 1"]), failed(1, ["attempt 2"]), failed(0, ["attempt 3"])],
      },
      "given-up": { status: "FAILED", statusReason: EXITED, exitCode: 64, attempts: [failed(64)] },
    });
  });

  test("terminates what runs and cancels what waits", async () => {
    expect(await answerOf("ending_early.py")).toEqual({
      running: ["runs"],
      runnable: ["waits"],
      log: ["started"],
      "cancelled while running": {
        status: "RUNNING",
        statusReason: null,
        isCancelled: false,
        isTerminated: false,
        exitCode: null,
        attempts: 0,
        hasStarted: true,
        hasStopped: false,
      },
      cancelled: {
        status: "FAILED",
        statusReason: "not needed any more",
        isCancelled: true,
        isTerminated: false,
        exitCode: null,
        attempts: 0,
        hasStarted: false,
        hasStopped: true,
      },
      terminated: {
        status: "FAILED",
        statusReason: "took too long",
        isCancelled: false,
        isTerminated: true,
        exitCode: 143,
        attempts: 1,
        hasStarted: true,
        hasStopped: true,
      },
      "reasons afterwards": ["took too long", "not needed any more"],
    });
  });

  test("pages through lists and filters jobs, in a region of its own", async () => {
    expect(
      await answerOf("listing.py", { ...pointedAt(used.server.url), AWS_DEFAULT_REGION: "eu-west-1" }),
    ).toEqual({
      environments: [["environment-1", "environment-2"], ["environment-3"]],
      queues: [["queue-1", "queue-2"], ["queue-3"]],
      definitions: [["daily-work:1", "daily-work:2"], ["other-work:1"]],
      jobs: {
        SUCCEEDED: [["monthly", "daily-3"], ["Weekly", "daily-2"], ["daily-1"]],
        FAILED: [[]],
        "no status": [[]],
        name: [["Weekly"]],
        "name*": [["daily-1", "daily-2", "daily-3"]],
        "name* in pages": [["daily-1", "daily-2"], ["daily-3"]],
        definition: [["monthly", "daily-3", "daily-2", "daily-1"]],
        "definition*": [["Weekly"]],
        revision: [["daily-1"]],
        before: [["daily-2", "daily-1"]],
        after: [["monthly", "daily-3"]],
      },
      resumed: [
        ["monthly", "daily-3", "Weekly"],
        ["daily-2", "daily-1"],
      ],
      summary: {
        jobArn: expect.stringMatching(/^arn:aws:batch:eu-west-1:000000000000:job\/[0-9a-f-]{36}$/),
        jobId: expect.any(String),
        jobName: "Weekly",
        createdAt: expect.any(Number),
        scheduledAt: expect.any(Number),
        startedAt: expect.any(Number),
        stoppedAt: expect.any(Number),
        status: "SUCCEEDED",
        statusReason: EXITED,
        container: { exitCode: 0 },
        jobDefinition: "arn:aws:batch:eu-west-1:000000000000:job-definition/other-work:1",
        capacityUsage: [{ capacityUnit: "VCPU", quantity: 1 }],
      },
    });
  });

  test("raises AWS's errors with code, text, status and request id", async () => {
    const refusals = (await answerOf("errors.py")) as readonly Refused[];
    const requestIds = refusals.flatMap(({ requestId }) => requestId ?? []);
    expect(requestIds.length).toBe(refusals.length - 1);
    expect(new Set(requestIds).size).toBe(requestIds.length);
    expect(refusals.filter(({ status, code }) => status === 400 && code === "ClientException").length).toBe(
      refusals.length - 2,
    );
    expect(
      Object.fromEntries(refusals.map((refused) => [refused.call, `${refused.class}: ${refused.message}`])),
    ).toEqual(REFUSALS);
  });

  test("signs with keys of an account, and with temporary credentials", async () => {
    const credentials = used.path("credentials");
    writeFileSync(
      credentials,
      "[ci]\naws_access_key_id=AKIACI\naws_secret_access_key=s3cret+/=\naws_account_id=210987654321\n" +
        "[guest]\naws_access_key_id=ASIAGUEST\naws_secret_access_key=guest\naws_session_token=to+ken//of==guest\n",
    );
    await using server = await ServerProcess.start({
      flags: ["--auth", "sigv4", "--credentials", credentials],
    });
    const ci = {
      ...pointedAt(server.url),
      AWS_ACCESS_KEY_ID: "AKIACI",
      AWS_SECRET_ACCESS_KEY: "s3cret+/=",
    };
    const guest = {
      ...pointedAt(server.url),
      AWS_ACCESS_KEY_ID: "ASIAGUEST",
      AWS_SECRET_ACCESS_KEY: "guest",
      AWS_SESSION_TOKEN: "to+ken//of==guest",
    };

    expect(await answerOf("identity.py", ci)).toEqual({
      sts: { UserId: "ci", Account: "210987654321", Arn: "arn:aws:iam::210987654321:user/ci" },
      batch: { jobQueues: [] },
      logs: { logGroups: [] },
    });
    expect(await answerOf("identity.py", guest)).toEqual({
      sts: { UserId: "guest", Account: "000000000000", Arn: "arn:aws:iam::000000000000:user/guest" },
      batch: { jobQueues: [expect.objectContaining({ jobQueueName: "default" })] },
      logs: { logGroups: [] },
    });
    expect(await answerOf("identity.py", { ...ci, AWS_SECRET_ACCESS_KEY: "guessed" })).toEqual({
      sts: "403 SignatureDoesNotMatch",
      batch: "403 InvalidSignatureException",
      logs: "403 InvalidSignatureException",
    });
    const unknown = {
      sts: "403 InvalidClientTokenId",
      batch: "403 UnrecognizedClientException",
      logs: "403 UnrecognizedClientException",
    };
    expect(await answerOf("identity.py", { ...ci, AWS_ACCESS_KEY_ID: "AKIASTRANGER" })).toEqual(unknown);
    expect(await answerOf("identity.py", { ...guest, AWS_SESSION_TOKEN: "yesterday's" })).toEqual(unknown);
  });

  async function registerScript(): Promise<void> {
    await used.batch.registerJobDefinition({
      jobDefinitionName: "script",
      type: "container",
      containerProperties: {
        image: "busybox",
        command: ["sh", "-c", "Ref::script"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
      },
    });
  }
});

interface Refused {
  readonly call: string;
  readonly class: string;
  readonly message: string;
  readonly code?: string;
  readonly status?: number;
  readonly requestId?: string;
}

/** By call: the class that a program catches, and the text that it shows. */
const REFUSALS = {
  "unknown queue": "ClientException: JobQueue nowhere not found.",
  "unknown definition": `ClientException: JobDefinition ${ARN}:job-definition/nothing not found.`,
  "unknown revision": `ClientException: JobDefinition ${ARN}:job-definition/greet:9 not found.`,
  "bad job name": wrapped("Job name should match valid pattern"),
  "missing parameter":
    "ClientException: Unable to substitute value. No parameter found for reference greeting",
  "short timeout": "ClientException: timeout.attemptDurationSeconds must be at least 60, got 5",
  "too many attempts": "ClientException: retryStrategy.attempts must be between 1 and 10, got 11",
  "array of one": "ClientException: arrayProperties.size must be between 2 and 10000, got 1",
  "names with a page size": wrapped("JobQueues and MaxResults cannot both be set"),
  "too many jobs": wrapped("Maximum number of jobs supported is  100"),
  "list of nothing":
    "ClientException: exactly one of jobQueue, arrayJobId and multiNodeJobId must be given, got 0",
  "queue in use": `ClientException: ${ARN}:job-queue/default must be in DISABLED state to be deleted, got ENABLED`,
  "environment in use": "ClientException: Cannot delete, found existing JobQueue relationship",
  "second queue of a name": wrapped("Object already exists"),
  "unknown log stream": "ResourceNotFoundException: The specified log stream does not exist.",
  "unknown scheduling policy": `ClientException: ${ARN}:scheduling-policy/nowhere does not exist`,
  "no queue":
    'ParamValidationError: Parameter validation failed:\nMissing required parameter in input: "jobQueue"',
};

function wrapped(text: string): string {
  return `ClientException: Error executing request, Exception : ${text}, RequestId: REQUEST_ID`;
}
