import { rememberLatest } from "../../lib/remember-latest.ts";

interface Instant {
  readonly atMs: number;
  /** As signatures hold it: `20150830T123600Z`. */
  readonly text: string;
}

/**
 * Reads `20150830T123600Z`, or the forms that the `Date` header has in HTTP and in mail; undefined for anything else.
 * A busy server's signatures are mostly of the same second.
 */
export const parseTimestamp = rememberLatest(readTimestamp);

/** An instant as signatures hold it: `20150830T123600Z`. */
export function formatTimestamp(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function readTimestamp(text: string): Instant | undefined {
  const parts = COMPACT.exec(text);
  const standard =
    parts === null ? text : `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`;
  if (parts === null && !HTTP_DATE.test(text)) return undefined;
  const atMs = Date.parse(standard);
  return Number.isNaN(atMs) ? undefined : { atMs, text: formatTimestamp(atMs) };
}

const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]0000)$/;
