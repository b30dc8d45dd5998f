import { GoRegex } from "../../../lib/go-regex.ts";
import type { RegexNode } from "../../../lib/go-regex-parser.ts";
import { OTHER_CHARACTERS } from "./filter-regex-parser.ts";
import type { Alternative, FilterRegex, Step } from "./filter-regex-parser.ts";

/** Turns an expression into a search whose time grows with the text only. */
export function matcherOf(regex: FilterRegex): (text: string) => boolean {
  const search = GoRegex.of({ kind: "alternatives", nodes: regex.map(alternativeNode) });
  return (text) => search.matches(text);
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
