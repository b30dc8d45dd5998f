import { GoRegex, REGEX_POINTS_MAX } from "../../../lib/go-regex.ts";
import { parseFilterRegex } from "./filter-regex-parser.ts";
import { invalidParameter } from "./logs-errors.ts";

/**
 * Reads an expression and makes ready to search with it.
 *
 * AWS says nothing of how large one may be, beyond the 1,024 characters of a filter pattern; what would be slow to search
 * with is refused here.
 */
export function compileFilterRegex(source: string): GoRegex {
  const regex = GoRegex.of(parseFilterRegex(source));
  if (regex !== undefined) return regex;
  throw invalidParameter(
    `Invalid filter pattern: the regular expression '%${source}%' is too large: with repetitions such as x{3} written ` +
      `out as xxx it may have at most ${REGEX_POINTS_MAX} characters and operators.`,
  );
}
