import { unreachable } from "./assert.ts";
import type { CharacterTest, RegexCondition, RegexNode } from "./go-regex-parser.ts";

/** A point of an expression: what has to come there, and where it goes on. */
export type Instruction =
  | { readonly kind: "character"; readonly matches: CharacterTest; readonly next: number }
  | { readonly kind: "condition"; readonly condition: RegexCondition; readonly next: number }
  | { readonly kind: "fork"; readonly next: number; readonly other: number }
  | { readonly kind: "match" };

/** The expression as points, the first of which is where it begins; undefined where they are too many. */
export function compileRegex(node: RegexNode, instructionsMax: number): readonly Instruction[] | undefined {
  const instructions: Instruction[] = [{ kind: "match" }];
  const add = (instruction: Instruction): number => instructions.push(instruction) - 1;
  /** Writes a part whose end goes on at `next`; says where it begins. Stops short where there are too many already. */
  const write = (part: RegexNode, next: number): number => {
    if (instructions.length > instructionsMax) return next;
    switch (part.kind) {
      case "character":
        return add({ kind: "character", matches: part.matches, next });
      case "condition":
        return add({ kind: "condition", condition: part.condition, next });
      case "sequence":
        return part.nodes.reduceRight((following, child) => write(child, following), next);
      case "alternatives":
        return part.nodes
          .map((child) => write(child, next))
          .reduce((begin, other) => add({ kind: "fork", next: begin, other }));
      case "repetition":
        return writeRepetition(part, next);
      default:
        return unreachable(part);
    }
  };
  const writeRepetition = (part: RegexNode & { readonly kind: "repetition" }, next: number): number => {
    let begin = next;
    if (part.most === undefined) {
      // The loop's point is there before what it leads to.
      begin = add({ kind: "match" });
      instructions[begin] = { kind: "fork", next: write(part.node, begin), other: next };
    }
    for (let count = part.least; count < (part.most ?? 0); count += 1) {
      begin = add({ kind: "fork", next: write(part.node, begin), other: next });
    }
    for (let count = 0; count < part.least; count += 1) {
      const before = begin;
      begin = write(part.node, before);
      // What is empty stays so however often it is written, which may be a thousand times a thousand.
      if (begin === before) break;
    }
    return begin;
  };

  const begin = write(node, add({ kind: "match" }));
  instructions[0] = { kind: "fork", next: begin, other: begin };
  return instructions.length > instructionsMax ? undefined : instructions;
}
