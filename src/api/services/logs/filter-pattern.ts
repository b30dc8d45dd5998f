import type { TextSearch } from "../../../lib/text-search.ts";
import { compileFilterRegex } from "./filter-regex.ts";
import { invalidParameter } from "./logs-errors.ts";
import { TermsSearch } from "./terms-search.ts";
import type { Term } from "./terms-search.ts";

/** Begins to find out whether an event's message is one of those looked for. */
export type MessageMatcher = (message: string) => TextSearch;

/**
 * Reads a filter pattern for text without structure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 *
 * Terms are looked for anywhere in the message, with regard to case: all of them, none of those behind `-`. If all
 * stand behind `?`, any one will do; beside others those are ignored, as in AWS. A term of anything but letters, digits,
 * `_`, `.` and `-` has to be quoted. `%…%` holds a regular expression and stands alone. Patterns for JSON and for
 * columns are refused.
 */
export function parseFilterPattern(pattern: string): MessageMatcher {
  const text = pattern.trim();
  if (text.startsWith("{") || text.startsWith("[")) {
    throw invalidParameter(
      "Invalid filter pattern: patterns for JSON ({ … }) and for space-delimited events ([ … ]) are not supported yet. " +
        'Terms, "exact phrases", ?any, -none and %regular expressions% are.',
    );
  }
  if (text.length > 1 && text.startsWith("%") && text.endsWith("%")) {
    const regex = compileFilterRegex(text.slice(1, -1));
    return (message) => regex.search(message);
  }
  const terms = parseTerms(text);
  const others = terms.filter(({ sign }) => sign !== "?");
  const heeded = others.length > 0 ? others : terms;
  return (message) => new TermsSearch(heeded, message);
}

/** A term in quotes or without, and the blanks behind it. */
const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(\s+|$)/y;
const UNQUOTED_STRANGER = /[^\p{L}\p{N}_.-]/u;

function parseTerms(pattern: string): readonly Term[] {
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const start = TERM.lastIndex;
    const match = TERM.exec(pattern);
    if (match === null) throw invalidTerm(pattern.slice(start));
    const [, sign = "", quoted, unquoted = ""] = match;
    const stranger = UNQUOTED_STRANGER.exec(unquoted);
    if (stranger !== null) throw invalidTerm(stranger[0]);
    const text = quoted?.replaceAll(/\\(.)/g, "$1") ?? unquoted;
    if (text === "") throw invalidTerm('""');
    terms.push({ sign: sign === "?" || sign === "-" ? sign : "", text });
  }
  return terms;
}

/** AWS's words for it. */
function invalidTerm(term: string): Error {
  return invalidParameter(`Invalid filter pattern: Invalid character(s) in term '${term}'`);
}
