import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { JobStatus } from "@aws-sdk/client-batch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { PROGRAMS } from "./batch-programs.ts";
import { pointedAt } from "./python-clients.ts";
import type { CommandResult } from "./run-program.ts";
import { S3StandIn } from "./s3-stand-in.ts";

const FLOW = join(import.meta.dirname, "metaflow", "squares.py");
const FLOW_PATIENCE_MS = 150_000;

await PROGRAMS.describe("Metaflow", () => {
  const used = useServer({ flags: ROOMY });
  let s3: S3StandIn;
  beforeAll(async () => {
    s3 = await S3StandIn.start("flows");
  });
  afterAll(() => s3[Symbol.asyncDispose]());

  /** Runs the flow's own command line as a user of a name, whose jobs carry it. */
  async function flow(user: string, ...words: readonly string[]): Promise<CommandResult> {
    const folder = used.path(user);
    mkdirSync(folder, { recursive: true });
    const environment = {
      ...pointedAt(used.server.url),
      USERNAME: user,
      METAFLOW_DEFAULT_DATASTORE: "s3",
      METAFLOW_DEFAULT_METADATA: "local",
      METAFLOW_DATASTORE_SYSROOT_S3: "s3://flows/metaflow",
      METAFLOW_S3_ENDPOINT_URL: s3.url,
      METAFLOW_ECS_S3_ACCESS_IAM_ROLE: "arn:aws:iam::000000000000:role/flows",
    };
    const settings = { home: folder, folder, environment, patienceMs: FLOW_PATIENCE_MS };
    return PROGRAMS.run(settings, "python", [FLOW, "--no-pylint", ...words]);
  }

  async function jobsOf(user: string, jobStatus: JobStatus): Promise<readonly (string | undefined)[]> {
    const filters = [{ name: "JOB_NAME", values: [`${user}-Squares-*`] }];
    const { jobSummaryList = [] } = await used.batch.listJobs({ jobQueue: "default", filters });
    return jobSummaryList.filter(({ status }) => status === jobStatus).map(({ jobId }) => jobId);
  }

  test("runs a step as two jobs, shows what they print, and goes on with what they made", async () => {
    const { exitCode, output, errorOutput } = await flow("ada", "run");
    expect({ exitCode, errorOutput }).toMatchObject({ exitCode: 0 });
    const ended = await jobsOf("ada", "SUCCEEDED");
    const printed = [...output.matchAll(/squares (\d) as job (\S+)/g)].map(([, number, jobId]) => [
      number,
      jobId,
    ]);
    expect(new Set(printed.map(([number]) => number))).toEqual(new Set(["2", "3"]));
    expect(new Set(printed.map(([, jobId]) => jobId))).toEqual(new Set(ended));
    expect(output).toContain("the squares add up to 13");
  });

  test("fails with a job that fails", async () => {
    const { exitCode, output, errorOutput } = await flow("bea", "run", "--mode", "fails");
    expect(exitCode).toBe(1);
    expect(output + errorOutput).toContain("Essential container in task exited");
    const [jobId = ""] = await jobsOf("bea", "FAILED");
    expect(await used.jobs.describe(jobId)).toMatchObject({ container: { exitCode: 3 } });
  });

  test("lists and kills the jobs of a run", async () => {
    const running = flow("cleo", "run", "--mode", "waits");
    const jobIds = await waitFor("two running jobs", async () => {
      const found = await jobsOf("cleo", "RUNNING");
      return found.length === 2 ? found : undefined;
    });
    const listed = await flow("cleo", "batch", "list");
    for (const jobId of jobIds) expect(listed.output + listed.errorOutput).toContain(`[${jobId}] (RUNNING)`);
    const killed = await flow("cleo", "batch", "kill");
    for (const jobId of jobIds) expect(killed.output + killed.errorOutput).toContain(`[${jobId}] (RUNNING)`);
    expect((await running).exitCode).toBe(1);
    expect(new Set(await jobsOf("cleo", "FAILED"))).toEqual(new Set(jobIds));
  });
});
