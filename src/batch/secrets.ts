import type { Secret } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";

/** Checks `secrets` and `secretOptions`: each has a name and says where its value is kept. */
export function checkSecrets(secrets: readonly Secret[], path: string): Refusal | undefined {
  return firstRefusal(secrets, ({ name, valueFrom }, index) => {
    if (name === "") return Refusal.bare(`${path}[${index}].name must not be empty`);
    if (valueFrom === "") return Refusal.bare(`${path}[${index}].valueFrom must not be empty`);
    return undefined;
  });
}
