import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  AttemptDetail,
  ContainerProperties,
  JobDetail,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { DockerTestEngine, TEST_IMAGE } from "../support/docker-engine.ts";
import { ImageRegistry } from "../support/image-registry.ts";
import { linesOf } from "../support/lines-of.ts";
import { runDocker } from "../support/run-docker.ts";
import { TAKE_MEMORY } from "../support/take-memory.ts";
import { ROOMY, UsedServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const dockerHost = inject("dockerHost");
const ENDED = "Essential container in task exited";
const ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
/** Docker's own choice for a container that is not privileged. */
const USUAL_CAPABILITIES = "00000000a80425fb";
const STOP_IMAGE = `batchyard-stop-test:${process.pid}`;
const STOP_SCRIPT = "trap 'echo asked; exit 9' USR1; echo ready; while :; do sleep 0.05; done";

describe.skipIf(dockerHost === "")("a job in a container", () => {
  const used = new UsedServer();
  let registry: ImageRegistry;
  let folder: string;
  let definitionCount = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "batchyard-containers-"));
    registry = await ImageRegistry.start();
    makeStopImage();
    const engine = ["--provider", "docker", "--docker-host", dockerHost, "--docker-network", "none"];
    await used.start({ flags: [...ROOMY, ...engine, "--image-map", `${ECR}=${registry.name}`] });
  });

  afterAll(async () => {
    await used.end();
    await registry[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
    runDocker(dockerHost, "rmi", STOP_IMAGE);
  });

  /** Registers the container as a definition of its own and submits it; answers the job's id. */
  async function submit(
    container: ContainerProperties,
    definition: Partial<RegisterJobDefinitionCommandInput> = {},
    submission: Partial<SubmitJobCommandInput> = {},
  ): Promise<string> {
    definitionCount += 1;
    const name = `container-${definitionCount}`;
    await used.batch.registerJobDefinition({
      jobDefinitionName: name,
      type: "container",
      containerProperties: {
        image: TEST_IMAGE,
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
        ...container,
      },
      ...definition,
    });
    const job = { jobName: "job", jobQueue: "default", jobDefinition: name, ...submission };
    const { jobId = "" } = await used.batch.submitJob(job);
    return jobId;
  }

  async function untilPrinted(jobId: string, line: string): Promise<JobDetail> {
    const job = await used.jobs.reached(jobId, "RUNNING");
    await waitFor(`the line ${line}`, async () =>
      (await linesOf(used.logs, job)).includes(line) ? true : undefined,
    );
    return job;
  }

  test("is what its definition says, carries our labels and ECS's, and leaves nothing behind", async () => {
    const out = join(folder, "made/out");
    const jobId = await submit(
      {
        command: ["sh", "-c", TELL_FACTS, "sh", "Ref::word"],
        environment: [
          { name: "PLAIN", value: "it's $HOME" },
          { name: "EMPTY", value: "" },
        ],
        user: "nobody",
        readonlyRootFilesystem: true,
        ulimits: [{ name: "nofile", softLimit: 100, hardLimit: 200 }],
        linuxParameters: {
          initProcessEnabled: true,
          sharedMemorySize: 5,
          tmpfs: [{ containerPath: "/scratch", size: 3, mountOptions: ["mode=1777"] }],
          devices: [{ hostPath: "/dev/zero", containerPath: "/dev/nothing" }],
        },
        volumes: [{ name: "out", host: { sourcePath: out } }, { name: "own" }],
        mountPoints: [
          { sourceVolume: "out", containerPath: "/in", readOnly: true },
          { sourceVolume: "own", containerPath: "/own" },
        ],
      },
      { parameters: { word: "parameter" } },
    );
    const job = await untilPrinted(jobId, "told");
    const taskId = job.container?.taskArn?.split("/").at(-1) ?? "";
    const facts = Object.fromEntries((await linesOf(used.logs, job)).map((line) => line.split(/=(.*)/s, 2)));
    expect(facts).toEqual({
      argument: "parameter",
      PLAIN: "it's $HOME",
      EMPTY: "",
      AWS_BATCH_JOB_ID: jobId,
      AWS_BATCH_JQ_NAME: "default",
      AWS_BATCH_CE_NAME: "local",
      AWS_BATCH_JOB_ATTEMPT: "1",
      user: "65534",
      capabilities: USUAL_CAPABILITIES,
      root: "read-only",
      files: "100 200",
      first: "an init",
      shared: "5120",
      scratch: "3072 written",
      device: "3",
      mountedFolder: "read-only",
      volumes: "1",
      told: undefined,
    });

    const seen = JSON.parse(runDocker(dockerHost, "inspect", `batchyard-${taskId}`)) as readonly Inspected[];
    const [{ Config, HostConfig, Mounts } = NOTHING_INSPECTED] = seen;
    expect(Config.Labels).toEqual({
      "batchyard.owner": readFileSync(join(used.server.dataDir, "docker/owner"), "utf8"),
      "batchyard.task": taskId,
      "batchyard.job": jobId,
      "com.amazonaws.ecs.task-arn": job.container?.taskArn,
      "com.amazonaws.ecs.container-name": "default",
      "com.amazonaws.ecs.task-definition-family": `container-${definitionCount}`,
      "com.amazonaws.ecs.task-definition-version": "1",
      "com.amazonaws.ecs.cluster": job.container?.taskArn?.split("/")[1],
    });
    expect(HostConfig).toMatchObject({ CpuShares: 1024, NanoCpus: 0, Memory: 64 * 1024 * 1024 });
    const [volume = ""] = Mounts.flatMap(({ Type, Name }) => (Type === "volume" ? [Name] : []));
    expect(runDocker(dockerHost, "volume", "ls", "--quiet").split("\n")).toContain(volume);

    await used.batch.terminateJob({ jobId, reason: "seen" });
    expect(endOf(await used.jobs.ended(jobId))).toEqual(failed("seen", 143));
    await waitFor("the end of the container", async () => {
      const left = runDocker(
        dockerHost,
        "ps",
        "--all",
        "--quiet",
        "--filter",
        `label=batchyard.job=${jobId}`,
      );
      return left === "" ? true : undefined;
    });
    expect(runDocker(dockerHost, "volume", "ls", "--quiet").split("\n")).not.toContain(volume);
  });

  test.concurrent("runs the image's own command where it names none, and is stopped by the image's signal", async () => {
    const jobId = await submit({ image: STOP_IMAGE });
    const job = await untilPrinted(jobId, "ready");
    await used.batch.terminateJob({ jobId, reason: "enough" });
    expect(endOf(await used.jobs.ended(jobId))).toEqual(failed("enough", 9));
    expect(await linesOf(used.logs, job)).toEqual(["ready", "asked"]);
  });

  test.concurrent("that does not heed SIGTERM is killed 30 seconds later", async () => {
    const jobId = await submit({
      command: ["sh", "-c", "trap 'echo heard' TERM; echo ready; while :; do sleep 1; done"],
    });
    const job = await untilPrinted(jobId, "ready");
    const askedAtMs = Date.now();
    await used.batch.terminateJob({ jobId, reason: "enough" });
    const ended = await used.jobs.ended(jobId, 45_000);
    expect(endOf(ended)).toEqual(failed("enough", 137));
    expect((ended.stoppedAt ?? 0) - askedAtMs).toBeGreaterThanOrEqual(29_500);
    expect(await linesOf(used.logs, job)).toEqual(["ready", "heard"]);
  });

  test.concurrent("that is privileged is given everything that the engine's machine has", async () => {
    const jobId = await submit({ privileged: true, command: ["grep", "CapEff", "/proc/self/status"] });
    const job = await used.jobs.ended(jobId);
    // An engine that is itself confined has not everything to give, and says so.
    const refusal = /^CannotStartContainerError: Error response from daemon: .*unable to apply caps/;
    if (job.status === "FAILED") {
      expect(endOf(job)).toEqual(failed("Task failed to start", undefined, expect.stringMatching(refusal)));
      return;
    }
    const [line = ""] = await linesOf(used.logs, job);
    expect(line).toMatch(/^CapEff:\t[0-9a-f]{16}$/);
    expect(line).not.toContain(USUAL_CAPABILITIES);
  });

  test.concurrent.each([
    ["exit 0", 0],
    ["exit 3", 3],
    ["kill -9 $$", 137],
    ["no-such-program-of-anybody", 127],
  ])("that ended with `%s` has exit code %i and no reason", async (script, exitCode) => {
    const linuxParameters = { initProcessEnabled: true };
    const job = await used.jobs.ended(await submit({ command: ["sh", "-c", script], linuxParameters }));
    const status = exitCode === 0 ? "SUCCEEDED" : "FAILED";
    expect(endOf(job)).toEqual({ ...failed(ENDED, exitCode), status });
  });

  test.concurrent("beyond its memory is FAILED with 137 and AWS's OutOfMemoryError", async () => {
    const job = await used.jobs.ended(await submit({ command: ["sh", "-c", TAKE_MEMORY] }));
    expect(endOf(job)).toEqual(failed(ENDED, 137, "OutOfMemoryError: Container killed due to memory usage"));
  });

  test.concurrent("on Fargate has its vCPUs as a limit", async () => {
    await makeEnvironment(used.batch, "fargate", {
      computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
    });
    await makeQueue(used.batch, "on-fargate", ["fargate"]);
    const files = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max";
    const container = {
      command: ["sh", "-c", `cat ${files} 2>/dev/null | cut -d ' ' -f 1`],
      executionRoleArn: "arn:aws:iam::000000000000:role/execution",
      resourceRequirements: [
        { type: "VCPU" as const, value: "0.25" },
        { type: "MEMORY" as const, value: "512" },
      ],
    };
    const definition = { platformCapabilities: ["FARGATE" as const] };
    const jobId = await submit(container, definition, { jobQueue: "on-fargate" });
    expect(await linesOf(used.logs, await used.jobs.ended(jobId))).toEqual(["25000"]);
  });

  test.concurrent("writes to the machine's folders, which are made where they are missing", async () => {
    const jobId = await submit({
      command: ["sh", "-c", "echo text >/out/file"],
      volumes: [{ name: "out", host: { sourcePath: join(folder, "new/out") } }],
      mountPoints: [{ sourceVolume: "out", containerPath: "/out" }],
    });
    expect(await used.jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
    expect(readFileSync(join(folder, "new/out/file"), "utf8")).toBe("text\n");
  });

  test.concurrent.each<[what: string, container: () => ContainerProperties, reason: RegExp]>([
    [
      "its image is nowhere",
      () => ({ image: `${registry.name}/no/such:1`, command: ["true"] }),
      /^CannotPullContainerError: Error response from daemon: .*(?:not found|unknown)/,
    ],
    [
      "its program is missing",
      () => ({ command: ["no-such-program", "x"] }),
      /^CannotStartContainerError: Error response from daemon: .*exec: "no-such-program": executable file not found in \$PATH: unknown$/,
    ],
    [
      "its user is unknown",
      () => ({ command: ["true"], user: "nobody-knows" }),
      /^CannotStartContainerError: Error response from daemon: unable to find user nobody-knows: no matching entries in passwd file$/,
    ],
  ])("fails to start where %s, without an exit code", async (_what, container, reason) => {
    const job = await used.jobs.ended(await submit(container()));
    expect(endOf(job)).toEqual(failed("Task failed to start", undefined, expect.stringMatching(reason)));
    expect(job.startedAt).toBeUndefined();
  });

  test.concurrent("tells while it is STARTING how its image is pulled, from where it is mapped to", async () => {
    await DockerTestEngine.at(dockerHost).publish(`${registry.name}/team/app:1`);
    let isHeld = true;
    registry.gate = (path) => {
      if (!isHeld || !path.startsWith("/v2/team/app/manifests/")) return undefined;
      return { status: 503, body: { errors: [{ code: "UNAVAILABLE", message: "not at the moment" }] } };
    };
    const jobId = await submit({ image: `${ECR}/team/app:1`, command: ["echo", "pulled"] });
    const told = await waitFor("the progress of the pull", async () => {
      const { status, statusReason = "" } = await used.jobs.describe(jobId);
      return status === "STARTING" && statusReason.startsWith("pulling") ? statusReason : undefined;
    });
    expect(told).toContain(`pulling team/app:1 from ${registry.name}`);
    isHeld = false;
    const job = await used.jobs.ended(jobId);
    expect(job).toMatchObject({ status: "SUCCEEDED", container: { image: `${ECR}/team/app:1` } });
    expect(await linesOf(used.logs, job)).toEqual(["pulled"]);
    await DockerTestEngine.at(dockerHost).removeImage(`${registry.name}/team/app:1`);
  });
});

