import type { NodeProperties, NodeRangeProperty } from "../model/batch.ts";
import { assert } from "../lib/assert.ts";
import { mapOrRefusal } from "./map-or-refusal.ts";
import { instanceTypeOf, workloadOf } from "./node-properties.ts";
import { findRange, parseTargetNodes } from "./node-range.ts";
import type { NodeRange } from "./node-range.ts";
import { Refusal } from "./refusal.ts";
import { addResources, NO_RESOURCES } from "./resources.ts";
import type { Resources } from "./resources.ts";
import { workloadResources } from "./workload.ts";
import type { MultiNodeWorkload, NodeWorkload } from "./workload.ts";

/** Says of each node of a multi-node job what it runs, by properties that are effective: checked and overridden. */
export function createMultiNodeWorkload(nodeProperties: NodeProperties): MultiNodeWorkload | Refusal {
  const { numNodes, mainNode, nodeRangeProperties } = nodeProperties;
  const ofRanges = mapOrRefusal(nodeRangeProperties, (range, index) =>
    nodeWorkload(range, `nodeProperties.nodeRangeProperties[${index}]`),
  );
  if (ofRanges instanceof Refusal) return ofRanges;
  const ranges = targetRanges(nodeProperties);
  const nodes = Array.from({ length: numNodes }, (_, index) => {
    const node = ofRanges[findRange(ranges, index) ?? -1];
    assert(node !== undefined, `no range has the node ${index}`);
    return node;
  });
  return { kind: "multi-node", numNodes, mainNode, nodeProperties, nodes };
}

/** What all nodes ask for together: they run at the same time or not at all. */
export function allNodesResources({ nodes }: MultiNodeWorkload): Resources {
  return nodes.map(({ resources }) => resources).reduce(addResources, NO_RESOURCES);
}

/** The ranges of checked properties; those that ended within fewer nodes than there were at first still do. */
export function targetRanges({ numNodes, nodeRangeProperties }: NodeProperties): readonly NodeRange[] {
  return nodeRangeProperties.map(({ targetNodes }) => {
    const range = parseTargetNodes(targetNodes, numNodes);
    assert(!(range instanceof Refusal), `a range was stored unchecked: ${targetNodes}`);
    return range;
  });
}

function nodeWorkload(range: NodeRangeProperty, path: string): NodeWorkload | Refusal {
  const workload = workloadOf(range);
  const resources = workloadResources(workload, "EC2", path);
  if (resources instanceof Refusal) return resources;
  const instanceType = instanceTypeOf(range);
  return { workload, resources, ...(instanceType !== undefined && { instanceType }) };
}
