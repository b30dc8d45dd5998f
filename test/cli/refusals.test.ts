import { describe, expect, test } from "vitest";
import { FAILED_JOB, ID } from "./examples.ts";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { runCli } from "./run-cli.ts";

describe("what goes wrong", () => {
  test.each([
    { what: "no server", argv: ["ls", "--endpoint", "http://127.0.0.1:1"] },
    { what: "no URL", argv: ["ls", "--endpoint", "nonsense"] },
    { what: "an unknown command", argv: ["lss"] },
    { what: "help of an unknown command", argv: ["help", "lss"] },
    { what: "an unknown option", argv: ["ls", "--stauts", "FAILED"] },
    { what: "a value that is none", argv: ["run", "--memory", "lots", "x"] },
    { what: "nothing to run", argv: ["run"] },
    { what: "a time limit below AWS's own", argv: ["submit", "--timeout", "5s", "x"] },
    { what: "an image for a definition", argv: ["run", "--definition", "d", "--image", "i"] },
    { what: "no access key for AWS", argv: ["ls", "--endpoint", "https://batch.eu-west-1.amazonaws.com"] },
    { what: "an unknown profile", argv: ["ls", "--profile", "nobody"] },
  ])("is said with what to do: $what", async ({ argv }) => {
    expect(await runCli(argv)).toMatchSnapshot();
  });

  test("throttling and the server's failures are tried again", async () => {
    await using aws = await FakeAws.start({
      describejobs: [
        refusal("slow down", "TooManyRequestsException", 429),
        refusal("oops", "ServerException", 500),
        ok({ jobs: [FAILED_JOB] }),
      ],
    });
    const { exitCode } = await runCli(["describe", ID, "--endpoint", aws.url]);
    expect([exitCode, aws.requests.length]).toEqual([0, 3]);
  });

  test("https to a server that speaks http is told so, at once", async () => {
    await using aws = await FakeAws.start({});
    const url = aws.url.replace("http:", "https:");
    const { errors } = await runCli(["describe", ID, "--endpoint", url]);
    expect(errors.replaceAll(new URL(url).host, "HOST")).toMatchInlineSnapshot(`
      "batchyard: what answers at https://HOST does not speak https
        It may speak http: try --endpoint http://HOST
      "
    `);
  });

  test("what is no AWS Batch is told so", async () => {
    await using aws = await FakeAws.start({ describejobs: { status: 404, body: "<html>" } });
    const { errors } = await runCli(["describe", ID, "--endpoint", aws.url]);
    expect(errors.replace(aws.url, "URL")).toMatchInlineSnapshot(`
      "batchyard: what answers at URL is not AWS Batch (HTTP 404 to DescribeJobs)
        Check --endpoint and the AWS_ENDPOINT_URL variables.
      "
    `);
  });
});
