import type { Batch } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();

interface Sent {
  readonly method?: string;
  readonly body?: string | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as it is on the wire. */
async function send(path: string, { method = "POST", body, headers = {} }: Sent = {}) {
  const init = { method, headers, ...(body !== undefined && { body }) };
  const response = await fetch(`${used.server.url}${path}`, init);
  const { status, headers: received } = response;
  const type = received.get("x-amzn-errortype");
  return { status, type, headers: received, text: await response.text() };
}

/** An answer in Batch's form, with a message of whatever words. */
function refused(status: number, type: string) {
  const text = expect.stringMatching(`^\\{"__type":"${type}","message":"[^"].*"\\}$`);
  return { status, type, text };
}

describe("the form of an error", () => {
  test("16.3 has the status, the type in a header and in the body, the message and the request's id", async () => {
    const { status, headers, text } = await send("/v1/describejobs", { body: JSON.stringify({}) });
    expect(status).toBe(400);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("x-amzn-errortype")).toBe("ClientException");
    expect(headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(JSON.parse(text)).toEqual({ __type: "ClientException", message: "jobs is required" });
  });

  test("16.3 repeats the request's id in a wrapped message", async () => {
    const jobs = Array(101).fill("x");
    const { headers, text } = await send("/v1/describejobs", { body: JSON.stringify({ jobs }) });
    const requestId = headers.get("x-amzn-requestid");
    expect(JSON.parse(text)).toEqual({
      __type: "ClientException",
      message: `Error executing request, Exception : Maximum number of jobs supported is  100, RequestId: ${requestId}`,
    });
  });

  test("is that of the JSON protocol for CloudWatch Logs and of the Query protocol for STS", async () => {
    const logs = await send("/", {
      body: JSON.stringify({ logGroupName: "nowhere", logStreamName: "s" }),
      headers: {
        "x-amz-target": "Logs_20140328.GetLogEvents",
        "content-type": "application/x-amz-json-1.1",
      },
    });
    expect(logs.status).toBe(400);
    expect(JSON.parse(logs.text)).toEqual({
      __type: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
    const sts = await send("/", { body: new URLSearchParams({ Action: "Nothing", Version: "2011-06-15" }) });
    expect(sts.status).toBe(400);
    expect(sts.text).toMatch(/<Code>InvalidAction<\/Code>/);
  });
});

describe("what is no request of an operation's is refused at once", () => {
  test.each<[path: string, sent: Sent, status: number, type: string]>([
    ["/v1/listjobs", { body: "{" }, 400, "ClientException"],
    ["/v1/listjobs", { body: "[]" }, 400, "ClientException"],
    ["/v1/listjobs", { method: "GET" }, 405, "UnknownOperationException"],
    ["/v1/tags/arn", { method: "PUT" }, 405, "UnknownOperationException"],
    ["/v1/nothing", { body: "{}" }, 404, "UnknownOperationException"],
    ["/favicon.ico", { method: "GET" }, 404, "UnknownOperationException"],
    [
      "/v1/listjobs",
      { body: "{}", headers: { "content-encoding": "gzip" } },
      415,
      "UnsupportedMediaTypeException",
    ],
  ])("%s %j", async (path, sent, status, type) => {
    expect(await send(path, sent)).toMatchObject(refused(status, type));
  });

  test("a body of more than 4 MiB", async () => {
    const body = "x".repeat(4 * 1024 * 1024 + 1);
    expect(await send("/v1/listjobs", { body })).toMatchObject(
      refused(413, "RequestEntityTooLargeException"),
    );
  });

  test("a 405 says what the path takes", async () => {
    expect((await send("/v1/listjobs", { method: "GET" })).headers.get("allow")).toBe("POST");
    expect((await send("/v1/tags/arn", { method: "PUT" })).headers.get("allow")).toBe("GET, POST, DELETE");
  });
});

describe("the shape of an input", () => {
  const SUBMISSION = { jobName: "j", jobQueue: "default", jobDefinition: "d" };

  test.each<[path: string, input: object, message: string]>([
    ["/v1/submitjob", { jobName: "j", jobQueue: "q" }, "jobDefinition is required"],
    ["/v1/submitjob", { ...SUBMISSION, jobName: null }, "jobName is required"],
    ["/v1/submitjob", { ...SUBMISSION, jobName: 7 }, "jobName must be a string, got 7"],
    [
      "/v1/submitjob",
      { ...SUBMISSION, containerOverrides: { command: "echo" } },
      'containerOverrides.command must be a list, got "echo"',
    ],
    [
      "/v1/submitjob",
      { ...SUBMISSION, containerOverrides: { environment: [{ name: "A" }, { name: ["B"] }] } },
      "containerOverrides.environment[1].name must be a string, got a list",
    ],
    [
      "/v1/submitjob",
      { ...SUBMISSION, retryStrategy: { attempts: 1.5 } },
      "retryStrategy.attempts must be an integer, got 1.5",
    ],
    [
      "/v1/submitjob",
      { ...SUBMISSION, timeout: { attemptDurationSeconds: "90" } },
      'timeout.attemptDurationSeconds must be an integer, got "90"',
    ],
    ["/v1/submitjob", { ...SUBMISSION, tags: { a: 1 } }, "tags.a must be a string, got 1"],
    [
      "/v1/listjobs",
      { jobQueue: "default", jobStatus: "running" },
      'jobStatus must be one of SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED, got "running"',
    ],
    [
      "/v1/createcomputeenvironment",
      { computeEnvironmentName: "x", type: "managed" },
      'type must be one of MANAGED, UNMANAGED, got "managed"',
    ],
    [
      "/v1/createcomputeenvironment",
      { computeEnvironmentName: "x", type: "MANAGED", computeResources: { type: "EC2", maxvCpus: "4" } },
      'computeResources.maxvCpus must be an integer, got "4"',
    ],
    [
      "/v1/createjobqueue",
      { jobQueueName: "x", priority: 2 ** 31, computeEnvironmentOrder: [] },
      "priority must be an integer between -2147483647 and 2147483647, got 2147483648",
    ],
  ])("is held to by %s %j", async (path, input, message) => {
    const { status, text } = await send(path, { body: JSON.stringify(input) });
    expect([status, JSON.parse(text)]).toEqual([400, { __type: "ClientException", message }]);
  });

  test("takes members that nobody knows, and null for what is absent", async () => {
    const input = { jobQueue: "default", invented: { by: ["us"] }, nextToken: null, __proto__: {} };
    const { status, text } = await send("/v1/listjobs", { body: JSON.stringify(input) });
    expect([status, JSON.parse(text)]).toEqual([200, { jobSummaryList: [] }]);
  });
});

describe("the three operations that describe by name", () => {
  const names = Array.from({ length: 101 }, (_, index) => `name-${index}`);

  beforeAll(async () => {
    const { batch } = used;
    for (const name of ["a", "b", "c"]) {
      await makeEnvironment(batch, name);
      await makeQueue(batch, name, [name]);
      await batch.registerJobDefinition({
        jobDefinitionName: name,
        type: "container",
        containerProperties: { image: "busybox", vcpus: 1, memory: 64 },
      });
    }
  });

  /** One page: the names on it, and the token to the next. */
  type Describe = (
    batch: Batch,
    input: { names?: string[]; maxResults?: number; nextToken?: string },
  ) => Promise<{ found: readonly unknown[]; nextToken: string | undefined }>;

  const DESCRIBE: readonly [member: string, describe: Describe, all: readonly string[]][] = [
    [
      "ComputeEnvironments",
      async (batch, { names: computeEnvironments, ...rest }) => {
        const page = await batch.describeComputeEnvironments({ computeEnvironments, ...rest });
        const found = page.computeEnvironments?.map(({ computeEnvironmentName }) => computeEnvironmentName);
        return { found: found ?? [], nextToken: page.nextToken };
      },
      ["a", "b", "c", "local"],
    ],
    [
      "JobQueues",
      async (batch, { names: jobQueues, ...rest }) => {
        const page = await batch.describeJobQueues({ jobQueues, ...rest });
        const found = page.jobQueues?.map(({ jobQueueName }) => jobQueueName);
        return { found: found ?? [], nextToken: page.nextToken };
      },
      ["a", "b", "c", "default"],
    ],
    [
      "JobDefinitions",
      async (batch, { names: jobDefinitions, ...rest }) => {
        const page = await batch.describeJobDefinitions({ jobDefinitions, ...rest });
        const found = page.jobDefinitions?.map(({ jobDefinitionName }) => jobDefinitionName);
        return { found: found ?? [], nextToken: page.nextToken };
      },
      ["a", "b", "c"],
    ],
  ];

  test.each(DESCRIBE)("16.4 %s: 101 names are refused, 100 are not", async (member, describeNames) => {
    const path = `${member.slice(0, 1).toLowerCase()}${member.slice(1)}`;
    expect(await refusalOf(describeNames(used.batch, { names }))).toEqual(
      clientException(`${path} must have at most 100 entries, got 101`),
    );
    expect((await describeNames(used.batch, { names: names.slice(1) })).found).toEqual([]);
  });

  test.each(DESCRIBE)("16.4 %s: names and maxResults together are refused", async (member, describeNames) => {
    expect(await refusalOf(describeNames(used.batch, { names: ["a"], maxResults: 5 }))).toEqual(
      wrapped(`${member} and MaxResults cannot both be set`),
    );
  });

  test.each(DESCRIBE)(
    "16.5 %s: pages hold everything once; the last has no token",
    async (_member, page, all) => {
      const found: unknown[] = [];
      let nextToken: string | undefined;
      let pageCount = 0;
      do {
        const read = await page(used.batch, {
          maxResults: 1,
          ...(nextToken !== undefined && { nextToken }),
        });
        found.push(...read.found);
        nextToken = read.nextToken;
        pageCount += 1;
      } while (nextToken !== undefined);
      expect(found).toEqual(all);
      expect(pageCount).toBe(all.length);
      expect((await page(used.batch, {})).nextToken).toBeUndefined();
    },
  );

  test.each(DESCRIBE)("%s: maxResults is 1 to 100", async (_member, page) => {
    for (const maxResults of [0, 101]) {
      expect(await refusalOf(page(used.batch, { maxResults }))).toEqual(
        clientException(`maxResults must be between 1 and 100, got ${maxResults}`),
      );
    }
  });
});
