import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import type { AwsClientOptions } from "../support/aws-clients.ts";
import { refusalOf } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ServerProcess } from "../support/server-process.ts";

const CI = { accessKeyId: "AKIACI", secretAccessKey: "secret-of-ci" };
const GUEST = {
  accessKeyId: "AKIAGUEST",
  secretAccessKey: "secret-of-guest",
  sessionToken: "token-of-guest",
};
const MINUTE_MS = 60_000;

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-credentials-"));
  const credentials = join(folder, "credentials");
  writeFileSync(
    credentials,
    `[ci]
aws_access_key_id = ${CI.accessKeyId}
aws_secret_access_key = ${CI.secretAccessKey}
aws_account_id = 111111111111

[guest]
aws_access_key_id = ${GUEST.accessKeyId}
aws_secret_access_key = ${GUEST.secretAccessKey}
aws_session_token = ${GUEST.sessionToken}
`,
  );
  const flags = ["--auth", "sigv4", "--credentials", credentials, "--account-id", "999999999999"];
  server = await ServerProcess.start({ flags });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** One call for each service, each by a client of its own: a client corrects its clock by the first answer. */
const CALLS: readonly ((clients: AwsClients) => Promise<object>)[] = [
  ({ batch }) => batch.describeJobQueues({}),
  ({ batch }) => batch.listTagsForResource({ resourceArn: "arn:aws:batch:a b/ü" }),
  ({ logs }) => logs.describeLogGroups({}),
  ({ sts }) => sts.getCallerIdentity({}),
];

async function refusalsOf(options: AwsClientOptions): Promise<readonly RefusalSeen[]> {
  const refusals = [];
  for (const call of CALLS) refusals.push(await refusalOf(call(new AwsClients(server.url, options))));
  return refusals;
}

/** The same refusal by every service, STS in its own words. */
function everywhere(code: string, stsCode: string, message: unknown) {
  const refusal = { code, status: 403, message };
  return [refusal, refusal, refusal, { ...refusal, code: stsCode }];
}

describe("a request signed with a key that the server knows", () => {
  test("is answered, as that of the key's user and account", async () => {
    const { batch, logs, sts } = new AwsClients(server.url, CI);
    expect((await batch.describeJobQueues({})).jobQueues).toEqual([]);
    expect((await logs.describeLogGroups({})).logGroups).toEqual([]);
    const { $metadata: _, ...identity } = await sts.getCallerIdentity({});
    expect(identity).toEqual({
      Account: "111111111111",
      Arn: "arn:aws:iam::111111111111:user/ci",
      UserId: "ci",
    });
  });

  test("belongs to the default account where the key has none, and needs its session token", async () => {
    const { sts } = new AwsClients(server.url, GUEST);
    expect(await sts.getCallerIdentity({})).toMatchObject({
      Account: "999999999999",
      Arn: "arn:aws:iam::999999999999:user/guest",
    });
  });

  test("may come from a clock that is four minutes off", async () => {
    for (const systemClockOffset of [-4 * MINUTE_MS, 4 * MINUTE_MS]) {
      const { batch } = new AwsClients(server.url, { ...CI, systemClockOffset });
      expect(await batch.describeJobQueues({})).toMatchObject({ jobQueues: [] });
    }
  });

  test("from a clock that is far off is refused, and the client that tries again corrects itself", async () => {
    const systemClockOffset = -60 * MINUTE_MS;
    const { batch } = new AwsClients(server.url, { ...CI, systemClockOffset, maxAttempts: 2 });
    expect(await batch.describeJobQueues({})).toMatchObject({ jobQueues: [], $metadata: { attempts: 2 } });
  });
});

