import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { describeWithPythonClients, pointedAt, runCommand } from "./python-clients.ts";

const PROGRAMS = join(import.meta.dirname, "boto3");
const ARN = "arn:aws:batch:us-east-1:000000000000";
const EXITED = "Essential container in task exited";

/** The programs hold each answer against botocore's model of it. */
await describeWithPythonClients("boto3, checking answers,", () => {
  const used = useServer({ flags: ROOMY });

  async function answerOf(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = pointedAt(used.server.url),
  ): Promise<unknown> {
    const settings = { home: used.path("home"), folder: PROGRAMS, environment };
    const { exitCode, output, errorOutput } = await runCommand(settings, "python", words);
    expect({ exitCode, errorOutput }).toEqual({ exitCode: 0, errorOutput: "" });
    return JSON.parse(output);
  }

  test("runs arrays, chains, gangs and several containers, and ends many at once", async () => {
    expect(await answerOf(["many_jobs.py"])).toEqual({
      ends: {
        array: ["FAILED", "Array Child Job failed"],
        beside: ["FAILED", "Array Child Job failed"],
        "in-turn": ["SUCCEEDED", null],
        after: ["SUCCEEDED", EXITED],
        never: ["FAILED", "Dependent Job failed"],
      },
      array: {
        arrayProperties: {
          size: 3,
          statusSummary: {
            SUBMITTED: 0,
            PENDING: 0,
            RUNNABLE: 0,
            STARTING: 0,
            RUNNING: 0,
            SUCCEEDED: 2,
            FAILED: 1,
          },
          statusSummaryLastUpdatedAt: expect.any(Number),
        },
        children: ["SUCCEEDED", "FAILED", "SUCCEEDED"],
        logs: [["child 0"], ["child 1"], ["child 2"]],
      },
      beside: { dependsOn: true, children: ["SUCCEEDED", "FAILED", "SUCCEEDED"] },
      "in turn": true,
      gang: {
        end: ["SUCCEEDED", EXITED],
        numNodes: 2,
        isMainNode: [true, false],
        nodes: 2,
        log: ["node 0 of 2"],
        environment: [{ name: "A", value: "b" }],
      },
      containers: {
        end: ["FAILED", EXITED],
        exitCodes: { prepares: 0, works: 4 },
        logs: { prepares: ["prepared"], works: ["worked"] },
      },
      answers: [
        [true, [{ job: "no-job", code: "ValidationException", message: "no-job is not a job id" }]],
        [true, []],
      ],
      ended: [
        ["FAILED", "enough", false, true],
        ["FAILED", "not needed", true, false],
        ["FAILED", "not needed", true, false],
      ],
    });
  });

  test("shares a queue by a policy and a licence among its jobs", async () => {
    const policy = `${ARN}:scheduling-policy/fair`;
    const limit = {
      state: "RUNNABLE",
      reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
      maxTimeSeconds: 600,
      action: "CANCEL",
    };
    expect(await answerOf(["sharing.py"])).toEqual({
      policies: [`${ARN}:scheduling-policy/even`, policy],
      policy: [
        {
          name: "fair",
          arn: policy,
          fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 5, shareDistribution: [] },
          tags: { team: "reports" },
        },
      ],
      queue: { schedulingPolicyArn: policy, jobStateTimeLimitActions: [limit] },
      quantities: [1, 1, 0],
      front: [true],
      users: [
        ["runs", "RUNNING"],
        ["waits", "RUNNABLE"],
      ],
      next: 1,
      "free again": [1, 0, 1],
      resources: [["licence", 3]],
      left: [[], []],
    });
  });

  test("takes a role and submits with what it was given", async () => {
    const credentials = used.path("credentials");
    const account = { accessKeyId: "AKIACI", secretAccessKey: "s3cret+/=" };
    writeFileSync(
      credentials,
      `[ci]\naws_access_key_id=${account.accessKeyId}\naws_secret_access_key=${account.secretAccessKey}\n`,
    );
    await using server = await ServerProcess.start({
      flags: ["--auth", "sigv4", "--credentials", credentials],
    });
    const clients = new AwsClients(server.url, account);
    await clients.batch.registerJobDefinition({
      jobDefinitionName: "nothing",
      type: "container",
      containerProperties: { image: "busybox", command: ["true"], vcpus: 1, memory: 64 },
    });
    clients.destroy();
    const environment = {
      ...pointedAt(server.url),
      AWS_ACCESS_KEY_ID: account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
    };
    const assumed = "arn:aws:sts::000000000000:assumed-role/submitter/nightly";
    expect(await answerOf(["assume_role.py", "nothing", "default"], environment)).toEqual({
      role: assumed,
      caller: assumed,
      status: "SUCCEEDED",
    });
  });
});
