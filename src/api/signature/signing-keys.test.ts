import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ANY_CHARACTER } from "../../../test/support/any-text.ts";
import { createSigningKeys, SigningKey, SIGNING_KEYS_MAX } from "./signing-keys.ts";

// The example of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const CREDENTIAL = {
  profile: "a",
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const SCOPE = { date: "20150830", region: "us-east-1", service: "iam" };
const DERIVED = Buffer.from("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9", "hex");

test("a signing key is the one that AWS's documentation derives", () => {
  expect(createSigningKeys()(CREDENTIAL, SCOPE).sign("text")).toBe(hmac(DERIVED, "text"));
});

test("a signing key is derived once while it is in use, and forgotten behind enough others", () => {
  const signingKeys = createSigningKeys();
  const first = signingKeys(CREDENTIAL, SCOPE);
  for (let index = 0; index < SIGNING_KEYS_MAX - 1; index++) {
    signingKeys(CREDENTIAL, { ...SCOPE, region: `r-${index}` });
  }
  expect(signingKeys(CREDENTIAL, SCOPE)).toBe(first);
  for (let index = 0; index < SIGNING_KEYS_MAX; index++) {
    signingKeys(CREDENTIAL, { ...SCOPE, region: `s-${index}` });
  }
  const again = signingKeys(CREDENTIAL, SCOPE);
  expect(again).not.toBe(first);
  expect(again.sign("text")).toBe(first.sign("text"));
});

test("a key signs as HMAC does, whatever it signed before", () => {
  const texts = fc.array(fc.string({ unit: ANY_CHARACTER, maxLength: 300 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 64 }), texts, (bytes, signed) => {
      const key = new SigningKey(bytes);
      expect(signed.map((text) => key.sign(text))).toEqual(signed.map((text) => hmac(bytes, text)));
    }),
  );
});

function hmac(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