describe("a request is refused with 403", () => {
  const MISMATCH =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and " +
    "signing method. Consult the service documentation for details.";
  const INVALID_TOKEN = "The security token included in the request is invalid.";

  test("InvalidSignatureException where the secret is another", async () => {
    expect(await refusalsOf({ ...CI, secretAccessKey: "secret-of-c1" })).toEqual(
      everywhere("InvalidSignatureException", "SignatureDoesNotMatch", MISMATCH),
    );
  });

  test("UnrecognizedClientException where the key is not known", async () => {
    expect(await refusalsOf({ ...CI, accessKeyId: "AKIANOBODY" })).toEqual(
      everywhere("UnrecognizedClientException", "InvalidClientTokenId", INVALID_TOKEN),
    );
  });

  test.each<[what: string, options: AwsClientOptions]>([
    ["missing", { accessKeyId: GUEST.accessKeyId, secretAccessKey: GUEST.secretAccessKey }],
    ["another", { ...GUEST, sessionToken: "token-of-somebody" }],
    ["there though the key has none", { ...CI, sessionToken: "any" }],
  ])("UnrecognizedClientException where the session token is %s", async (_what, options) => {
    expect(await refusalsOf(options)).toEqual(
      everywhere("UnrecognizedClientException", "InvalidClientTokenId", INVALID_TOKEN),
    );
  });

  test.each([
    ["behind", -6 * MINUTE_MS, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z/],
    ["ahead", 6 * MINUTE_MS, /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z/],
  ])(
    "InvalidSignatureException where the clock is six minutes %s",
    async (_what, systemClockOffset, text) => {
      expect(await refusalsOf({ ...CI, systemClockOffset })).toEqual(
        everywhere("InvalidSignatureException", "SignatureDoesNotMatch", expect.stringMatching(text)),
      );
    },
  );

  test("InvalidSignatureException where the body was changed on its way", async () => {
    const { batch } = new AwsClients(server.url, CI);
    batch.middlewareStack.add(
      (next) => (sent) => {
        // Behind the signature, where what goes out is a request of HTTP.
        const request = sent.request as { body: Uint8Array };
        const body = new TextDecoder().decode(request.body);
        request.body = new TextEncoder().encode(body.replace("mine", "ours"));
        return next(sent);
      },
      { step: "deserialize" },
    );
    const refusal = await refusalOf(batch.describeJobQueues({ jobQueues: ["mine"] }));
    expect(refusal).toMatchObject({ code: "InvalidSignatureException", status: 403 });
  });

  test.each<[path: string, headers: Record<string, string>, body: string, code: string]>([
    ["/v1/describejobqueues", {}, "{}", '"MissingAuthenticationTokenException"'],
    ["/v1/tags/arn", {}, "{}", '"MissingAuthenticationTokenException"'],
    [
      "/",
      { "x-amz-target": "Logs_20140328.DescribeLogGroups" },
      "{}",
      '"MissingAuthenticationTokenException"',
    ],
    [
      "/",
      { "content-type": "application/x-www-form-urlencoded" },
      "Action=GetCallerIdentity&Version=2011-06-15",
      "<Code>MissingAuthenticationToken</Code>",
    ],
  ])("where nothing is signed: POST %s, %j", async (path, headers, body, code) => {
    const response = await fetch(`${server.url}${path}`, { method: "POST", body, headers });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(code);
  });
});

describe("a presigned URL", () => {
  /** A GetCallerIdentity as AWS's client presigns it, as tools do that prove who they are by it. */
  async function presign(signedMsAgo: number): Promise<string> {
    const { hostname, port, host } = new URL(server.url);
    // The client's signer presigns too, though its type does not say so.
    const signer = (await new AwsClients(server.url, CI).sts.config.signer()) as unknown as Presigner;
    const { query } = await signer.presign(
      {
        method: "GET",
        protocol: "http:",
        hostname,
        port: Number(port),
        path: "/",
        query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
        headers: { host },
      },
      { expiresIn: 60, signingService: "sts", signingDate: new Date(Date.now() - signedMsAgo) },
    );
    return `${server.url}/?${new URLSearchParams(query).toString()}`;
  }

  interface Presigner {
    presign(request: object, options: object): Promise<{ readonly query: Record<string, string> }>;
  }

  const REFUSED = [403, expect.stringContaining("<Code>SignatureDoesNotMatch</Code>")];

  test("that is right is answered", async () => {
    const response = await fetch(await presign(0));
    expect(await response.text()).toContain("arn:aws:iam::111111111111:user/ci");
  });

  test("whose time is over is refused", async () => {
    const response = await fetch(await presign(2 * MINUTE_MS));
    expect([response.status, await response.text()]).toEqual(REFUSED);
  });

  test("that somebody gave more time is refused", async () => {
    const url = await presign(2 * MINUTE_MS);
    const response = await fetch(url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"));
    expect([response.status, await response.text()]).toEqual(REFUSED);
  });
});

test("health, readiness and metrics need no signature", async () => {
  for (const path of ["/health", "/ready", "/metrics"]) {
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  }
});

test("no secret gets into the log", () => {
  for (const secret of [CI.secretAccessKey, GUEST.secretAccessKey, GUEST.sessionToken]) {
    expect(server.errorOutput).not.toContain(secret);
  }
  expect(server.errorOutput).toContain("UnrecognizedClientException");
});
