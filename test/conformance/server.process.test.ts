import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { runCommand } from "../support/run-command.ts";
import { ServerProcess } from "../support/server-process.ts";
import { useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { VERSION } from "../../src/version.ts";

const used = useServer();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-flags-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const WITHOUT_DEFAULT: ReadonlySet<string> = new Set([
  "--event-webhook",
  "--event-webhook-headers",
  "--credentials",
  "--docker-host",
  "--image-map",
  "--efs-map",
  "--instance-types",
]);

interface LogLine {
  readonly msg: string;
  readonly [member: string]: unknown;
}

/** Every line of the log; one that is no JSON fails. */
function logOf(server: ServerProcess): readonly LogLine[] {
  const written = server.errorOutput;
  const lines = written
    .slice(0, written.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as LogLine);
}

async function get(path: string, method = "GET") {
  const response = await fetch(`${used.server.url}${path}`, { method });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

/** What a server has at its start. */
async function resourcesOf(server: ServerProcess) {
  const { batch } = new AwsClients(server.url);
  const { computeEnvironments = [] } = await batch.describeComputeEnvironments({});
  const { jobQueues = [] } = await batch.describeJobQueues({});
  return [
    ...computeEnvironments.map(({ computeEnvironmentArn }) => computeEnvironmentArn),
    ...jobQueues.map(({ jobQueueArn }) => jobQueueArn),
  ];
}

const BATCH = "arn:aws:batch:us-east-1:000000000000";
const FIRST = [`${BATCH}:compute-environment/local`, `${BATCH}:job-queue/default`];

describe("a server", () => {
  test("prints one line when it is ready, and nothing else to standard output", async () => {
    await used.jobs.run("echo x");
    await get("/health");
    const { outputLines, url } = used.server;
    expect(outputLines).toEqual([`batchyard ready at ${url}`]);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("has the environment `local`, of the size of the machine, and the queue `default`, for the first job", async () => {
    expect(await resourcesOf(used.server)).toEqual(FIRST);
    const { batch } = used;
    const { computeEnvironments } = await batch.describeComputeEnvironments({});
    expect(computeEnvironments).toMatchObject([
      {
        type: "MANAGED",
        status: "VALID",
        computeResources: { type: "EC2", instanceTypes: ["local.host"], maxvCpus: expect.any(Number) },
      },
    ]);
    const { jobQueues } = await batch.describeJobQueues({});
    expect(jobQueues).toMatchObject([{ state: "ENABLED", status: "VALID", jobQueueType: "ECS" }]);
  });

  test("logs in lines of JSON: a refused request with its id, operation, status and duration, others at debug", async () => {
    const { $metadata } = await used.batch.describeJobQueues({});
    await used.batch.listJobs({}).catch(() => undefined);
    // What the server has written reaches this process when it does.
    const requests = await waitFor("the log of the refused request", async () => {
      const seen = logOf(used.server).filter(({ msg }) => msg === "request");
      return seen.at(-1)?.["operation"] === "ListJobs" ? seen : undefined;
    });
    expect(requests.find(({ requestId }) => requestId === $metadata.requestId)).toBeUndefined();
    expect(requests.at(-1)).toMatchObject({
      level: 30,
      service: "batch",
      operation: "ListJobs",
      status: 400,
      durationMs: expect.any(Number),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      errorCode: "ClientException",
    });
  });

  test("that has the engine named waits for it, and says so", async () => {
    const socket = join(folder, "no.sock");
    await using server = await ServerProcess.start({
      flags: ["--provider", "auto"],
      environment: { DOCKER_HOST: `unix://${socket}` },
    });
    expect(logOf(server)).toContainEqual(
      expect.objectContaining({
        engine: `unix://${socket}`,
        because: "DOCKER_HOST names the engine",
        msg: "jobs run as containers",
      }),
    );
    expect(logOf(server)).toContainEqual(
      expect.objectContaining({
        reason: `the container engine at unix://${socket} cannot be reached: connect ENOENT ${socket}`,
        msg: "the container engine is away: new jobs wait",
      }),
    );
  });

  test("says that it is well and ready", async () => {
    expect(await get("/health")).toEqual({
      status: 200,
      type: "application/json",
      text: `{"status":"ok","version":"${VERSION}"}`,
    });
    expect(await get("/ready")).toEqual({
      status: 200,
      type: "application/json",
      text: '{"status":"ready"}',
    });
    expect(await get("/health", "HEAD")).toMatchObject({ status: 200, text: "" });
    expect(await get("/health", "DELETE")).toMatchObject({ status: 405 });
  });

  test("tells Prometheus of requests, jobs and attempts", async () => {
    const { batch, jobs } = used;
    await jobs.run("exit 1");
    const running = await jobs.submit("exec sleep 600");
    await jobs.reached(running, "RUNNING");
    const tooLarge = await jobs.submit("true", { vcpus: "9999" });
    await jobs.reached(tooLarge, "RUNNABLE");
    const queue = `queue="${BATCH}:job-queue/default"`;
    const waiting = `batchyard_queue_head_waiting{${queue},because="exceeds-environments"} 1\n`;
    const { text, type } = await waitFor("the head of the queue to wait", async () => {
      const answer = await get("/metrics");
      return answer.text.includes(waiting) ? answer : undefined;
    });
    expect(type).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toMatch(
      /^batchyard_request_duration_seconds_count\{service="batch",operation="SubmitJob",status="200"\} [1-9]/m,
    );
    expect(text).toContain(`batchyard_jobs{${queue},status="RUNNING"} 1\n`);
    expect(text).toContain(`batchyard_jobs{${queue},status="RUNNABLE"} 1\n`);
    expect(text).toContain('batchyard_attempts_finished_total{because="attempts-exhausted"} 1\n');
    expect(text).toContain('batchyard_host_in_use{resource="vcpus"} 1\n');
    for (const jobId of [running, tooLarge]) await batch.terminateJob({ jobId, reason: "seen" });
  });
});

describe("flags", () => {
  test("name the region and the account of requests that say nothing of them", async () => {
    const flags = ["--region", "eu-west-1", "--account-id", "123456789012", "--log-level", "warn"];
    await using server = await ServerProcess.start({ flags });
    const response = await fetch(`${server.url}/v1/describejobqueues`, { method: "POST", body: "{}" });
    const { jobQueues } = (await response.json()) as { jobQueues: readonly { jobQueueArn: string }[] };
    expect(jobQueues.map(({ jobQueueArn }) => jobQueueArn)).toEqual([
      "arn:aws:batch:eu-west-1:123456789012:job-queue/default",
    ]);
    const elsewhere = new AwsClients(server.url, { region: "us-east-1" });
    expect((await elsewhere.batch.describeJobQueues({})).jobQueues).toEqual([]);
    // Whoever runs the tests as root is warned of it.
    const warnings = logOf(server).filter(({ msg }) => !msg.startsWith("the server runs as root"));
    expect(warnings).toEqual([]);
  });

  test("come from the environment as well; the command line wins", async () => {
    const environment = {
      BATCHYARD_REGION: "eu-west-1",
      BATCHYARD_ACCOUNT_ID: "123456789012",
      BATCHYARD_VCPU_OVERCOMMIT: "0.5",
      BATCHYARD_LOG_LEVEL: "silent",
      BATCHYARD_STORE: "memory",
    };
    await using server = await ServerProcess.start({ environment, flags: ["--account-id", "999999999999"] });
    const { batch } = new AwsClients(server.url, { region: "eu-west-1" });
    const { computeEnvironments } = await batch.describeComputeEnvironments({});
    expect(computeEnvironments).toMatchObject([
      {
        computeEnvironmentArn: "arn:aws:batch:eu-west-1:999999999999:compute-environment/local",
        computeResources: { maxvCpus: Math.max(1, Math.floor(availableParallelism() / 2)) },
      },
    ]);
    expect(server.errorOutput).toBe("");
  });

  test("--bare leaves an empty folder empty for good, also where the environment says so", async () => {
    const dataDir = join(folder, "bare");
    await using bare = await ServerProcess.start({ dataDir, environment: { BATCHYARD_BARE: "yes" } });
    expect(await resourcesOf(bare)).toEqual([]);
    await bare.end();
    await using again = await ServerProcess.start({ dataDir });
    expect(await resourcesOf(again)).toEqual([]);
  });

  test("--insecure opens the server to others; the ready line says where", async () => {
    const flags = ["--host", "0.0.0.0", "--insecure", "--log-level", "warn"];
    await using server = await ServerProcess.start({ flags });
    expect(server.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
    const { batch } = new AwsClients(server.url.replace("0.0.0.0", "127.0.0.1"));
    expect((await batch.describeJobQueues({})).jobQueues).toHaveLength(1);
  });

  test.concurrent.each<[flags: string[], environment: Record<string, string>, text: RegExp]>([
    [["--nothing"], {}, /^batchyard: unknown option '--nothing'$/m],
    [[], { BATCHYARD_PORT: "70000" }, /BATCHYARD_PORT.*It must be a number from 0 to 65535\.$/m],
    [["--provider", "podman"], {}, /--provider .*Allowed choices are auto, docker, process\.$/m],
    [["--image-map", "a"], {}, /--image-map .*must be FROM=TO, .*got a$/m],
    [["--host", "0.0.0.0"], {}, /^batchyard: --host 0\.0\.0\.0 can be reached from other machines/m],
    [["--auth", "sigv4"], {}, /^batchyard: --auth sigv4 needs --credentials FILE/m],
  ])("%j with %j are refused in a sentence", async (flags, environment, text) => {
    const data = ["--data", join(folder, "refused")];
    const { end, output, errorOutput } = await runCommand(["serve", ...data, ...flags], environment);
    expect([end, output]).toEqual([2, ""]);
    expect(errorOutput).toMatch(text);
    expect(errorOutput).not.toMatch(/^ +at /m);
  });

  test("that name a file which is not there are refused in a sentence", async () => {
    const flags = ["--data", join(folder, "refused"), "--auth", "sigv4", "--credentials", "/no/such/file"];
    const { end, errorOutput } = await runCommand(["serve", ...flags]);
    expect(end).toBe(1);
    expect(errorOutput).toMatch(/^batchyard: --credentials \/no\/such\/file cannot be read: ENOENT/m);
    expect(errorOutput).not.toMatch(/^ +at /m);
  });

  test("of a credentials file that says nothing useful name the line, and no secret", async () => {
    const credentials = join(folder, "credentials");
    writeFileSync(credentials, "[ci]\naws_access_key_id = A\naws_secret_access_key hidden\n");
    const flags = ["--data", join(folder, "refused"), "--auth", "sigv4", "--credentials", credentials];
    const { end, errorOutput } = await runCommand(["serve", ...flags]);
    expect(end).toBe(1);
    expect(errorOutput).toContain("line 3: must be a comment, a [profile] or a setting written name = value");
    expect(errorOutput).not.toContain("hidden");
  });

  test("are each explained by --help, with their default and their name in the environment", async () => {
    const { end, output } = await runCommand(["serve", "--help"]);
    expect(end).toBe(0);
    const [, options = ""] = output.split("Options:\n");
    const entries = options.split(/\n {2}(?=-)|\n\n/).map((entry) => entry.replaceAll(/\s+/g, " ").trim());
    const flags = entries.filter((entry) => entry.startsWith("--"));
    const names = flags.map((entry) => entry.split(" ")[0] ?? "");
    expect(names).toEqual(
      "port host data region account-id store provider docker-host docker-network image-map efs-map instance-types auth credentials insecure open-metrics allowed-host bare drain log-level vcpu-overcommit memory-reserve blocked-after instance-boot-seconds instance-idle-seconds spot-notice-seconds spot-price-part spot-market-seed spot-market-step-seconds job-retention-days event-retention-days event-log-limit event-webhook event-webhook-headers log-disk-limit job-log-limit disk-limit disk-reserve secret-key-file inject-endpoints task-address job-port aws-limits"
        .split(" ")
        .map((name) => `--${name}`),
    );
    for (const [index, name] of names.entries()) {
      const variable = `BATCHYARD_${name.slice(2).replaceAll("-", "_").toUpperCase()}`;
      expect(flags[index]).toContain(`env: ${variable})`);
      if (!WITHOUT_DEFAULT.has(name)) expect(flags[index]).toContain("default: ");
    }
    const [, defaultPort] = /port to listen on;.*\(default: (\d+),/.exec(flags[0] ?? "") ?? [];
    expect(Number(defaultPort)).toBeGreaterThan(1024);
    expect(Number(defaultPort)).toBeLessThan(32_768);
  });
});

test("--version says which version it is", async () => {
  expect(await runCommand(["--version"])).toMatchObject({
    end: 0,
    output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});
