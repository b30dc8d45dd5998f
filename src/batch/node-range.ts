import { Refusal } from "./refusal.ts";

/** Which nodes a `targetNodes` names, both ends included. */
export interface NodeRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `targetNodes`: `a:b`, `:b` from the first node, `a:` to the last one, or one node.
 *
 * AWS's text, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 */
export function parseTargetNodes(targetNodes: string, numNodes: number): NodeRange | Refusal {
  const match = TARGET_NODES.exec(targetNodes);
  if (match === null) return Refusal.wrapped("targetNodes should contain only digits.");
  const [, first, colon, last] = match;
  if (colon === undefined) return { first: Number(first), last: Number(first) };
  return {
    first: first === "" ? 0 : Number(first),
    last: last === undefined || last === "" ? numNodes - 1 : Number(last),
  };
}

/** Whether a range goes to the last node, however many there are. */
export function isOpenEnded(targetNodes: string): boolean {
  return targetNodes.endsWith(":");
}

export function contains(outer: NodeRange, inner: NodeRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/**
 * Says which of the ranges a node is of, by its index: of nested ones the narrowest, of equally narrow ones the latest;
 * undefined where none has the node.
 */
export function findRange(ranges: readonly NodeRange[], nodeIndex: number): number | undefined {
  let found: number | undefined;
  let widthMin = Infinity;
  for (const [index, { first, last }] of ranges.entries()) {
    const isNarrower = first <= nodeIndex && nodeIndex <= last && last - first <= widthMin;
    if (!isNarrower) continue;
    found = index;
    widthMin = last - first;
  }
  return found;
}

const TARGET_NODES = /^(?=[\d:])(\d{0,9})(?:(:)(\d{0,9}))?$/;
