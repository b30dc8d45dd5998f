import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CredentialsFileError, parseCredentialsFile } from "./credentials-file.ts";

describe("parseCredentialsFile", () => {
  test("reads what AWS's tools write", () => {
    const text = [
      "\uFEFF# of mine",
      "[default]",
      "aws_access_key_id = AKIA1",
      "aws_secret_access_key=se/cr+et=",
      "region = eu-west-1",
      "",
      "; the robot",
      "[ ci.bot@example ]\r",
      "  AWS_ACCESS_KEY_ID=ASIA2\r",
      "  aws_secret_access_key = two\r",
      "aws_session_token = to/ken==",
      "aws_account_id = 000011112222",
      "[role]",
      "role_arn = arn:aws:iam::1:role/x",
      "s3 =",
      "  max_concurrent_requests = 20",
      "[blank-token]",
      "aws_access_key_id = AKIA3",
      "aws_secret_access_key = three",
      "aws_session_token =",
    ].join("\n");
    expect(parseCredentialsFile(text)).toEqual([
      { profile: "default", accessKeyId: "AKIA1", secretAccessKey: "se/cr+et=" },
      {
        profile: "ci.bot@example",
        accessKeyId: "ASIA2",
        secretAccessKey: "two",
        sessionToken: "to/ken==",
        accountId: "000011112222",
      },
      { profile: "blank-token", accessKeyId: "AKIA3", secretAccessKey: "three" },
    ]);
  });

  test("reads an empty file", () => {
    expect(parseCredentialsFile("")).toEqual([]);
  });

  test.each<[name: string, lines: readonly string[], message: string]>([
    ["a setting above all profiles", ["region = x"], "line 1: a setting must stand below a [profile]"],
    [
      "a line that is nothing",
      ["[a]", "aws_access_key_id"],
      "line 2: must be a comment, a [profile] or a setting written name = value",
    ],
    ["a profile without its end", ["[a"], "line 1: a profile must be written [name]"],
    [
      "a profile's name that no user can have",
      ["# x", "[profile a]"],
      'line 2: a profile\'s name must be 1 to 64 letters, digits or characters of _+=,.@-, got "profile a"',
    ],
    ["a profile twice", ["[a]", "", "[a]"], "line 3: profile a is there already, on line 1"],
    [
      "a key without its secret",
      ["[a]", "aws_access_key_id = A"],
      "line 1: profile a has no aws_secret_access_key",
    ],
    [
      "a secret without its key",
      ["", "[a]", "aws_secret_access_key = hidden"],
      "line 2: profile a has no aws_access_key_id",
    ],
    [
      "an empty secret",
      ["[a]", "aws_access_key_id = A", "aws_secret_access_key ="],
      "line 3: aws_secret_access_key must not be empty",
    ],
    [
      "a key id that cannot be signed with",
      ["[a]", "aws_access_key_id = A/B", "aws_secret_access_key = hidden"],
      "line 2: aws_access_key_id must be 1 to 128 characters without space, slash, comma, semicolon and equals sign",
    ],
    [
      "an account that is none",
      ["[a]", "aws_access_key_id = A", "aws_secret_access_key = hidden", "aws_account_id = 1234"],
      'line 4: aws_account_id must be twelve digits, got "1234"',
    ],
    [
      "a key id twice",
      ["a", "b"].flatMap((name) => [`[${name}]`, "aws_access_key_id = A", "aws_secret_access_key = hidden"]),
      "line 4: has the same aws_access_key_id as the profile on line 1",
    ],
  ])("refuses %s", (_name, lines, message) => {
    expect(() => parseCredentialsFile(lines.join("\n"))).toThrow(new CredentialsFileError(message));
  });

  test("reads or refuses any text, and repeats no secret in doing so", () => {
    const line = fc.constantFrom(
      "[a]",
      "[b]",
      "aws_access_key_id = A",
      "aws_access_key_id",
      "x = y",
      "=",
      "[",
      "",
    );
    const secretLine = fc.constantFrom("aws_secret_access_key = hidden", "aws_session_token = hidden");
    fc.assert(
      fc.property(fc.array(fc.oneof(line, secretLine, fc.string())), (lines) => {
        try {
          parseCredentialsFile(lines.join("\n"));
        } catch (error) {
          expect(error).toBeInstanceOf(CredentialsFileError);
          expect(String(error)).not.toContain("hidden");
        }
      }),
    );
  });
});
