import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { TEST_IMAGE } from "../support/docker-engine.ts";
import { linesOf } from "../support/lines-of.ts";
import { UsedServer } from "../support/use-server.ts";

const dockerHost = inject("dockerHost");
const NETWORKS = ["batchyard", "host"] as const;

/** Asks for its metadata, then submits another job by the endpoint that it was told. */
const CALL_HOME = `
wget -qO- "$ECS_CONTAINER_METADATA_URI_V4/task"; echo
wget -qO- --header 'content-type: application/json' \
  --post-data '{"jobName":"by-a-container","jobQueue":"default","jobDefinition":"called"}' \
  "$AWS_ENDPOINT_URL_BATCH/v1/submitjob"; echo
echo "$PASSWORD \${AWS_CONTAINER_CREDENTIALS_FULL_URI-none}"
`;

describe.skipIf(dockerHost === "").each(NETWORKS)("a container on the network %s", (network) => {
  const used = new UsedServer();

  beforeAll(() =>
    used.start({
      flags: [
        "--provider",
        "docker",
        "--docker-host",
        dockerHost,
        "--docker-network",
        network,
        "--inject-endpoints",
      ],
    }),
  );
  afterAll(() => used.end());

  test("reaches the server, submits a job, and has its secrets", async () => {
    const { url } = used.server;
    await fetch(`${url}/secrets`, { method: "POST", body: '{"name":"password","value":"hush"}' });
    const container = { image: TEST_IMAGE, vcpus: 1, memory: 64 };
    await used.batch.registerJobDefinition({
      jobDefinitionName: "called",
      type: "container",
      containerProperties: { ...container, command: ["true"] },
    });
    await used.batch.registerJobDefinition({
      jobDefinitionName: "caller",
      type: "container",
      containerProperties: {
        ...container,
        command: ["sh", "-c", CALL_HOME],
        jobRoleArn: "arn:aws:iam::000000000000:role/worker",
        secrets: [{ name: "PASSWORD", valueFrom: "password" }],
      },
    });
    const { jobId = "" } = await used.batch.submitJob({
      jobName: "caller",
      jobQueue: "default",
      jobDefinition: "caller",
    });
    const job = await used.jobs.ended(jobId);
    const [task = "{}", submitted = "{}", last] = await linesOf(used.logs, job);
    expect(JSON.parse(task)).toMatchObject({ TaskARN: job.container?.taskArn, Family: "caller" });
    const credentials =
      network === "host" ? /^hush http:\/\/127\.0\.0\.1:\d+\/v2\/credentials\/[0-9a-f-]{36}$/ : /^hush none$/;
    expect(last).toMatch(credentials);
    const { jobId: submittedId = "" } = JSON.parse(submitted) as { readonly jobId?: string };
    expect(await used.jobs.ended(submittedId)).toMatchObject({
      jobName: "by-a-container",
      status: "SUCCEEDED",
    });
  });
});
