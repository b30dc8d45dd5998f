import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { describeWithPythonClients, pointedAt, runCommand } from "./python-clients.ts";
import type { CommandResult } from "./run-program.ts";

const FILES = join(import.meta.dirname, "aws-cli");
const ARN = "arn:aws:batch:us-east-1:000000000000";
const EXITED = "Essential container in task exited";

/** What the CLI's first version ends with: the service refused; the command line is wrong. */
const REFUSED = 255;
const MISUSED = 2;

await describeWithPythonClients("the AWS CLI", () => {
  const used = useServer({ flags: ROOMY });
  beforeAll(async () => {
    await registerCommand("script", ["sh", "-c", "Ref::script"]);
    await registerCommand("program", ["Ref::program"]);
  });

  /** Runs a line as a user types it. */
  async function shell(
    line: string,
    environment: Readonly<Record<string, string>> = pointedAt(used.server.url),
  ): Promise<CommandResult> {
    return runCommand({ home: used.path("home"), folder: FILES, environment }, "sh", ["-c", line]);
  }

  /** What the CLI printed that must end well. */
  async function aws(line: string): Promise<string> {
    const { exitCode, output, errorOutput } = await shell(`aws ${line}`);
    expect({ line, exitCode, errorOutput }).toEqual({ line, exitCode: 0, errorOutput: "" });
    return output.trimEnd();
  }

  async function awsJson(line: string): Promise<unknown> {
    return JSON.parse(await aws(line));
  }

  /** Asks again and again until the CLI prints just this. */
  async function awsUntil(wanted: string, line: string): Promise<void> {
    await waitFor(`"${wanted}" from aws ${line}`, async () =>
      (await aws(line)) === wanted ? wanted : undefined,
    );
  }

  test("goes the main road from making an environment to deleting it", async () => {
    await aws("batch create-compute-environment --cli-input-json file://compute-environment.json");
    const environment =
      "batch describe-compute-environments --compute-environments nightly" +
      " --query 'computeEnvironments[].[state,status,statusReason]' --output text";
    await awsUntil("ENABLED\tVALID\tComputeEnvironment Healthy", environment);

    const created = await awsJson(
      "batch create-job-queue --job-queue-name nightly --priority 10 --tags team=reports" +
        " --compute-environment-order order=1,computeEnvironment=nightly",
    );
    expect(created).toEqual({ jobQueueName: "nightly", jobQueueArn: `${ARN}:job-queue/nightly` });
    const queue =
      "batch describe-job-queues --job-queues nightly" +
      " --query 'jobQueues[].[state,status,statusReason]' --output text";
    await awsUntil("ENABLED\tVALID\tJobQueue Healthy", queue);

    const definition = `${ARN}:job-definition/report:1`;
    expect(
      await awsJson("batch register-job-definition --cli-input-json file://job-definition.json"),
    ).toEqual({
      jobDefinitionName: "report",
      jobDefinitionArn: definition,
      revision: 1,
    });

    const jobId = await aws(
      "batch submit-job --job-name may-report --job-queue nightly --job-definition report" +
        " --parameters month=may --tags month=may --timeout attemptDurationSeconds=90" +
        ' --retry-strategy \'{"attempts": 2, "evaluateOnExit": [{"onExitCode": "5", "action": "exit"}]}\'' +
        ' --container-overrides \'{"resourceRequirements": [{"type": "MEMORY", "value": "96"}], "environment":' +
        '   [{"name": "MADE_BY", "value": "the CLI"}, {"name": "CODE", "value": "5"}]}\'' +
        " --query jobId --output text",
    );
    await awsUntil("FAILED", `batch describe-jobs --jobs ${jobId} --query 'jobs[0].status' --output text`);
    const job = await awsJson(`batch describe-jobs --jobs ${jobId} --query '${JOB_IN_SHORT}'`);
    expect(job).toEqual({
      status: "FAILED",
      statusReason: EXITED,
      exitCode: 5,
      attempts: [{ exitCode: 5, statusReason: EXITED }],
      timeout: { attemptDurationSeconds: 90 },
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "5", action: "exit" }] },
      parameters: { kind: "costs", month: "may" },
      memory: ["96"],
      tags: { month: "may" },
      logStreamName: expect.stringMatching(/^report\/default\/[0-9a-f]{32}$/),
    });
    const { logStreamName } = job as { readonly logStreamName: string };
    const log = `--log-group-name /aws/batch/job --log-stream-name ${logStreamName}`;
    expect(await awsJson(`logs get-log-events ${log} --query 'events[].message'`)).toEqual([
      "costs of may, made by the CLI",
    ]);

    const tagged = `--resource-arn ${definition}`;
    await aws(`batch tag-resource ${tagged} --tags '{"owner": "somebody", "cost centre": "47/11 & more"}'`);
    await aws(`batch untag-resource ${tagged} --tag-keys team 'cost centre'`);
    expect(await awsJson(`batch list-tags-for-resource ${tagged}`)).toEqual({ tags: { owner: "somebody" } });

    await aws("batch deregister-job-definition --job-definition report:1");
    const active = "batch describe-job-definitions --job-definition-name report --status ACTIVE";
    expect(await awsJson(active)).toEqual({ jobDefinitions: [] });

    await aws("batch update-job-queue --job-queue nightly --state DISABLED");
    await awsUntil("DISABLED\tVALID\tJobQueue Healthy", queue);
    await aws("batch delete-job-queue --job-queue nightly");
    await awsUntil("", queue);
    await aws("batch update-compute-environment --compute-environment nightly --state DISABLED");
    await awsUntil("DISABLED\tVALID\tComputeEnvironment Healthy", environment);
    await aws("batch delete-compute-environment --compute-environment nightly");
    await awsUntil("", environment);
  });

  test("shows in a table which job ended how, and which was tried again", async () => {
    const jobIds = [
      await used.jobs.submit("exit 0", { jobName: "works" }),
      await used.jobs.submit("exit 7", { jobName: "fails" }),
      await used.jobs.submit('[ "$AWS_BATCH_JOB_ATTEMPT" = 3 ] || exit 1', {
        jobName: "works-at-last",
        retryStrategy: { attempts: 3 },
      }),
    ];
    for (const jobId of jobIds) await used.jobs.ended(jobId);
    const columns = "name: jobName, status: status, exit: container.exitCode, attempts: length(attempts)";
    const table = await aws(
      `batch describe-jobs --jobs ${jobIds.join(" ")} --query 'jobs[].{${columns}}' --output table`,
    );
    expect(table.split("\n")).toEqual([
      "----------------------------------------------------",
      "|                   DescribeJobs                   |",
      "+----------+-------+-----------------+-------------+",
      "| attempts | exit  |      name       |   status    |",
      "+----------+-------+-----------------+-------------+",
      "|  1       |  0    |  works          |  SUCCEEDED  |",
      "|  1       |  7    |  fails          |  FAILED     |",
      "|  3       |  0    |  works-at-last  |  SUCCEEDED  |",
      "+----------+-------+-----------------+-------------+",
    ]);
  });

  test("terminates what runs and cancels what waits", async () => {
    const runs = await used.jobs.submit("sleep 600", { jobName: "runs" });
    const waits = await used.jobs.submit("true", { jobName: "waits", vcpus: "100000" });
    const both = `batch describe-jobs --jobs ${runs} ${waits} --output text`;
    await awsUntil("RUNNING\tRUNNABLE", `${both} --query 'jobs[].status'`);
    await aws(`batch cancel-job --job-id ${waits} --reason 'not needed any more'`);
    await aws(`batch terminate-job --job-id ${runs} --reason 'took too long'`);
    await awsUntil("FAILED\tFAILED", `${both} --query 'jobs[].status'`);
    const columns = "statusReason, isCancelled, isTerminated, container.exitCode, length(attempts)";
    expect((await aws(`${both} --query 'jobs[].[${columns}]'`)).split("\n")).toEqual([
      "took too long\tFalse\tTrue\t143\t1",
      "not needed any more\tTrue\tFalse\tNone\t0",
    ]);
  });

  test("lists jobs by status, by filter and in pages", async () => {
    for (const jobName of ["batch-1", "batch-2", "batch-3"]) await used.jobs.run("exit 4", { jobName });
    const list = "batch list-jobs --job-queue default";
    const names = "--query 'jobSummaryList[].jobName'";
    const byName = "--filters name=JOB_NAME,values='BATCH-*'";

    expect(await awsJson(`${list} ${names}`)).toEqual([]);
    expect(await awsJson(`${list} ${names} --job-status FAILED`)).toEqual(
      expect.arrayContaining(["batch-3", "batch-2", "batch-1"]),
    );
    expect(await awsJson(`${list} ${names} ${byName} --page-size 2`)).toEqual([
      "batch-1",
      "batch-2",
      "batch-3",
    ]);
    const first = await awsJson(`${list} ${byName} --max-items 2`);
    const { jobSummaryList, NextToken } = first as JobListPage;
    expect(jobSummaryList.map(({ jobName }) => jobName)).toEqual(["batch-1", "batch-2"]);
    expect(await awsJson(`${list} ${names} ${byName} --starting-token ${NextToken}`)).toEqual(["batch-3"]);
  });

  test("submits an array and what depends on it, and ends them together", async () => {
    const submit =
      "batch submit-job --job-queue default --job-definition script --parameters script='sleep 600'";
    const array = await aws(
      `${submit} --job-name many --array-properties size=2 --query jobId --output text`,
    );
    const behind = await aws(
      `${submit} --job-name behind --array-properties size=2 --depends-on jobId=${array},type=N_TO_N` +
        " --query jobId --output text",
    );
    const list = "batch list-jobs --query 'jobSummaryList[].[jobName,arrayProperties.index]' --output text";
    await awsUntil("many\t0\nmany\t1", `${list} --array-job-id ${array} --job-status RUNNING`);
    expect(await aws(`${list} --array-job-id ${behind} --job-status PENDING`)).toBe("behind\t0\nbehind\t1");
    expect(
      await awsJson("batch get-job-queue-snapshot --job-queue default --query frontOfQueue.jobs"),
    ).toEqual([]);
    for (const jobId of [behind, array]) await aws(`batch terminate-job --job-id ${jobId} --reason enough`);
    const counts = `batch describe-jobs --jobs ${array} ${behind} --output text`;
    await awsUntil("2\t2", `${counts} --query 'jobs[].arrayProperties.statusSummary.FAILED'`);
  });

  test.each<[name: string, args: string, expected: CommandResult]>([
    [
      "a job that works",
      "script works 'script=echo one; echo two'",
      { exitCode: 0, output: "one\ntwo\n", errorOutput: `SUCCEEDED: ${EXITED}` },
    ],
    [
      "a job that fails",
      "script fails 'script=echo three; exit 42'",
      { exitCode: 42, output: "three\n", errorOutput: `FAILED: ${EXITED}` },
    ],
    [
      "a job that cannot start",
      "program never-starts program=no-such-program",
      { exitCode: 1, output: "", errorOutput: "FAILED: Task failed to start" },
    ],
  ])("carries a shell script that runs %s", async (_name, args, expected) => {
    const environment = { ...pointedAt(used.server.url), POLL_SECONDS: "0.1" };
    const { errorOutput, ...result } = await shell(`sh run-job.sh default ${args}`, environment);
    expect({ ...result, errorOutput: lastLine(errorOutput) }).toEqual(expected);
  });

  test.each<[name: string, line: string, exitCode: number, text: string]>([
    [
      "an unknown queue",
      "batch submit-job --job-name a --job-queue nowhere --job-definition program --parameters program=true",
      REFUSED,
      refusal("ClientException", "SubmitJob", "JobQueue nowhere not found."),
    ],
    [
      "a parameter that nobody gave",
      "batch submit-job --job-name a --job-queue default --job-definition program",
      REFUSED,
      refusal(
        "ClientException",
        "SubmitJob",
        "Unable to substitute value. No parameter found for reference program",
      ),
    ],
    [
      "a log stream that is not there",
      "logs get-log-events --log-group-name /aws/batch/job --log-stream-name none",
      REFUSED,
      refusal("ResourceNotFoundException", "GetLogEvents", "The specified log stream does not exist."),
    ],
    [
      "an option that is missing",
      "batch submit-job --job-name a --job-queue default",
      MISUSED,
      "aws: error: the following arguments are required: --job-definition",
    ],
  ])("ends with an error's text and status for %s", async (_name, line, exitCode, text) => {
    const { errorOutput, ...result } = await shell(`aws ${line}`);
    expect({ ...result, text: lastLine(errorOutput) }).toEqual({ exitCode, output: "", text });
  });

  test("signs with the server's own credentials file, and with temporary credentials", async () => {
    const credentials = used.path("credentials");
    writeFileSync(credentials, CREDENTIALS);
    await using server = await ServerProcess.start({
      flags: ["--auth", "sigv4", "--credentials", credentials],
    });
    const config = used.path("config");
    writeFileSync(config, `[profile ci]\nregion = us-west-2\nendpoint_url = ${server.url}\n`);
    const withProfile = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    const guest = {
      ...pointedAt(server.url),
      AWS_ACCESS_KEY_ID: "ASIAGUEST",
      AWS_SECRET_ACCESS_KEY: "guest",
      AWS_SESSION_TOKEN: "to+ken//of==guest",
    };
    const whoAmI = "aws sts get-caller-identity --output text";
    const queues = "aws batch describe-job-queues --query 'jobQueues[].jobQueueName' --output text";

    expect(await shell(`${whoAmI} --profile ci`, withProfile)).toEqual(
      printed("210987654321\tarn:aws:iam::210987654321:user/ci\tci"),
    );
    expect(await shell(whoAmI, guest)).toEqual(
      printed("000000000000\tarn:aws:iam::000000000000:user/guest\tguest"),
    );
    expect(await shell(queues, guest)).toEqual(printed("default"));
    expect(await shell(queues, { ...guest, AWS_SECRET_ACCESS_KEY: "guessed" })).toEqual(
      queuesRefused("InvalidSignatureException", WRONG_SIGNATURE),
    );
    expect(await shell(queues, { ...guest, AWS_SESSION_TOKEN: "yesterday's" })).toEqual(
      queuesRefused("UnrecognizedClientException", "The security token included in the request is invalid."),
    );
    expect(await shell(`${queues} --no-sign-request`, guest)).toEqual(
      queuesRefused("MissingAuthenticationTokenException", "Missing Authentication Token"),
    );
  });

  async function registerCommand(jobDefinitionName: string, command: string[]): Promise<void> {
    await used.batch.registerJobDefinition({
      jobDefinitionName,
      type: "container",
      containerProperties: {
        image: "busybox",
        command,
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
      },
    });
  }
});

