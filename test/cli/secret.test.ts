import { describe, expect, test } from "vitest";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

const ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:db/password-3f9a1c";

describe("secret", () => {
  test("puts what comes from standard input, without its final newline", async () => {
    await using aws = await FakeAws.start({ "/secrets": ok({ name: "db", arn: ARN, versionId: "v" }) });
    const argv = ["secret", "put", "db", "--endpoint", aws.url];
    expect(await runCli(argv, { input: "two\nlines\n" })).toEqual({
      exitCode: 0,
      output: `${ARN}\n`,
      errors: "",
    });
    expect(aws.inputsOf("/secrets")).toEqual([{ name: "db", value: "two\nlines" }]);
  });

  test("lists names page by page, without a value", async () => {
    const entry = { name: "db/password", arn: ARN, versionId: "v", createdAt: 1, changedAt: NOW_MS - 60_000 };
    await using aws = await FakeAws.start({
      "/secrets": ok({ secrets: [entry], nextToken: "a b" }),
      "/secrets?nextToken=a%20b": ok({ secrets: [{ ...entry, name: "second" }] }),
    });
    const { output } = await runCli(["secret", "ls", "--endpoint", aws.url]);
    expect(output).toMatchInlineSnapshot(`
      "NAME         CHANGED  ARN
      db/password  1m       arn:aws:secretsmanager:us-east-1:000000000000:secret:db/password-3f9a1c
      second       1m       arn:aws:secretsmanager:us-east-1:000000000000:secret:db/password-3f9a1c
      "
    `);
  });

  test("removes by a name with slashes", async () => {
    await using aws = await FakeAws.start({ "/secrets/db%2Fpassword": ok({}) });
    const { output } = await runCli(["secret", "rm", "db/password", "--endpoint", aws.url]);
    expect(output).toBe("db/password: removed\n");
  });

  test.each([
    { what: "one that is not there", argv: ["rm", "absent"] },
    { what: "no name", argv: ["put"] },
    { what: "an action that there is not", argv: ["get", "x"] },
    { what: "a file that is not there", argv: ["put", "x", "--file", "/nonexistent"] },
  ])("says what is wrong: $what", async ({ argv }) => {
    await using aws = await FakeAws.start({
      "/secrets/absent": refusal("There is no secret absent", "ResourceNotFoundException", 404),
    });
    const { exitCode, errors } = await runCli(["secret", ...argv, "--endpoint", aws.url]);
    expect({ exitCode, errors }).toMatchSnapshot();
  });

  test("is not for AWS", async () => {
    const { errors } = await runCli(
      ["secret", "ls", "--endpoint", "https://batch.eu-west-1.amazonaws.com", "--region", "eu-west-1"],
      { environment: { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" } },
    );
    expect(errors).toContain("AWS keeps its secrets in Secrets Manager");
  });
});
