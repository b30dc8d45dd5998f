import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue, setEnvironmentState } from "../support/batch-resources.ts";
import { sendRaw } from "../support/raw-request.ts";
import { clientException, refusalOf } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();
const BATCH = "arn:aws:batch:us-east-1:000000000000";
const QUEUE_ARN = `${BATCH}:job-queue/tagged`;
const UNKNOWN_ID = "1e2d3c4b-0000-4000-8000-000000000001";

/** ARNs of one resource of each kind that can have tags, each made with `origin: creation`. */
const arns = new Map<string, string>();

beforeAll(async () => {
  const { batch } = used;
  const tags = { origin: "creation" };
  const { computeEnvironmentArn = "" } = await makeEnvironment(batch, "tagged", { tags });
  const { jobQueueArn = "" } = await makeQueue(batch, "tagged", ["tagged"], { tags });
  await setEnvironmentState(batch, "tagged", "DISABLED");
  const { jobDefinitionArn = "" } = await batch.registerJobDefinition({
    jobDefinitionName: "tagged",
    type: "container",
    containerProperties: { image: "busybox", vcpus: 1, memory: 64 },
    tags,
  });
  const waiting = await used.jobs.submit("true", { jobQueue: "tagged", tags });
  const { jobId: ended = "" } = await used.jobs.run("true", { tags });
  arns
    .set("compute environment", computeEnvironmentArn)
    .set("job queue", jobQueueArn)
    .set("job definition", jobDefinitionArn)
    .set("waiting job", `${BATCH}:job/${waiting}`)
    .set("ended job", `${BATCH}:job/${ended}`);
});

function arnOf(kind: string): string {
  return arns.get(kind) ?? "";
}

async function tagsOf(resourceArn: string): Promise<Record<string, string> | undefined> {
  return (await used.batch.listTagsForResource({ resourceArn })).tags;
}

/** What GET answers at a path that is sent exactly so: other clients encode ARNs in other ways. */
async function getRaw(path: string): Promise<{ status: number | undefined; body: unknown }> {
  const { status, body } = await sendRaw(used.server.url, { method: "GET", path });
  return { status, body: JSON.parse(body) };
}

function manyTags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
}

describe.each(["compute environment", "job queue", "job definition", "waiting job", "ended job"])(
  "a %s",
  (kind) => {
    test("has the tags of its creation, takes others and gives them up", async () => {
      const resourceArn = arnOf(kind);
      expect(await tagsOf(resourceArn)).toEqual({ origin: "creation" });

      await used.batch.tagResource({ resourceArn, tags: { team: "a", "key with /:=+-@": "" } });
      await used.batch.tagResource({ resourceArn, tags: { team: "b" } });
      expect(await tagsOf(resourceArn)).toEqual({ origin: "creation", team: "b", "key with /:=+-@": "" });

      await used.batch.untagResource({ resourceArn, tagKeys: ["key with /:=+-@", "team", "never there"] });
      expect(await tagsOf(resourceArn)).toEqual({ origin: "creation" });
    });
  },
);

test("Describe shows the tags that ListTagsForResource shows", async () => {
  const { batch } = used;
  for (const kind of arns.keys()) {
    await batch.tagResource({ resourceArn: arnOf(kind), tags: { shown: "yes" } });
  }
  const jobs = ["waiting job", "ended job"].map((kind) => arnOf(kind).split("/")[1] ?? "");
  const environments = await batch.describeComputeEnvironments({ computeEnvironments: ["tagged"] });
  const queues = await batch.describeJobQueues({ jobQueues: ["tagged"] });
  const definitions = await batch.describeJobDefinitions({ jobDefinitions: ["tagged:1"] });
  const described = await batch.describeJobs({ jobs });
  const shown = [
    ...(environments.computeEnvironments ?? []),
    ...(queues.jobQueues ?? []),
    ...(definitions.jobDefinitions ?? []),
    ...(described.jobs ?? []),
  ].map(({ tags }) => tags);
  expect(shown).toEqual([...arns.keys()].map(() => ({ origin: "creation", shown: "yes" })));
});

