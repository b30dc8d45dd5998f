import { SECRET_BYTES_MAX } from "../../../batch/secret.ts";
import type { ServiceModel } from "../../../model/service-model.ts";

/**
 * The operations on the local secret store: no service of AWS's, but told of in the form that AWS tells of its own in, so
 * that requests are read, checked, signed for and refused as those of Batch are. docs/secrets.md is its documentation.
 */
export interface SecretsOperations {
  readonly PutSecret: { readonly input: PutSecretRequest; readonly output: PutSecretResponse };
  readonly ListSecrets: { readonly input: ListSecretsRequest; readonly output: ListSecretsResponse };
  readonly DeleteSecret: { readonly input: DeleteSecretRequest; readonly output: object };
}

export interface PutSecretRequest {
  readonly name: string;
  readonly value: string;
}

export interface PutSecretResponse {
  readonly name: string;
  readonly arn: string;
  readonly versionId: string;
}

export interface ListSecretsRequest {
  readonly nextToken?: string | undefined;
}

export interface ListSecretsResponse {
  readonly secrets: readonly SecretSummary[];
  readonly nextToken?: string;
}

/** Instants are in milliseconds since 1970, as Batch has them. */
export interface SecretSummary {
  readonly name: string;
  readonly arn: string;
  readonly versionId: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface DeleteSecretRequest {
  readonly name: string;
}

const NAME_MEMBER = { shape: "Name" };

export const secretsModel: ServiceModel = {
  operations: {
    PutSecret: { method: "POST", path: "/secrets", input: "PutSecretRequest", output: "PutSecretResponse" },
    ListSecrets: {
      method: "GET",
      path: "/secrets",
      input: "ListSecretsRequest",
      output: "ListSecretsResponse",
    },
    DeleteSecret: { method: "DELETE", path: "/secrets/{name}", input: "DeleteSecretRequest" },
  },
  shapes: {
    Name: { type: "string" },
    Value: { type: "string", max: SECRET_BYTES_MAX, isVerbatim: true },
    Token: { type: "string" },
    Instant: { type: "long" },
    PutSecretRequest: {
      type: "structure",
      required: ["name", "value"],
      members: { name: NAME_MEMBER, value: { shape: "Value" } },
    },
    PutSecretResponse: {
      type: "structure",
      required: [],
      members: { name: NAME_MEMBER, arn: NAME_MEMBER, versionId: NAME_MEMBER },
    },
    ListSecretsRequest: {
      type: "structure",
      required: [],
      members: { nextToken: { shape: "Token", location: "querystring" } },
    },
    ListSecretsResponse: {
      type: "structure",
      required: [],
      members: { secrets: { shape: "SecretSummaries" }, nextToken: { shape: "Token" } },
    },
    SecretSummaries: { type: "list", item: "SecretSummary" },
    SecretSummary: {
      type: "structure",
      required: [],
      members: {
        name: NAME_MEMBER,
        arn: NAME_MEMBER,
        versionId: NAME_MEMBER,
        createdAt: { shape: "Instant" },
        changedAt: { shape: "Instant" },
      },
    },
    DeleteSecretRequest: {
      type: "structure",
      required: ["name"],
      members: { name: { shape: "Name", location: "uri" } },
    },
  },
};
