import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findIdentity } from "./credentials.ts";

const homeDir = mkdtempSync(join(tmpdir(), "batchyard-home-"));
mkdirSync(join(homeDir, ".aws"));
writeFileSync(
  join(homeDir, ".aws", "credentials"),
  "[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key=secret/work # mine\n\n" +
    "[temporary]\naws_access_key_id = ASIA\naws_secret_access_key = s\naws_session_token = t\n",
);
writeFileSync(
  join(homeDir, ".aws", "config"),
  "[default]\nregion = eu-central-1\n[profile work]\nregion = eu-west-1\ns3 =\n  region = nested\n" +
    "[profile sso]\nsso_session = corp\nregion = ap-south-1\n[profile role]\nrole_arn = arn\nsource_profile = work\n",
);
afterAll(() => rmSync(homeDir, { recursive: true }));

const OWN = { batchUrl: "http://127.0.0.1:1", logsUrl: "http://127.0.0.1:1", isAws: false };
const AWS = { batchUrl: "https://batch.x.amazonaws.com", logsUrl: "", isAws: true, region: "us-west-2" };
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "s" };
const OF_ENVIRONMENT = { accessKeyId: "AKIAENV", secretAccessKey: "s" };
const OF_WORK = { accessKeyId: "AKIAWORK", secretAccessKey: "secret/work" };
const PLACEHOLDER = { accessKeyId: "batchyard", secretAccessKey: "batchyard" };

interface Case {
  readonly what: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: typeof OWN | typeof AWS;
  readonly environment?: Readonly<Record<string, string>>;
}

function find({ region, profile, endpoint = OWN, environment = {} }: Case) {
  return findIdentity({ region, profile, endpoint }, { environment, homeDir });
}

describe("findIdentity", () => {
  test.each<Case & { readonly expected: ReturnType<typeof find> }>([
    { what: "placeholders", expected: { region: "eu-central-1", credentials: PLACEHOLDER } },
    {
      what: "keys of the environment before those of AWS_PROFILE",
      environment: { ...KEYS, AWS_PROFILE: "work" },
      expected: { region: "eu-west-1", credentials: OF_ENVIRONMENT },
    },
    {
      what: "those of --profile before the environment's",
      profile: "work",
      environment: KEYS,
      expected: { region: "eu-west-1", credentials: OF_WORK },
    },
    {
      what: "a session token",
      environment: { ...KEYS, AWS_SESSION_TOKEN: "token" },
      expected: { region: "eu-central-1", credentials: { ...OF_ENVIRONMENT, sessionToken: "token" } },
    },
    {
      what: "a session token of a profile",
      profile: "temporary",
      region: "r",
      expected: {
        region: "r",
        credentials: { accessKeyId: "ASIA", secretAccessKey: "s", sessionToken: "t" },
      },
    },
    {
      what: "AWS_REGION before AWS_DEFAULT_REGION",
      environment: { AWS_REGION: "a", AWS_DEFAULT_REGION: "b" },
      expected: { region: "a", credentials: PLACEHOLDER },
    },
    {
      what: "the region of AWS's host before the environment's",
      endpoint: AWS,
      environment: { ...KEYS, AWS_REGION: "a" },
      expected: { region: "us-west-2", credentials: OF_ENVIRONMENT },
    },
    {
      what: "placeholders for a server of one's own where AWS_PROFILE holds no key",
      environment: { AWS_PROFILE: "sso" },
      expected: { region: "ap-south-1", credentials: PLACEHOLDER },
    },
    {
      what: "us-east-1 where no region is named",
      environment: { AWS_PROFILE: "role" },
      expected: { region: "us-east-1", credentials: PLACEHOLDER },
    },
  ])("finds $what", ({ expected, ...options }) => {
    expect(find(options)).toEqual(expected);
  });

  test.each<Case & { readonly message: RegExp }>([
    { what: "a profile of SSO", profile: "sso", message: /sso holds no access key/ },
    { what: "a role", profile: "role", endpoint: AWS, message: /role holds no access key/ },
    { what: "an unknown profile", profile: "nobody", message: /no AWS profile nobody/ },
    { what: "no key for AWS", endpoint: AWS, message: /no AWS access key/ },
    {
      what: "an unknown AWS_PROFILE for AWS",
      endpoint: AWS,
      environment: { AWS_PROFILE: "nobody" },
      message: /no AWS profile nobody/,
    },
  ])("refuses $what", ({ message, ...options }) => {
    expect(() => find(options)).toThrow(message);
  });
});
