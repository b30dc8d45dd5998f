import { describe, expect, test } from "vitest";
import type { ContainerProperties } from "../model/batch.ts";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import type { ResolvedSecret } from "../secrets/secret-vault.ts";
import { findContainerSecrets } from "./container-secrets.ts";

const SCOPE = { accountId: "123456789012", region: "us-east-1" };
const PREFIX = "ResourceInitializationError: unable to pull secrets or registry auth: ";
const STORED: Readonly<Record<string, string>> = {
  a: "1",
  b: "2",
  login: '{"username":"me","password":"hush"}',
  "no-login": '{"username":"me"}',
};

function resolve(_scope: unknown, valueFrom: string): Promise<ResolvedSecret> {
  if (valueFrom === "no-key") return Promise.reject(new SecretKeyFileError("the key file is away"));
  const value = STORED[valueFrom];
  return Promise.resolve(value === undefined ? { problem: `${valueFrom} is away` } : { value });
}

function find(container: ContainerProperties) {
  return findContainerSecrets({ resolve }, SCOPE, container);
}

describe("findContainerSecrets", () => {
  test.each<[name: string, container: ContainerProperties, found: unknown]>([
    ["nothing", {}, { secrets: { variables: [] } }],
    [
      "variables in the order of the definition",
      {
        secrets: [
          { name: "B", valueFrom: "b" },
          { name: "A", valueFrom: "a" },
        ],
      },
      {
        secrets: {
          variables: [
            { name: "B", value: "2" },
            { name: "A", value: "1" },
          ],
        },
      },
    ],
    [
      "the login of a registry",
      { repositoryCredentials: { credentialsParameter: "login" } },
      { secrets: { variables: [] }, registryCredentials: { username: "me", password: "hush" } },
    ],
  ])("finds %s", async (_name, container, found) => {
    expect(await find(container)).toEqual(found);
  });

  test.each<[problem: string, container: ContainerProperties]>([
    ["c is away", { secrets: [{ name: "C", valueFrom: "c" }] }],
    ["the key file is away", { secrets: [{ name: "C", valueFrom: "no-key" }] }],
    [
      "no-login is no JSON object with username and password",
      { repositoryCredentials: { credentialsParameter: "no-login" } },
    ],
    [
      "a is no JSON object with username and password",
      { repositoryCredentials: { credentialsParameter: "a" } },
    ],
    [
      "the secret option splunk-token of the log driver cannot be passed on",
      {
        logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "splunk-token", valueFrom: "a" }] },
      },
    ],
  ])("says that %s", async (problem, container) => {
    expect(await find(container)).toEqual({ secrets: { failure: PREFIX + problem } });
  });
});
