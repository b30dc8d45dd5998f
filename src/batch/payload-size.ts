import { Refusal } from "./refusal.ts";

/** Bytes of a registration: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html */
export const JOB_DEFINITION_BYTES_MAX = 24 * 1024;

/** Bytes of a submission, from the same page. */
export const SUBMIT_JOB_BYTES_MAX = 30 * 1024;

/** Refuses a request whose JSON is longer than `bytesMax`. */
export function checkPayloadSize(request: object, bytesMax: number, what: string): Refusal | undefined {
  const byteCount = new TextEncoder().encode(JSON.stringify(request)).length;
  if (byteCount <= bytesMax) return undefined;
  return Refusal.bare(`${what} must have at most ${bytesMax} bytes, got ${byteCount}`);
}
