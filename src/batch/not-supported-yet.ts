import { Refusal } from "./refusal.ts";

/**
 * Refuses what AWS Batch can do and this version cannot.
 *
 * @param what a plural with the member that asks for it: `array jobs (arrayProperties)`.
 */
export function notSupportedYet(what: string): Refusal {
  return Refusal.bare(`${what} are not supported yet by this version of Batchyard`);
}
