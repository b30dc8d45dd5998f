import type { JobDetail, Secret } from "@aws-sdk/client-batch";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { UsedServer } from "../support/use-server.ts";

const VALUE = "v4lue-that-nobody-sees";
const REFUSED = "ResourceInitializationError: unable to pull secrets or registry auth";
const folder = mkdtempSync(join(tmpdir(), "batchyard-secrets-"));
const options = { dataDir: join(folder, "data"), flags: ["--secret-key-file", join(folder, "key")] };
const used = new UsedServer();

beforeAll(() => used.start(options));
afterAll(async () => {
  await used.end();
  rmSync(folder, { recursive: true });
});

async function secret(...words: readonly string[]): Promise<string> {
  return secretFrom("", ...words);
}

/** What the command printed, of the one that read this from standard input. */
async function secretFrom(input: string, ...words: readonly string[]): Promise<string> {
  const { output, errors, exitCode } = await runCli(["secret", ...words, "--endpoint", used.server.url], {
    input,
  });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return output.trim();
}

let definitionCount = 0;

/** Runs a script with these secrets; the job's end. */
async function run(secrets: readonly Secret[], script: string, attempts = 1): Promise<JobDetail> {
  definitionCount += 1;
  const jobDefinitionName = `with-secrets-${definitionCount}`;
  await used.batch.registerJobDefinition({
    jobDefinitionName,
    type: "container",
    containerProperties: {
      image: "busybox",
      command: ["sh", "-c", script],
      secrets: [...secrets],
      vcpus: 1,
      memory: 64,
    },
  });
  const { jobId = "" } = await used.batch.submitJob({
    jobName: "job",
    jobQueue: "default",
    jobDefinition: jobDefinitionName,
    retryStrategy: { attempts },
  });
  return used.jobs.ended(jobId);
}

/** A script that ends well if the variable holds the value, which does not stand in the script. */
function expects(name: string, value: string): string {
  const digest = createHash("sha256").update(value).digest("hex");
  return `[ "$(printf %s "$${name}" | sha256sum | cut -d ' ' -f 1)" = ${digest} ]`;
}

