import { expect, test } from "vitest";
import { expandServiceRole, isServiceLinkedRole, serviceLinkedRole } from "./service-role.ts";

const SCOPE = { accountId: "111122223333", region: "us-east-1" };

test.each([
  ["us-east-1", "arn:aws:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"],
  [
    "cn-north-1",
    "arn:aws-cn:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
  ],
])("the service-linked role in %s is %s", (region, arn) => {
  expect(serviceLinkedRole({ ...SCOPE, region })).toBe(arn);
  expect(isServiceLinkedRole(arn)).toBe(true);
});

test.each([
  ["batch", "arn:aws:iam::111122223333:role/batch"],
  ["/team/batch", "arn:aws:iam::111122223333:role/team/batch"],
  ["arn:aws:iam::999900001111:role/batch", "arn:aws:iam::999900001111:role/batch"],
])("the role %s is %s, which is not service-linked", (role, arn) => {
  expect(expandServiceRole(SCOPE, role)).toBe(arn);
  expect(isServiceLinkedRole(arn)).toBe(false);
});
