import { createHash } from "node:crypto";
import { partitionOf } from "../batch/arn.ts";
import { base32 } from "./base32.ts";

/** Somebody who asks. Their ARN depends on the region that they ask in, which decides the partition. */
export type Principal =
  | { readonly kind: "root"; readonly accountId: string }
  | { readonly kind: "user"; readonly accountId: string; readonly userName: string }
  | {
      readonly kind: "assumed-role";
      readonly accountId: string;
      readonly roleName: string;
      readonly sessionName: string;
    };

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export function principalArn(principal: Principal, region: string): string {
  const partition = partitionOf(region);
  const { accountId } = principal;
  switch (principal.kind) {
    case "root":
      return `arn:${partition}:iam::${accountId}:root`;
    case "user":
      return `arn:${partition}:iam::${accountId}:user/${principal.userName}`;
    case "assumed-role":
      return `arn:${partition}:sts::${accountId}:assumed-role/${principal.roleName}/${principal.sessionName}`;
    default:
      return principal satisfies never;
  }
}

/** Reads an ARN that `principalArn` has made. */
export function parsePrincipalArn(ownArn: string): Principal {
  const [, , , , accountId = "", resource = ""] = ownArn.split(":");
  const [kind, name = "", sessionName = ""] = resource.split("/");
  if (kind === "user") return { kind, accountId, userName: name };
  if (kind === "assumed-role") return { kind, accountId, roleName: name, sessionName };
  return { kind: "root", accountId };
}

/**
 * AWS's user ids are made up when a user is; here, where users are the profiles of a file, the name is the id. The id of an
 * account's root user is the account's, as on AWS; that of a role's session is the role's id and the session's name.
 */
export function principalUserId(principal: Principal): string {
  switch (principal.kind) {
    case "root":
      return principal.accountId;
    case "user":
      return principal.userName;
    case "assumed-role":
      return `${roleId(principal)}:${principal.sessionName}`;
    default:
      return principal satisfies never;
  }
}

/** Roles are not stored, so their ids are made of what names them. */
function roleId({ accountId, roleName }: { readonly accountId: string; readonly roleName: string }): string {
  const digest = createHash("sha256").update(`${accountId}/${roleName}`).digest();
  return `AROA${base32(digest, 17)}`;
}

/** A role as its ARN names it. */
export interface RoleReference {
  readonly accountId: string;
  /** Without its path. */
  readonly roleName: string;
}

/** Undefined for what is not the ARN of a role. */
export function parseRoleArn(text: string): RoleReference | undefined {
  const [, accountId = "", roleName] = ROLE_ARN.exec(text) ?? [];
  return roleName === undefined ? undefined : { accountId, roleName };
}

const ROLE_ARN = /^arn:[a-z-]+:iam::([0-9]{12}):role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]{1,64})$/;
