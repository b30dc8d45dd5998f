import { expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { linesOf } from "../support/lines-of.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();

/** Runs env(1) with these variables over those of the definition; the whole environment that it prints. */
async function environmentOf(
  overrides: Readonly<Record<string, string>>,
  { definition = {}, ...members }: { definition?: Readonly<Record<string, string>>; jobQueue?: string } = {},
) {
  await used.batch.registerJobDefinition({
    jobDefinitionName: "env",
    type: "container",
    containerProperties: {
      image: "busybox",
      command: ["env", "-0"],
      environment: Object.entries(definition).map(([name, value]) => ({ name, value })),
      vcpus: 1,
      memory: 64,
    },
  });
  const { jobId = "" } = await used.batch.submitJob({
    jobName: "env",
    jobQueue: "default",
    jobDefinition: "env",
    containerOverrides: {
      environment: Object.entries(overrides).map(([name, value]) => ({ name, value })),
    },
    ...members,
  });
  const job = await used.jobs.ended(jobId);
  expect(job).toMatchObject({ status: "SUCCEEDED" });
  const output = (await linesOf(used.logs, job)).join("\n");
  const variables = output.split("\0").filter((variable) => variable !== "");
  return {
    jobId,
    taskId: job.container?.taskArn?.split("/").at(-1),
    seen: Object.fromEntries(
      variables.map((variable) => {
        const equals = variable.indexOf("=");
        return [variable.slice(0, equals), variable.slice(equals + 1)];
      }),
    ),
  };
}

/** What every job sees, but for the folders that are its own. */
function ownVariables({ jobId, taskId }: { jobId: string; taskId: string | undefined }) {
  return {
    AWS_BATCH_JOB_ID: jobId,
    AWS_BATCH_JQ_NAME: "default",
    AWS_BATCH_CE_NAME: "local",
    AWS_BATCH_JOB_ATTEMPT: "1",
    AWS_EXECUTION_ENV: "AWS_ECS_EC2",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    ECS_CONTAINER_METADATA_URI_V4: expect.stringMatching(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/v4/${taskId}-0$`),
    ),
    BATCHYARD_TASK_ID: taskId,
    PATH: expect.stringContaining("/bin"),
    HOME: expect.stringContaining(used.server.dataDir),
    TMPDIR: expect.stringContaining(used.server.dataDir),
  };
}

test("16.23 a job sees what Batch sets and its own variables, and nothing of the server's", async () => {
  const { seen, ...run } = await environmentOf({});
  expect(seen).toEqual(ownVariables(run));
  expect(seen["TMPDIR"]).toBe(seen["HOME"]);
});

test("values arrive as they were given, whatever they hold", async () => {
  const values = {
    PLAIN: "x",
    QUOTES: `it's "quoted" \\ $HOME \`id\` $(id)`,
    LINES: "one\ntwo\r three ",
    UNICODE: "Grüße, 世界 🚀",
    EQUALS: "a=b=c",
    "dotted.name-x": "not a shell's name",
    RANDOM: "not random",
  };
  const { seen, ...run } = await environmentOf(values);
  expect(seen).toEqual({ ...ownVariables(run), ...values });
});

test("16.11 an empty value reaches the job, though definitions do not show it", async () => {
  const { seen, ...run } = await environmentOf(
    { FROM_OVERRIDE: "" },
    { definition: { EMPTY: "", FULL: "x" } },
  );
  expect(seen).toEqual({ ...ownVariables(run), EMPTY: "", FULL: "x", FROM_OVERRIDE: "" });
});

test("16.20 overrides win over the definition; PATH, HOME and the region may be a job's own", async () => {
  const { seen, ...run } = await environmentOf(
    { REPLACED: "new", PATH: "/usr/bin:/bin", AWS_REGION: "eu-west-1" },
    { definition: { KEPT: "definition", REPLACED: "old", HOME: "/" } },
  );
  expect(seen).toEqual({
    ...ownVariables(run),
    KEPT: "definition",
    REPLACED: "new",
    HOME: "/",
    PATH: "/usr/bin:/bin",
    AWS_REGION: "eu-west-1",
  });
});

test("16.23 the names of the queue and of the environment are those that the job runs in", async () => {
  await makeEnvironment(used.batch, "fargate", {
    computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
  });
  await makeQueue(used.batch, "on-fargate", ["fargate"]);
  await used.batch.registerJobDefinition({
    jobDefinitionName: "on-fargate",
    type: "container",
    platformCapabilities: ["FARGATE"],
    containerProperties: {
      image: "busybox",
      command: [
        "sh",
        "-c",
        'echo "$AWS_BATCH_JQ_NAME $AWS_BATCH_CE_NAME $AWS_EXECUTION_ENV"; pwd; echo "$HOME"',
      ],
      executionRoleArn: "arn:aws:iam::000000000000:role/execution",
      resourceRequirements: [
        { type: "VCPU", value: "0.25" },
        { type: "MEMORY", value: "512" },
      ],
    },
  });
  const { jobId = "" } = await used.batch.submitJob({
    jobName: "job",
    jobQueue: "on-fargate",
    jobDefinition: "on-fargate",
  });
  const job = await used.jobs.ended(jobId);
  expect(job.container?.containerInstanceArn).toBeUndefined();
  const [names, workFolder, home] = await linesOf(used.logs, job);
  expect(names).toBe("on-fargate fargate AWS_ECS_FARGATE");
  expect(workFolder).toBe(home);
});
