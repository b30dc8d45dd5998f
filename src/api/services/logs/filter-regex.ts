import { GoRegex, REGEX_POINTS_MAX } from "../../../lib/go-regex.ts";
import type { RegexNode } from "../../../lib/go-regex-parser.ts";
import { OTHER_CHARACTERS, parseFilterRegex } from "./filter-regex-parser.ts";
import type { Alternative, Step } from "./filter-regex-parser.ts";
import { invalidParameter } from "./logs-errors.ts";

/**
 * Reads an expression and makes ready to search with it.
 *
 * AWS says nothing of how large one may be, beyond the 1,024 characters of a filter pattern; what would be slow to search
 * with is refused here.
 */
export function compileFilterRegex(source: string): GoRegex {
  const alternatives = parseFilterRegex(source);
  const regex =
    alternatives && GoRegex.of({ kind: "alternatives", nodes: alternatives.map(alternativeNode) });
  if (regex !== undefined) return regex;
  throw invalidParameter(
    `Invalid filter pattern: the regular expression '%${source}%' is too large: with repetitions such as x{3} written ` +
      `out as xxx it may have at most ${REGEX_POINTS_MAX} characters and operators.`,
  );
}

function alternativeNode({ steps, isFromStart, isToEnd }: Alternative): RegexNode {
  const nodes = steps.map(stepNode);
  if (isFromStart) nodes.unshift({ kind: "condition", condition: "text-start" });
  if (isToEnd) nodes.push({ kind: "condition", condition: "text-end" });
  return { kind: "sequence", nodes };
}

function stepNode({ set, times }: Step): RegexNode {
  const node: RegexNode = {
    kind: "character",
    matches: (code) => set[Math.min(code, OTHER_CHARACTERS)] === true,
  };
  if (times === "once") return node;
  return { kind: "repetition", node, least: 0, most: times === "maybe" ? 1 : undefined };
}
