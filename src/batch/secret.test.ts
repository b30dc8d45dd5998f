import { describe, expect, test } from "vitest";
import { isSecretName, parseSecretReference } from "./secret.ts";
import type { SecretReference } from "./secret.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
const PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/";
const ofSecret = { service: "secretsmanager", region: "eu-west-1" } as const;

describe("parseSecretReference", () => {
  test.each<[valueFrom: string, reference: SecretReference | undefined]>([
    ["db/password", { service: "ssm", names: ["db/password"] }],
    ["/db/password", { service: "ssm", names: ["/db/password"] }],
    [
      `${PARAMETER}db/password`,
      { service: "ssm", region: "eu-west-1", names: ["/db/password", "db/password"] },
    ],
    [`${SECRET}db-AbCdEf`, { ...ofSecret, names: ["db-AbCdEf", "db"] }],
    [`${SECRET}db`, { ...ofSecret, names: ["db"] }],
    [`${SECRET}-AbCdEf`, { ...ofSecret, names: ["-AbCdEf"] }],
    [`${SECRET}db:user::`, { ...ofSecret, names: ["db"], jsonKey: "user" }],
    [
      `${SECRET}db:user:AWSPREVIOUS:`,
      { ...ofSecret, names: ["db"], jsonKey: "user", versionStage: "AWSPREVIOUS" },
    ],
    [`${SECRET}db:::some-id`, { ...ofSecret, names: ["db"], versionId: "some-id" }],
    [`${SECRET}db::AWSCURRENT:some-id`, undefined],
    [`${SECRET}db:a:b:c:d`, undefined],
    [SECRET, undefined],
    [PARAMETER, undefined],
    ["arn:aws:s3:::bucket", undefined],
    ["with space", undefined],
    ["", undefined],
  ])("reads %j", (valueFrom, reference) => {
    expect(parseSecretReference(valueFrom)).toEqual(reference);
  });
});

describe("isSecretName", () => {
  test.each<[name: string, is: boolean]>([
    ["a", true],
    ["a/b_c+d=e.f@g-1", true],
    ["a".repeat(512), true],
    ["a".repeat(513), false],
    ["", false],
    ["a:b", false],
    ["ä", false],
  ])("of %.20j: %j", (name, is) => {
    expect(isSecretName(name)).toBe(is);
  });
});
