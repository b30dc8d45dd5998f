import { expect, test } from "vitest";
import { getCallerIdentity } from "./get-caller-identity.ts";

test.each([
  ["arn:aws:iam::123456789012:root", "123456789012"],
  ["arn:aws-cn:iam::123456789012:user/ci.bot", "ci.bot"],
])("%s is told their ARN, account and user id", async (principal, userId) => {
  const scope = { accountId: "123456789012", region: "us-east-1" };
  expect(await getCallerIdentity({}, { scope, principal, requestId: "r" })).toEqual({
    UserId: userId,
    Account: "123456789012",
    Arn: principal,
  });
});