describe("the ARN in the path", () => {
  test.each([
    ["16.2 encoded in full", encodeURIComponent(QUEUE_ARN)],
    ["16.2 with plain colons and encoded slashes", QUEUE_ARN.replace("/", "%2F")],
    ["with hexadecimal digits in lower case", encodeURIComponent(QUEUE_ARN).toLowerCase()],
    ["not encoded at all", QUEUE_ARN],
  ])("%s: the answer is the same", async (_form, path) => {
    expect(await getRaw(`/v1/tags/${path}`)).toEqual({
      status: 200,
      body: { tags: await tagsOf(QUEUE_ARN) },
    });
  });

  test("must be valid encoding", async () => {
    expect(await getRaw("/v1/tags/%E0%A4%A")).toEqual({
      status: 400,
      body: {
        __type: "ClientException",
        message: "resourceArn in the path must be valid percent-encoding of UTF-8",
      },
    });
  });

  test.each([
    ["an array child", `${BATCH}:job/${UNKNOWN_ID}:3`],
    ["a node", `${BATCH}:job/${UNKNOWN_ID}#1`],
    ["a definition without its revision", `${BATCH}:job-definition/tagged`],
    ["another service's resource", "arn:aws:s3:::bucket"],
    ["no ARN", "tagged"],
  ])("must not be that of %s", async (_what, resourceArn) => {
    const refusal = clientException(
      "resourceArn must be the ARN of a resource of AWS Batch: a job definition has its revision, a job is neither an " +
        `array child nor a node, got ${resourceArn}`,
    );
    const { batch } = used;
    expect(await refusalOf(batch.listTagsForResource({ resourceArn }))).toEqual(refusal);
    expect(await refusalOf(batch.tagResource({ resourceArn, tags: { a: "b" } }))).toEqual(refusal);
    expect(await refusalOf(batch.untagResource({ resourceArn, tagKeys: ["a"] }))).toEqual(refusal);
  });

  test.each([
    `${BATCH}:job-queue/nowhere`,
    `${BATCH}:job-definition/tagged:9`,
    `${BATCH}:job/${UNKNOWN_ID}`,
    "arn:aws:batch:eu-west-1:000000000000:job-queue/tagged",
    "arn:aws:batch:us-east-1:999999999999:job-queue/tagged",
  ])("must be of something that is there: %s", async (resourceArn) => {
    const refusal = clientException(`${resourceArn} does not exist`);
    expect(await refusalOf(used.batch.listTagsForResource({ resourceArn }))).toEqual(refusal);
    expect(await refusalOf(used.batch.tagResource({ resourceArn, tags: { a: "b" } }))).toEqual(refusal);
  });
});

describe("limits", () => {
  test("a resource has at most 50 tags", async () => {
    const resourceArn = arnOf("ended job");
    const before = await tagsOf(resourceArn);
    expect(await refusalOf(used.batch.tagResource({ resourceArn, tags: manyTags(50) }))).toEqual(
      clientException("tags of a resource must have at most 50 entries, would have 52"),
    );
    expect(await tagsOf(resourceArn)).toEqual(before);
  });

  test.each<[what: string, tags: Record<string, string>, message: string]>([
    ["51 tags", manyTags(51), "tags must have between 1 and 50 entries, got 51"],
    [
      "a key that AWS keeps for itself",
      { "aws:x": "y" },
      "tags: a key must not begin with aws:, which is reserved, got aws:x",
    ],
    [
      "a key of 129 characters",
      { ["k".repeat(129)]: "" },
      `the key "${"k".repeat(100)}…" of tags must have between 1 and 128 characters, got 129`,
    ],
    ["a value of 257 characters", { k: "v".repeat(257) }, "tags.k must have at most 256 characters, got 257"],
  ])("%s are refused, in TagResource and in SubmitJob", async (_what, tags, message) => {
    const tagging = used.batch.tagResource({ resourceArn: QUEUE_ARN, tags });
    expect(await refusalOf(tagging)).toEqual(clientException(message));
    const submission = used.jobs.submit("true", { jobName: "refused", tags });
    expect(await refusalOf(submission)).toEqual(clientException(message));
    const filters = [{ name: "JOB_NAME", values: ["refused"] }];
    expect(await used.batch.listJobs({ jobQueue: "default", filters })).toMatchObject({ jobSummaryList: [] });
  });
});