/** All that stands in files below the folder. */
function readFiles(path: string): string {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("secrets", () => {
  test("reach the job that names them, and nobody else", async () => {
    await secretFrom(`${VALUE}\n`, "put", "db/password");
    const job = await run([{ name: "PASSWORD", valueFrom: "db/password" }], expects("PASSWORD", VALUE));
    expect(job).toMatchObject({ status: "SUCCEEDED" });
    expect(job.container?.secrets).toEqual([{ name: "PASSWORD", valueFrom: "db/password" }]);
    expect(JSON.stringify(job)).not.toContain(VALUE);
    expect(await secret("ls")).not.toContain(VALUE);
    expect(used.server.errorOutput).not.toContain(VALUE);
    const files = readFiles(folder);
    expect(files).toContain("db/password");
    expect(files).not.toContain(VALUE);
  });

  test("are found by ARNs of both kinds, whatever the account and the six characters", async () => {
    const arn = await secretFrom("whole", "put", "found");
    expect(arn).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:found-[0-9a-f]{6}$/);
    await secretFrom("slashed", "put", "/app/key");
    const job = await run(
      [
        { name: "A", valueFrom: arn },
        { name: "B", valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:found-AbCdEf" },
        { name: "C", valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/app/key" },
      ],
      '[ "$A $B $C" = "whole whole slashed" ]',
    );
    expect(job).toMatchObject({ status: "SUCCEEDED" });
  });

  test("of JSON give their members; the version before is kept", async () => {
    await secretFrom('{"user":"old"}', "put", "login");
    const arn = await secretFrom('{"user":"new","port":5432}', "put", "login");
    const job = await run(
      [
        { name: "USER_NOW", valueFrom: `${arn}:user::` },
        { name: "PORT", valueFrom: `${arn}:port:AWSCURRENT:` },
        { name: "USER_BEFORE", valueFrom: `${arn}:user:AWSPREVIOUS:` },
      ],
      '[ "$USER_NOW $PORT $USER_BEFORE" = "new 5432 old" ]',
    );
    expect(job).toMatchObject({ status: "SUCCEEDED" });
  });

  test("that cannot be had keep each attempt from starting, by name", async () => {
    await secretFrom("text", "put", "plain");
    const job = await run([{ name: "A", valueFrom: "absent" }], "true", 2);
    const reason = `${REFUSED}: absent is not in the secret store; put it there: batchyard secret put absent`;
    expect(job).toMatchObject({ status: "FAILED", statusReason: "Task failed to start" });
    expect(job.attempts?.map(({ container }) => container?.reason)).toEqual([reason, reason]);

    const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:plain:key::";
    const keyed = await run([{ name: "A", valueFrom: arn }], "true");
    expect(keyed.container?.reason).toBe(`${REFUSED}: ${arn} is no JSON object with that key`);
  });

  test("are gone when they are removed", async () => {
    await secretFrom("x", "put", "passing");
    expect(await secret("rm", "passing")).toBe("passing: removed");
    const { errors } = await runCli(["secret", "rm", "passing", "--endpoint", used.server.url]);
    expect(errors).toContain("There is no secret passing");
    expect(await secret("ls")).not.toContain("passing");
  });

  test.each<[body: string, message: string]>([
    ['{"name":"a","value":{"inner":"hush"}}', "name and value must be strings"],
    ['{"name":"a","value":"hush', "The request must be a JSON object in UTF-8"],
    ['{"name":"a b","value":"hush"}', "name must be 1 to 512 letters, digits or characters of /_+=.@-"],
    ['{"name":"a","value":""}', "value must not be empty"],
    [`{"name":"a","value":"${"é".repeat(32_769)}"}`, "value must have at most 65536 bytes, got 65538"],
  ])("are refused without being repeated: %.30s", async (body, message) => {
    const answer = await fetch(`${used.server.url}/secrets`, { method: "POST", body });
    expect([answer.status, await answer.json()]).toEqual([400, { __type: "ClientException", message }]);
  });

  test("outlive the server, but not their key", async () => {
    await secretFrom(VALUE, "put", "kept");
    await used.server.end();
    await used.start(options);
    expect(await run([{ name: "A", valueFrom: "kept" }], expects("A", VALUE))).toMatchObject({
      status: "SUCCEEDED",
    });
    await used.server.end();
    const elsewhere = new UsedServer();
    const otherKey = join(folder, "other-key");
    writeFileSync(otherKey, "0".repeat(64), { mode: 0o600 });
    await elsewhere.start({ ...options, flags: ["--secret-key-file", otherKey] });
    const { jobId = "" } = await elsewhere.batch.submitJob({
      jobName: "job",
      jobQueue: "default",
      jobDefinition: `with-secrets-${definitionCount}`,
    });
    const job = await elsewhere.jobs.ended(jobId);
    expect(job.container?.reason).toBe(
      `${REFUSED}: kept was sealed with another key file than the server has now`,
    );
    await elsewhere.end();
    await used.start(options);
  });
});

test("of a multi-container job reach the container that names them, and no other", async () => {
  await secretFrom("of-one", "put", "multi/one");
  await secretFrom("of-two", "put", "multi/two");
  await used.batch.registerJobDefinition({
    jobDefinitionName: "multi",
    type: "container",
    ecsProperties: {
      taskProperties: [
        {
          containers: [
            oneOfTwo("one", '[ "$ONE ${TWO-none}" = "of-one none" ]', "multi/one"),
            oneOfTwo("two", '[ "$TWO ${ONE-none}" = "of-two none" ]', "multi/two"),
          ],
        },
      ],
    },
  });
  const { jobId = "" } = await used.batch.submitJob({
    jobName: "job",
    jobQueue: "default",
    jobDefinition: "multi",
  });
  const job = await used.jobs.ended(jobId);
  expect(job.ecsProperties?.taskProperties?.[0]?.containers?.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
});

/** A container of a task that has one secret, in the variable of its own name. */
function oneOfTwo(name: string, script: string, valueFrom: string) {
  return {
    name,
    image: "busybox",
    command: ["sh", "-c", script],
    secrets: [{ name: name.toUpperCase(), valueFrom }],
    resourceRequirements: [
      { type: "VCPU" as const, value: "1" },
      { type: "MEMORY" as const, value: "64" },
    ],
  };
}
