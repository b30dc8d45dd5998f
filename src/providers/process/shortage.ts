import { isSystemError } from "../../lib/system-error.ts";

const SHORTAGES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** Whether descriptors or memory are short for now: that says nothing of what was asked for. */
export function isShortage(error: unknown): boolean {
  return isSystemError(error) && SHORTAGES.has(error.code);
}