/** What a job and its attempts say of the end, without what differs from run to run. */
function endOf({ status, statusReason, container, attempts = [] }: JobDetail) {
  const { exitCode, reason } = container ?? {};
  return { status, statusReason, exitCode, reason, attempts: attempts.map(attemptEndOf) };
}

function attemptEndOf({ statusReason, container }: AttemptDetail) {
  return { statusReason, exitCode: container?.exitCode, reason: container?.reason };
}

/** The end of a job whose single attempt ended the same way as the job. */
function failed(statusReason: string, exitCode?: number, reason?: unknown) {
  const attempt = { statusReason, exitCode, reason };
  return { status: "FAILED", ...attempt, attempts: [attempt] };
}

/** Shell text that prints what its container is like, a `name=value` each. Its first argument is the job's. */
const TELL_FACTS = `
echo "argument=$1"
env | grep -E '^(PLAIN|EMPTY|AWS_BATCH_[A-Z_]+)='
echo "user=$(id -u)"
echo "capabilities=$(awk '/CapBnd/ { print $2 }' /proc/self/status)"
echo "root=$(awk '$2 == "/" && $4 ~ /^ro/ { print "read-only" }' /proc/mounts)"
echo "files=$(ulimit -Sn) $(ulimit -Hn)"
[ $$ = 1 ] || echo 'first=an init'
echo "shared=$(df -k /dev/shm | awk 'END { print $2 }')"
echo "scratch=$(df -k /scratch | awk 'END { print $2 }') $(touch /scratch/x && echo written)"
echo "device=$(head -c 3 /dev/nothing | wc -c)"
echo "mountedFolder=$(awk '$2 == "/in" && $4 ~ /^ro/ { print "read-only" }' /proc/mounts)"
echo "volumes=$(grep -c ' /own ' /proc/mounts)"
echo told
exec sleep 600
`;

/** What Docker's own command says of a container, as far as it is looked at. */
interface Inspected {
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
}

const NOTHING_INSPECTED: Inspected = { Config: { Labels: {} }, HostConfig: {}, Mounts: [] };

/** An image with a command and a stop signal of its own. */
function makeStopImage(): void {
  const words = ["--stop-signal", "SIGUSR1", TEST_IMAGE, "sh", "-c", STOP_SCRIPT];
  const container = runDocker(dockerHost, "create", ...words);
  runDocker(dockerHost, "commit", container, STOP_IMAGE);
  runDocker(dockerHost, "rm", container);
}
