import { Refusal } from "./refusal.ts";

/** Bytes of a registration: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html */
export const JOB_DEFINITION_BYTES_MAX = 24 * 1024;

/** Bytes of a submission, from the same page. */
export const SUBMIT_JOB_BYTES_MAX = 30 * 1024;

/** A text of so many code units is never longer in UTF-8: most need no closer look. */
const UTF8_BYTES_PER_CODE_UNIT_MAX = 3;

/** Refuses a request whose JSON is longer than `bytesMax`. */
export function checkPayloadSize(request: object, bytesMax: number, what: string): Refusal | undefined {
  const text = JSON.stringify(request);
  if (text.length * UTF8_BYTES_PER_CODE_UNIT_MAX <= bytesMax) return undefined;
  const byteCount = new TextEncoder().encode(text).length;
  if (byteCount <= bytesMax) return undefined;
  return Refusal.bare(`${what} must have at most ${bytesMax} bytes, got ${byteCount}`);
}
