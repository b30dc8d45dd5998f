import { isSecretName, secretArn, SECRET_BYTES_MAX } from "../../../batch/secret.ts";
import type { StoredSecret } from "../../../batch/secret.ts";
import type { SecretVault } from "../../../secrets/secret-vault.ts";
import { ApiError, clientError } from "../../errors.ts";
import { withServerKey } from "../../key-refusal.ts";
import type { Operations } from "../../operation.ts";
import { readPage } from "../../pagination.ts";
import { causeOf } from "../batch/cause-of.ts";
import type { SecretsOperations, SecretSummary } from "./secrets-model.ts";

const SECRETS_PER_PAGE = 100;

/** The operations on the local secret store. No answer holds a value: only jobs are given those. */
export function createSecretsOperations(
  vault: Pick<SecretVault, "put" | "list" | "remove">,
): Operations<SecretsOperations> {
  return {
    PutSecret: async ({ name, value }, context) => {
      checkName(name);
      checkValue(value);
      const secret = await withServerKey("ServerException", () =>
        vault.put(context.scope, name, value, causeOf(context)),
      );
      return { name, arn: secretArn(secret), versionId: secret.current.versionId };
    },
    ListSecrets: async ({ nextToken }, { scope }) => {
      const listing = { operation: "ListSecrets", scope };
      const { items, ...next } = await readPage({ nextToken }, listing, SECRETS_PER_PAGE, (page) =>
        vault.list(scope, page),
      );
      return { secrets: items.map(summarise), ...next };
    },
    DeleteSecret: async ({ name }, { scope }) => {
      checkName(name);
      if (await vault.remove(scope, name)) return {};
      throw new ApiError("ResourceNotFoundException", `There is no secret ${name}`, { status: 404 });
    },
  };
}

function summarise(secret: StoredSecret): SecretSummary {
  const { name, createdAtMs, current } = secret;
  return {
    name,
    arn: secretArn(secret),
    versionId: current.versionId,
    createdAt: createdAtMs,
    changedAt: current.createdAtMs,
  };
}

function checkName(name: string): void {
  if (isSecretName(name)) return;
  throw clientError("name must be 1 to 512 letters, digits or characters of /_+=.@-");
}

/** The texts never hold what was sent. */
function checkValue(value: string): void {
  if (value === "") throw clientError("value must not be empty");
  if (value.includes("\0")) throw clientError("value must not contain a null character");
  if (!value.isWellFormed()) throw clientError("value must be well-formed Unicode");
  const byteCount = Buffer.byteLength(value);
  if (byteCount <= SECRET_BYTES_MAX) return;
  throw clientError(`value must have at most ${SECRET_BYTES_MAX} bytes, got ${byteCount}`);
}
