import { describe, expect, test } from "vitest";
import { SecretKeyFileError } from "../../../secrets/sealer.ts";
import { SERVICES } from "../../services.ts";
import { validateInput } from "../../validate.ts";
import type { PutSecretRequest } from "./secrets-model.ts";
import { createSecretsOperations } from "./secrets-operations.ts";

const CONTEXT = {
  scope: { accountId: "123456789012", region: "us-east-1" },
  principal: "arn:aws:iam::123456789012:root",
  requestId: "r",
};
const { PutSecret } = createSecretsOperations({
  put: () => Promise.reject(new SecretKeyFileError("the key file is away")),
  list: () => Promise.reject(new Error("not asked for")),
  remove: () => Promise.reject(new Error("not asked for")),
});

/** Puts a value as it comes with a request. */
async function put(value: string): Promise<object> {
  const { model, refuseShape } = SERVICES.secrets;
  // The shape is that of the request.
  const input = validateInput(model, "PutSecretRequest", { name: "a", value }, refuseShape);
  return PutSecret(input as unknown as PutSecretRequest, CONTEXT);
}

describe("PutSecret", () => {
  test.each<[value: string, message: string]>([
    ["", "value must not be empty"],
    ["a\0b", "value must not contain a null character"],
    ["a\ud800b", "value must be well-formed Unicode"],
  ])("refuses %j", async (value, message) => {
    await expect(put(value)).rejects.toMatchObject({ code: "ClientException", status: 400, message });
  });

  test("says why it cannot seal", async () => {
    await expect(put("value")).rejects.toMatchObject({
      code: "ServerException",
      status: 503,
      message: "the key file is away",
    });
  });
});
