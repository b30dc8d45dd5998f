import type { Scope } from "../batch/scope.ts";
import type { Principal } from "./principal.ts";
import type { Sessions } from "./sessions.ts";

/** An hour; SDKs ask again some minutes before it is over. */
const DURATION_SECONDS = 3_600;

export interface TaskRole {
  /** Of the job: a role of another account is worth no more than one of this. */
  readonly scope: Scope;
  readonly taskId: string;
  /** As the definition names it. */
  readonly roleArn: string;
}

/** What the credentials endpoint answers: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
export interface TaskCredentials {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

/** Issues credentials of a task's role. The session is named by the task, as on ECS. */
export function issueTaskCredentials(
  sessions: Pick<Sessions, "issue">,
  { scope, taskId, roleArn }: TaskRole,
  nowMs: number,
): TaskCredentials {
  const principal: Principal = {
    kind: "assumed-role",
    accountId: scope.accountId,
    roleName: roleArn.slice(roleArn.lastIndexOf("/") + 1),
    sessionName: taskId,
  };
  const issued = sessions.issue({ principal, expiresAtMs: nowMs + DURATION_SECONDS * 1000 });
  return {
    RoleArn: roleArn,
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    Token: issued.sessionToken,
    Expiration: new Date(issued.expiresAtMs).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}
