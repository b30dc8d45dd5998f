import { describe, expect, test } from "vitest";
import { jobDefinitionArn, jobQueueArn } from "./arn.ts";
import { parseJobDefinitionReference } from "./job-definition-reference.ts";
import { Refusal } from "./refusal.ts";

const SCOPE = { accountId: "111122223333", region: "us-east-1" };
const NAME_ARN = jobDefinitionArn(SCOPE, "demo");
const REVISION_ARN = jobDefinitionArn(SCOPE, "demo", 2);
const ELSEWHERE_ARN = jobDefinitionArn({ ...SCOPE, region: "eu-west-1" }, "demo", 2);

describe("parseJobDefinitionReference", () => {
  test.each([
    ["a name, which names no revision (section 16, lines 7 and 9)", "demo", { name: "demo" }],
    ["a name with a revision", "demo:2", { name: "demo", revision: 2 }],
    ["an ARN", NAME_ARN, { name: "demo" }],
    ["an ARN with a revision", REVISION_ARN, { name: "demo", revision: 2 }],
  ])("reads %s", (_what, text, expected) => {
    expect(parseJobDefinitionReference(SCOPE, text)).toEqual(expected);
  });

  test.each(["demo:latest", "demo.x", "", "n".repeat(129), jobQueueArn(SCOPE, "demo")])(
    "refuses %j, which is no form of it",
    (text) => {
      expect(parseJobDefinitionReference(SCOPE, text)).toEqual(
        Refusal.bare(`Provided name ${text} is not supported pattern[a-zA-Z_0-9-]{1,128}`),
      );
    },
  );

  test("never finds one of another region", () => {
    expect(parseJobDefinitionReference(SCOPE, ELSEWHERE_ARN)).toEqual(
      Refusal.bare(`JobDefinition ${ELSEWHERE_ARN} not found.`),
    );
  });
});
