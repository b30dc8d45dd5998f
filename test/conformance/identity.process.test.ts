import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { JobRunner } from "../support/job-runner.ts";
import { linesOf } from "../support/lines-of.ts";
import { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const CALL_HOME = join(import.meta.dirname, "jobs", "call-home.ts");
const ROLE = "arn:aws:iam::999999999999:role/path/worker";
const KEYS = { accessKeyId: "AKIATEST", secretAccessKey: "secret-of-the-test" };
const folder = mkdtempSync(join(tmpdir(), "batchyard-identity-"));
const options = {
  dataDir: join(folder, "data"),
  flags: [
    "--auth",
    "sigv4",
    "--credentials",
    join(folder, "credentials"),
    "--inject-endpoints",
    "--secret-key-file",
    join(folder, "key"),
  ],
};
let server: ServerProcess;
let clients: AwsClients;
let jobs: JobRunner;

beforeAll(async () => {
  const profile = `[tester]\naws_access_key_id=${KEYS.accessKeyId}\naws_secret_access_key=${KEYS.secretAccessKey}\n`;
  writeFileSync(join(folder, "credentials"), profile, { mode: 0o600 });
  await start();
});

afterAll(async () => {
  await jobs.endAll();
  await stop();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  server = await ServerProcess.start(options);
  clients = new AwsClients(server.url, KEYS);
  jobs = new JobRunner(clients.batch);
}

async function stop(): Promise<void> {
  clients.destroy();
  await server[Symbol.asyncDispose]();
}

/** Runs a command in a job; what it printed. */
async function outputOf(
  command: readonly string[],
  members: { readonly jobRoleArn?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { environment = {}, ...properties } = members;
  await clients.batch.registerJobDefinition({
    jobDefinitionName: "caller",
    type: "container",
    containerProperties: {
      image: "busybox",
      command: [...command],
      vcpus: 1,
      memory: 512,
      environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
      ...properties,
    },
  });
  const { jobId = "" } = await clients.batch.submitJob({
    jobName: "caller",
    jobQueue: "default",
    jobDefinition: "caller",
  });
  const job = await jobs.ended(jobId);
  const output = (await linesOf(clients.logs, job)).join("\n");
  expect({ status: job.status, output }).toMatchObject({ status: "SUCCEEDED" });
  return output;
}

describe("a job with a role", () => {
  test("calls this server by AWS's own client without any setting, and submits a job", async () => {
    const definition = { jobDefinitionName: "called", type: "container" } as const;
    const containerProperties = { image: "busybox", command: ["true"], vcpus: 1, memory: 64 };
    await clients.batch.registerJobDefinition({ ...definition, containerProperties });
    const output = await outputOf([process.execPath, CALL_HOME, "called"], { jobRoleArn: ROLE });
    const { arn, jobId, taskArn, names } = JSON.parse(output) as Record<string, string>;
    const taskId = taskArn?.split("/").at(-1);
    expect(arn).toBe(`arn:aws:sts::000000000000:assumed-role/worker/${taskId}`);
    expect(names).toEqual(["default busybox"]);
    expect(await jobs.ended(jobId ?? "")).toMatchObject({
      jobName: "submitted-by-a-job",
      status: "SUCCEEDED",
    });
  });

  test("is told nothing that it says itself", async () => {
    const own = { AWS_ENDPOINT_URL_BATCH: "http://own", AWS_REGION: "eu-west-1" };
    const seen = await outputOf(["sh", "-c", "env | grep -E '^AWS_(ENDPOINT|REGION)' | sort"], {
      environment: own,
    });
    expect(seen.split("\n")).toEqual([
      "AWS_ENDPOINT_URL_BATCH=http://own",
      expect.stringMatching(/^AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^AWS_ENDPOINT_URL_STS=http:\/\/127\.0\.0\.1:\d+$/),
      "AWS_REGION=eu-west-1",
    ]);
    const none = await outputOf(["sh", "-c", "env | grep -c ^AWS_ENDPOINT"], {
      environment: { AWS_ENDPOINT_URL: "http://own" },
    });
    expect(none).toBe("1");
  });

  test("gets credentials while it runs, by its token only, through a restart of the server, and none after", async () => {
    await clients.batch.registerJobDefinition({
      jobDefinitionName: "waiter",
      type: "container",
      containerProperties: {
        image: "busybox",
        command: [
          "sh",
          "-c",
          "echo $AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN; sleep 600",
        ],
        vcpus: 1,
        memory: 64,
        jobRoleArn: ROLE,
      },
    });
    const { jobId = "" } = await clients.batch.submitJob({
      jobName: "waiter",
      jobQueue: "default",
      jobDefinition: "waiter",
    });
    const job = await jobs.reached(jobId, "RUNNING");
    const [url = "", token = ""] = await waitFor("its output", async () => {
      const [line] = await linesOf(clients.logs, job);
      return line?.split(" ");
    });
    await stop();
    await start();

    const answer = await fetch(url, { headers: { authorization: token } });
    const credentials = (await answer.json()) as Record<string, string>;
    expect(credentials).toEqual({
      RoleArn: ROLE,
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      SecretAccessKey: expect.any(String),
      Token: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const leftMs = Date.parse(credentials["Expiration"] ?? "") - Date.now();
    expect(leftMs).toBeGreaterThan(3_500_000);
    expect(leftMs).toBeLessThanOrEqual(3_600_000);
    for (const wrong of [{ authorization: "wrong" }, {}]) {
      expect((await fetch(url, { headers: wrong })).status).toBe(400);
    }
    await clients.batch.terminateJob({ jobId, reason: "enough" });
    await jobs.ended(jobId);
    expect((await fetch(url, { headers: { authorization: token } })).status).toBe(400);
  });
});

test("sessions of STS hold over a restart of the server", async () => {
  const { Credentials } = await clients.sts.assumeRole({
    RoleArn: "arn:aws:iam::000000000000:role/deploy",
    RoleSessionName: "by-hand",
    Tags: [{ Key: "team", Value: "größer als 1" }],
  });
  const { Credentials: own } = await clients.sts.getSessionToken({ DurationSeconds: 900 });
  await stop();
  await start();
  const identities = [];
  for (const issued of [Credentials, own]) {
    const session = new AwsClients(server.url, {
      accessKeyId: issued?.AccessKeyId ?? "",
      secretAccessKey: issued?.SecretAccessKey ?? "",
      sessionToken: issued?.SessionToken ?? "",
    });
    const { Arn, UserId } = await session.sts.getCallerIdentity({});
    identities.push([Arn, UserId]);
    session.destroy();
  }
  expect(identities).toEqual([
    [
      "arn:aws:sts::000000000000:assumed-role/deploy/by-hand",
      expect.stringMatching(/^AROA[A-Z2-7]{17}:by-hand$/),
    ],
    ["arn:aws:iam::000000000000:user/tester", "tester"],
  ]);
});

test("without --inject-endpoints the listener for jobs serves them nothing but their own", async () => {
  await using plain = await ServerProcess.start();
  const plainClients = new AwsClients(plain.url);
  const plainJobs = new JobRunner(plainClients.batch);
  const jobId = await plainJobs.submit(
    'echo "$ECS_CONTAINER_METADATA_URI_V4 ${AWS_ENDPOINT_URL_BATCH-none}"',
  );
  const [line = ""] = await linesOf(plainClients.logs, await plainJobs.ended(jobId));
  const [url = "", injected] = line.split(" ");
  expect(injected).toBe("none");
  const listed = await fetch(new URL("/v1/describejobqueues", url), { method: "POST", body: "{}" });
  expect([listed.status, await listed.json()]).toEqual([
    403,
    {
      __type: "AccessDeniedException",
      message: "The server's API is not served to jobs here: start the server with --inject-endpoints",
    },
  ]);
  expect((await fetch(url)).status).toBe(404); // it has ended
  plainClients.destroy();
});
