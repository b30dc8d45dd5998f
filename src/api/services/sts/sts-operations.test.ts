import { describe, expect, test } from "vitest";
import { Sessions } from "../../../identity/sessions.ts";
import { Sealer, SecretKeyFileError } from "../../../secrets/sealer.ts";
import type { RequestContext } from "../../operation.ts";
import { createStsOperations } from "./sts-operations.ts";

const NOW_MS = Date.parse("2026-11-22T10:20:30.400Z");
const NOW_SECONDS = Math.floor(NOW_MS / 1000);
const sessions = new Sessions(new Sealer(() => Buffer.alloc(32, 1)), "sigv4");
const sts = createStsOperations({ sessions, clock: { nowMs: () => NOW_MS } });
const ROLE = { RoleArn: "arn:aws:iam::123456789012:role/a/path/worker", RoleSessionName: "me" };

function as(resource: string): RequestContext {
  const principal = `arn:aws:${resource.startsWith("assumed-role") ? "sts" : "iam"}::123456789012:${resource}`;
  return { scope: { accountId: "123456789012", region: "us-east-1" }, principal, requestId: "r" };
}

describe("AssumeRole", () => {
  test("answers credentials of the role for an hour", async () => {
    const { Credentials, AssumedRoleUser } = await sts.AssumeRole(ROLE, as("user/ci"));
    expect(AssumedRoleUser).toEqual({
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:me$/),
      Arn: "arn:aws:sts::123456789012:assumed-role/worker/me",
    });
    expect(Credentials?.Expiration).toBe(NOW_SECONDS + 3600);
    expect(sessions.open(Credentials?.SessionToken ?? "")).toEqual({
      accessKeyId: Credentials?.AccessKeyId,
      secretAccessKey: Credentials?.SecretAccessKey,
      principal: { kind: "assumed-role", accountId: "123456789012", roleName: "worker", sessionName: "me" },
      expiresAtMs: (NOW_SECONDS + 3600) * 1000,
    });
  });

  test.each<[name: string, input: object, resource: string, code: string]>([
    ["of what is no role", { RoleArn: "arn:aws:iam::123456789012:user/ci" }, "root", "ValidationError"],
    ["of another account", { RoleArn: "arn:aws:iam::210987654321:role/x" }, "root", "AccessDenied"],
    ["chained for too long", { DurationSeconds: 3601 }, "assumed-role/x/y", "ValidationError"],
    ["with a second factor", { SerialNumber: "123456789", TokenCode: "123456" }, "root", "AccessDenied"],
  ])("is refused %s", async (_name, input, resource, code) => {
    await expect(sts.AssumeRole({ ...ROLE, ...input }, as(resource))).rejects.toMatchObject({ code });
  });

  test("is chained for an hour at most, else granted as long as it is asked for", async () => {
    const chained = await sts.AssumeRole({ ...ROLE, DurationSeconds: 3600 }, as("assumed-role/x/y"));
    const long = await sts.AssumeRole({ ...ROLE, DurationSeconds: 43_200 }, as("user/ci"));
    expect([chained, long].map(({ Credentials }) => Credentials?.Expiration)).toEqual([
      NOW_SECONDS + 3600,
      NOW_SECONDS + 43_200,
    ]);
  });
});

describe("GetSessionToken", () => {
  test.each<[resource: string, asked: number | undefined, granted: number]>([
    ["user/ci", undefined, 43_200],
    ["user/ci", 129_600, 129_600],
    ["root", undefined, 3_600],
    ["root", 900, 900],
  ])("of %s for %j seconds grants %j", async (resource, DurationSeconds, granted) => {
    const { Credentials } = await sts.GetSessionToken({ DurationSeconds }, as(resource));
    expect(Credentials?.Expiration).toBe(NOW_SECONDS + granted);
  });

  test("is not for temporary credentials", async () => {
    const asked = sts.GetSessionToken({}, { ...as("user/ci"), isTemporary: true });
    await expect(asked).rejects.toMatchObject({ code: "AccessDenied" });
  });
});

test("both say why no credentials can be issued", async () => {
  const keyless = new Sealer(() => {
    throw new SecretKeyFileError("the key file is away");
  });
  const { AssumeRole, GetSessionToken } = createStsOperations({
    sessions: new Sessions(keyless, "sigv4"),
    clock: { nowMs: () => NOW_MS },
  });
  const refusal = { code: "InternalFailure", status: 503, message: "the key file is away" };
  await expect(AssumeRole(ROLE, as("user/ci"))).rejects.toMatchObject(refusal);
  await expect(GetSessionToken({}, as("user/ci"))).rejects.toMatchObject(refusal);
});
