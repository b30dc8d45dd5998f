import { partitionOf } from "./arn.ts";
import type { Scope } from "./scope.ts";

/** The role that Batch uses where an environment names none. */
export function serviceLinkedRole(scope: Scope): string {
  return roleArn(scope, "/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch");
}

export function isServiceLinkedRole(serviceRole: string): boolean {
  return SERVICE_LINKED_ROLE.test(serviceRole);
}

/**
 * The ARN of a role given by ARN or by name; a name without a path is one in `/`.
 *
 * Roles are kept and shown, never looked up: there is no IAM here.
 */
export function expandServiceRole(scope: Scope, role: string): string {
  if (role.startsWith("arn:")) return role;
  return roleArn(scope, role.startsWith("/") ? role : `/${role}`);
}

const SERVICE_LINKED_ROLE = /^arn:[^:]+:iam::\d{12}:role\/aws-service-role\/batch\.amazonaws\.com\//;

function roleArn({ accountId, region }: Scope, path: string): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:role${path}`;
}
