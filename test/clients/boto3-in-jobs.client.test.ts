import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { JobRunner } from "../support/job-runner.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { describeWithPythonClients, PYTHON } from "./python-clients.ts";

const CALL_HOME = join(import.meta.dirname, "boto3", "call_home.py");
const KEYS = { accessKeyId: "AKIATEST", secretAccessKey: "secret-of-the-test" };

await describeWithPythonClients("boto3 in jobs", () => {
  test("takes the credentials of the job's role and finds this server by itself", async () => {
    using folder = temporaryFolder();
    const credentials = join(folder.path, "credentials");
    writeFileSync(
      credentials,
      `[tester]\naws_access_key_id=${KEYS.accessKeyId}\naws_secret_access_key=${KEYS.secretAccessKey}\n`,
      { mode: 0o600 },
    );
    const flags = ["--auth", "sigv4", "--credentials", credentials, "--inject-endpoints"];
    await using server = await ServerProcess.start({ flags });
    const clients = new AwsClients(server.url, KEYS);
    const jobs = new JobRunner(clients.batch);
    const define = (jobDefinitionName: string, command: readonly string[], jobRoleArn?: string) =>
      clients.batch.registerJobDefinition({
        jobDefinitionName,
        type: "container",
        containerProperties: { image: "busybox", command: [...command], vcpus: 1, memory: 512, jobRoleArn },
      });
    await define("called", ["true"]);
    await define("caller", [PYTHON, CALL_HOME, "called"], "arn:aws:iam::000000000000:role/worker");
    const { jobId = "" } = await clients.batch.submitJob({
      jobName: "caller",
      jobQueue: "default",
      jobDefinition: "caller",
    });
    const { container } = await jobs.ended(jobId);
    const { events = [] } = await clients.logs.getLogEvents({
      logGroupName: "/aws/batch/job",
      logStreamName: container?.logStreamName ?? "",
      startFromHead: true,
    });
    const said = JSON.parse(events.map(({ message }) => message).join("\n")) as { readonly jobId: string };
    expect(said).toEqual({
      arn: `arn:aws:sts::000000000000:assumed-role/worker/${container?.taskArn?.split("/").at(-1)}`,
      jobId: expect.any(String),
      groups: ["/aws/batch/job"],
    });
    expect(await jobs.ended(said.jobId)).toMatchObject({ jobName: "by-a-job", status: "SUCCEEDED" });
    clients.destroy();
  });
});
