import type { Secret } from "../model/batch.ts";
import { partitionOf } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";

/** A secret of the local secret store as it is kept: its values are sealed. */
export interface StoredSecret {
  readonly scope: Scope;
  readonly name: string;
  /** The six characters that follow the name in its ARN, as in Secrets Manager. */
  readonly arnSuffix: string;
  readonly createdAtMs: number;
  readonly current: SecretVersion;
  /** What `current` replaced; absent until it is replaced for the first time. */
  readonly previous?: SecretVersion;
  /** Who last changed it. */
  readonly cause: Cause;
}

export interface SecretVersion {
  readonly versionId: string;
  readonly createdAtMs: number;
  readonly sealedValue: string;
}

/** Where a value is kept, as `valueFrom` names it. */
export interface SecretReference {
  readonly service: "secretsmanager" | "ssm";
  /** Absent: that of the job. */
  readonly region?: string;
  /** The names that it can mean, the likeliest first. */
  readonly names: readonly string[];
  /** The member of a JSON object that is meant; absent: the whole value. */
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/** The longest value, in bytes of UTF-8, as in Secrets Manager. */
export const SECRET_BYTES_MAX = 65_536;

/** Whether a secret may have this name: the letters of Secrets Manager, which include those of Parameter Store. */
export function isSecretName(text: string): boolean {
  return SECRET_NAME.test(text);
}

export function secretArn({ scope, name, arnSuffix }: StoredSecret): string {
  const { region, accountId } = scope;
  return `arn:${partitionOf(region)}:secretsmanager:${region}:${accountId}:secret:${name}-${arnSuffix}`;
}

/**
 * Reads `valueFrom`: the ARN of a secret, which may be followed by `:json-key:version-stage:version-id`, each of which may
 * be empty; the ARN of a parameter; or the name of a parameter. Undefined for everything else.
 *
 * The account in an ARN does not count: a job finds the secrets of its own, so definitions written for AWS work as they
 * are. The six characters behind a secret's name may be any, or missing, for the same reason. A parameter's ARN does not
 * tell whether its name begins with a slash, so both are tried.
 *
 * https://docs.aws.amazon.com/batch/latest/userguide/specifying-sensitive-data-secrets.html
 */
export function parseSecretReference(valueFrom: string): SecretReference | undefined {
  const secret = SECRET_ARN.exec(valueFrom);
  if (secret !== null) return parseSecretArn(secret);
  const parameter = PARAMETER_ARN.exec(valueFrom);
  if (parameter !== null) {
    const [, region = "", path = ""] = parameter;
    return isSecretName(path) ? { service: "ssm", region, names: [`/${path}`, path] } : undefined;
  }
  return isSecretName(valueFrom) ? { service: "ssm", names: [valueFrom] } : undefined;
}

/** Checks the `secrets` and `secretOptions` of a definition: each has a name and says where its value is kept. */
export function checkSecrets(secrets: readonly Secret[], path: string): Refusal | undefined {
  return firstRefusal(secrets, ({ name, valueFrom }, index) => {
    if (name === "") return Refusal.bare(`${path}[${index}].name must not be empty`);
    if (valueFrom === "") return Refusal.bare(`${path}[${index}].valueFrom must not be empty`);
    return undefined;
  });
}

const SECRET_NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const SECRET_ARN = /^arn:[a-z-]+:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:(.+)$/;
const PARAMETER_ARN = /^arn:[a-z-]+:ssm:([a-z0-9-]+):[0-9]{12}:parameter\/(.+)$/;
const ARN_SUFFIX = /-[A-Za-z0-9]{6}$/;

function parseSecretArn([, region = "", rest = ""]: RegExpExecArray): SecretReference | undefined {
  const [name = "", jsonKey = "", versionStage = "", versionId = "", ...more] = rest.split(":");
  if (!isSecretName(name) || more.length > 0) return undefined;
  // AWS: a version is named by its stage or by its id.
  if (versionStage !== "" && versionId !== "") return undefined;
  const withoutSuffix = name.replace(ARN_SUFFIX, "");
  return {
    service: "secretsmanager",
    region,
    names: withoutSuffix === name || withoutSuffix === "" ? [name] : [name, withoutSuffix],
    ...(jsonKey !== "" && { jsonKey }),
    ...(versionStage !== "" && { versionStage }),
    ...(versionId !== "" && { versionId }),
  };
}
