import { describe, expect, test } from "vitest";
import { findRegistryAuth } from "./registry-auth.ts";

const AUTH = Buffer.from("me:pass:word?>").toString("base64");

describe("findRegistryAuth", () => {
  test.each<[name: string, config: unknown, image: string, expected: unknown]>([
    [
      "a registry's",
      { auths: { "localhost:5000": { auth: AUTH } } },
      "localhost:5000/app:1",
      { username: "me", password: "pass:word?>", serveraddress: "localhost:5000" },
    ],
    [
      "a registry's that is kept as an address",
      { auths: { "https://registry.example": { auth: AUTH } } },
      "registry.example/app:1",
      { username: "me", password: "pass:word?>", serveraddress: "https://registry.example" },
    ],
    [
      "Docker Hub's",
      { auths: { "https://index.docker.io/v1/": { auth: AUTH } } },
      "team/app:1",
      { username: "me", password: "pass:word?>", serveraddress: "https://index.docker.io/v1/" },
    ],
    [
      "a token",
      { auths: { "registry.example": { auth: AUTH, identitytoken: "token" } } },
      "registry.example/app:1",
      { username: "me", identitytoken: "token", serveraddress: "registry.example" },
    ],
    [
      "a plain entry beside a helper",
      { credsStore: "pass", auths: { "registry.example": { auth: AUTH } } },
      "registry.example/app:1",
      { username: "me", password: "pass:word?>", serveraddress: "registry.example" },
    ],
  ])("finds %s", (_name, config, image, expected) => {
    const { header = "", problem } = findRegistryAuth(JSON.stringify(config), image);
    expect(problem).toBeUndefined();
    expect(header).toMatch(/^[A-Za-z0-9_-]+=*$/);
    expect(header.length % 4).toBe(0);
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual(expected);
  });

  test.each<[name: string, text: string | undefined, problem: string | undefined]>([
    ["there is no file", undefined, undefined],
    ["there is no entry", '{"auths":{"elsewhere":{"auth":"bWU6eA=="}}}', undefined],
    ["the entry is empty", '{"auths":{"registry.example":{}}}', undefined],
    [
      "the entry is no string",
      '{"auths":{"registry.example":{"auth":7}}}',
      `auths["registry.example"].auth in Docker's config.json must be a string, got number`,
    ],
    ["the file is no JSON", "{", "Docker's config.json is no JSON"],
    ["the file is no object", "null", "Docker's config.json is no JSON"],
    [
      "a helper keeps all",
      '{"credsStore":"desktop","auths":{"registry.example":{}}}',
      "the credential helper desktop is not supported: log in without it",
    ],
    [
      "a helper keeps the registry's",
      '{"credHelpers":{"registry.example":"ecr-login"}}',
      "the credential helper ecr-login is not supported: log in without it",
    ],
  ])("finds nothing where %s", (_name, text, problem) => {
    expect(findRegistryAuth(text, "registry.example/app:1")).toEqual(
      problem === undefined ? {} : { problem },
    );
  });
});
