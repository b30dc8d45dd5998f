import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOMY, useServer } from "../support/use-server.ts";
import { PROGRAMS } from "./batch-programs.ts";

const FOLDER = join(import.meta.dirname, "airflow");
const EXITED = "Essential container in task exited";

/** Airflow waits up to ten seconds before each question, and asks in two rounds. */
const TASK_PATIENCE_MS = 150_000;

await PROGRAMS.describe("Airflow's BatchOperator", () => {
  const used = useServer({ flags: ROOMY });

  test.concurrent.each<[what: string, args: readonly string[], expected: Expected]>([
    [
      "a job that works",
      ["echo hello; sleep 1; echo done"],
      { end: "done", said: "done", status: "SUCCEEDED", statusReason: EXITED, exitCode: 0 },
    ],
    [
      "a job that fails",
      ["echo bad; exit 3"],
      { end: "AirflowException", said: "bad", status: "FAILED", statusReason: EXITED, exitCode: 3 },
    ],
    [
      "a job that is killed with its task",
      ["echo started; exec sleep 600", "kill"],
      {
        end: "AirflowException",
        said: "started",
        status: "FAILED",
        statusReason: "Task killed by the user",
        exitCode: 143,
      },
    ],
  ])("follows %s and shows its log", async (what, args, expected) => {
    const { end, said, status, statusReason, exitCode: jobExitCode } = expected;
    const jobDefinition = await registerScript();
    const home = used.path(what.replaceAll(" ", "-"));
    const environment = { AIRFLOW_HOME: home, AIRFLOW_CONN_AWS_DEFAULT: connection() };
    const { exitCode, output, errorOutput } = await PROGRAMS.run(
      { home, folder: FOLDER, environment, patienceMs: TASK_PATIENCE_MS },
      "python",
      ["run_operator.py", jobDefinition, ...args],
    );
    expect({ exitCode, errorOutput }).toMatchObject({ exitCode: 0 });

    const lines = output.trimEnd().split("\n");
    const result = JSON.parse(lines.at(-1) ?? "") as { readonly jobId: string };
    const described = await used.jobs.describe(result.jobId);
    expect(described).toMatchObject({ status, statusReason, container: { exitCode: jobExitCode } });
    expect(result).toEqual({
      end,
      jobId: result.jobId,
      pushed: {
        batch_job_details: expect.objectContaining({ job_id: result.jobId }),
        batch_job_definition: expect.objectContaining({ job_definition_arn: described.jobDefinition }),
        batch_job_queue: expect.objectContaining({ job_queue_arn: described.jobQueue }),
        cloudwatch_events: expect.objectContaining({
          awslogs_group: "/aws/batch/job",
          awslogs_stream_name: described.container?.logStreamName,
        }),
      },
    });
    // A line of the job stands behind the instant that it was written at.
    expect(lines.filter((line) => new RegExp(`\\] ${said} +\\[`).test(line)).length).toBe(1);
  });

  function connection(): string {
    const extra = { region_name: "us-east-1", endpoint_url: used.server.url };
    return JSON.stringify({ conn_type: "aws", login: "any-key", password: "any-secret", extra });
  }

  async function registerScript(): Promise<string> {
    const { jobDefinitionArn = "" } = await used.batch.registerJobDefinition({
      jobDefinitionName: "script",
      type: "container",
      containerProperties: { image: "busybox", command: ["sh", "-c", "Ref::script"], vcpus: 1, memory: 64 },
    });
    return jobDefinitionArn;
  }
});

interface Expected {
  /** How the operator ended, and a line that it showed. */
  readonly end: string;
  readonly said: string;
  readonly status: string;
  readonly statusReason: string;
  readonly exitCode: number;
}