interface JobListPage {
  readonly jobSummaryList: readonly { readonly jobName: string }[];
  readonly NextToken: string;
}

const CREDENTIALS = `[ci]
aws_access_key_id = AKIACI
aws_secret_access_key = s3cret+/=
aws_account_id = 210987654321

[guest]
aws_access_key_id = ASIAGUEST
aws_secret_access_key = guest
aws_session_token = to+ken//of==guest
`;

/** A JMESPath expression. */
const JOB_IN_SHORT = `jobs[0].{
  status: status, statusReason: statusReason, exitCode: container.exitCode, timeout: timeout,
  attempts: attempts[].{exitCode: container.exitCode, statusReason: statusReason},
  memory: container.resourceRequirements[?type == \`MEMORY\`].value, retryStrategy: retryStrategy,
  parameters: parameters, tags: tags, logStreamName: container.logStreamName
}`;

const WRONG_SIGNATURE =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
  "Key and signing method. Consult the service documentation for details.";

function refusal(code: string, operation: string, text: string): string {
  return `An error occurred (${code}) when calling the ${operation} operation: ${text}`;
}

function queuesRefused(code: string, text: string): CommandResult {
  return { exitCode: REFUSED, output: "", errorOutput: `\n${refusal(code, "DescribeJobQueues", text)}\n` };
}

function printed(line: string): CommandResult {
  return { exitCode: 0, output: `${line}\n`, errorOutput: "" };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
