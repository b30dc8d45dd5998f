import { Refusal } from "./refusal.ts";

/** Refuses a request whose JSON is longer than `bytesMax`. Most are so short that it need not be written to know. */
export function checkPayloadSize(request: object, bytesMax: number, what: string): Refusal | undefined {
  if (bytesAtMost(request) <= bytesMax) return undefined;
  const byteCount = new TextEncoder().encode(JSON.stringify(request)).length;
  if (byteCount <= bytesMax) return undefined;
  return Refusal.bare(`${what} must have at most ${bytesMax} bytes, got ${byteCount}`);
}

/** Whether the JSON of a value has more characters than `lengthMax`. */
export function isJsonLongerThan(value: object, lengthMax: number): boolean {
  return bytesAtMost(value) > lengthMax && JSON.stringify(value).length > lengthMax;
}

/** Of a code unit in JSON: `\u0001`. */
const CODE_UNIT_BYTES_MAX = 6;
/** Of a number: `-1.7976931348623157e+308`. */
const NUMBER_BYTES_MAX = 24;
/** Quotes, colon and comma, or a pair of brackets and a comma. */
const PUNCTUATION_BYTES_MAX = 4;

/** What the JSON of a value, and what stands around it, can never be longer than. */
function bytesAtMost(value: unknown): number {
  if (typeof value === "string") return PUNCTUATION_BYTES_MAX + CODE_UNIT_BYTES_MAX * value.length;
  if (typeof value !== "object" || value === null) return PUNCTUATION_BYTES_MAX + NUMBER_BYTES_MAX;
  let byteCount = PUNCTUATION_BYTES_MAX;
  if (Array.isArray(value)) {
    for (const item of value) byteCount += bytesAtMost(item);
    return byteCount;
  }
  for (const name in value) {
    byteCount += bytesAtMost(name) + bytesAtMost((value as Readonly<Record<string, unknown>>)[name]);
  }
  return byteCount;
}
