import type { NodeProperties, NodeRangeProperty } from "../model/batch.ts";
import { parseContainer } from "./container-properties.ts";
import { parseEcsProperties } from "./ecs-properties.ts";
import { parseEksProperties } from "./eks-properties.ts";
import { firstRefusal } from "./first-refusal.ts";
import { mapOrRefusal } from "./map-or-refusal.ts";
import { findRange, parseTargetNodes } from "./node-range.ts";
import type { NodeRange } from "./node-range.ts";
import { Refusal } from "./refusal.ts";
import type { Workload } from "./workload.ts";

const NODES_MAX = 1000;
const RANGES_MAX = 5;

/**
 * Reads the `nodeProperties` of a definition: checked, then in the form in which AWS returns them (specification 3.6).
 *
 * Order: numbers, the kind of each range, its workload, that the ranges cover the nodes, that they go together. AWS's
 * texts, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch); those with a path are ours.
 */
export function parseNodeProperties(properties: NodeProperties): NodeProperties | Refusal {
  const { nodeRangeProperties: ranges } = properties;
  const refusal =
    checkNumbers(properties) ??
    firstRefusal(ranges, (range, index) => checkRangeKind(range, `${PATH}[${index}]`));
  if (refusal !== undefined) return refusal;

  const parsed = mapOrRefusal(ranges, (range, index) => parseRange(range, `${PATH}[${index}]`));
  if (parsed instanceof Refusal) return parsed;
  return checkTargets(properties) ?? checkTogether(parsed) ?? { ...properties, nodeRangeProperties: parsed };
}

/** Refuses numbers of nodes that no job has, and a main node that is none of them. */
export function checkNodeNumbers(numNodes: number, mainNode: number): Refusal | undefined {
  if (numNodes < 1 || numNodes > NODES_MAX) {
    return Refusal.wrapped(`Number of nodes must be between 1 and ${NODES_MAX}.`);
  }
  if (mainNode >= 0 && mainNode < numNodes) return undefined;
  return Refusal.wrapped("Main node index is out of range, must be less than numNodes.");
}

/** What the nodes of a checked range run. */
export function workloadOf({ container, ecsProperties, eksProperties }: NodeRangeProperty): Workload {
  if (ecsProperties !== undefined) return { kind: "ecs", ecs: ecsProperties };
  if (eksProperties !== undefined) return { kind: "eks", eks: eksProperties };
  return { kind: "container", container: container ?? {} };
}

/** The instance type that a range asks for: a member of its own where it runs a task, of its container otherwise. */
export function instanceTypeOf({ container, instanceTypes }: NodeRangeProperty): string | undefined {
  return instanceTypes?.[0] ?? container?.instanceType;
}

/** Refuses ranges that AWS cannot place together: all nodes are of one instance type, and of one namespace on EKS. */
export function checkTogether(ranges: readonly NodeRangeProperty[]): Refusal | undefined {
  const eksRanges = ranges.flatMap(({ eksProperties }) => eksProperties ?? []);
  if (eksRanges.length > 0 && eksRanges.length < ranges.length) {
    return Refusal.bare(`${PATH} must be for EKS all or none, got ${eksRanges.length} of ${ranges.length}`);
  }
  const namespaces = new Set(eksRanges.map(({ podProperties }) => podProperties?.metadata?.namespace));
  if (namespaces.size > 1) {
    return Refusal.bare(`${PATH} must have the same namespace, got ${listed(namespaces)}`);
  }
  const instanceTypes = new Set(ranges.flatMap((range) => instanceTypeOf(range) ?? []));
  if (instanceTypes.size <= 1) return undefined;
  return Refusal.bare(`${PATH} must have the same instance type, got ${listed(instanceTypes)}`);
}

const PATH = "nodeProperties.nodeRangeProperties";
const KINDS = ["container", "ecsProperties", "eksProperties"] as const;

function listed(values: ReadonlySet<string | undefined>): string {
  return [...values].map((value) => value ?? "none").join(" and ");
}

function checkNumbers({ numNodes, mainNode, nodeRangeProperties }: NodeProperties): Refusal | undefined {
  if (nodeRangeProperties.length > RANGES_MAX) {
    return Refusal.wrapped(`Maximum allowed size of node range properties is ${RANGES_MAX}`);
  }
  return checkNodeNumbers(numNodes, mainNode);
}

function checkRangeKind(range: NodeRangeProperty, path: string): Refusal | undefined {
  const given = KINDS.filter((kind) => range[kind] !== undefined);
  const [first, second] = given;
  if (first === undefined) {
    return Refusal.wrapped(`Must specify container for node range ${range.targetNodes}`);
  }
  if (second !== undefined) {
    // AWS names the later member first.
    return Refusal.wrapped(`NodeRangeProperties can not use both ${second} and ${first} fields`);
  }
  const { instanceTypes = [] } = range;
  if (instanceTypes.length > 1) {
    return Refusal.bare(`${path}.instanceTypes must have at most 1 entry, got ${instanceTypes.length}`);
  }
  if (instanceTypes.length === 0 || first === "ecsProperties") return undefined;
  return Refusal.wrapped(
    "Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs.",
  );
}

/** Multi-node jobs run on EC2 only. */
function parseRange(range: NodeRangeProperty, path: string): NodeRangeProperty | Refusal {
  const { container, ecsProperties, eksProperties } = range;
  if (container !== undefined) {
    const parsed = parseContainer(container, "EC2", `${path}.container`);
    return parsed instanceof Refusal ? parsed : { ...range, container: parsed };
  }
  if (ecsProperties !== undefined) {
    const parsed = parseEcsProperties(ecsProperties, "EC2", `${path}.ecsProperties`);
    return parsed instanceof Refusal ? parsed : { ...range, ecsProperties: parsed };
  }
  const parsed = parseEksProperties(eksProperties ?? {}, `${path}.eksProperties`);
  return parsed instanceof Refusal ? parsed : { ...range, eksProperties: parsed };
}

function checkTargets({ numNodes, nodeRangeProperties }: NodeProperties): Refusal | undefined {
  const ranges: NodeRange[] = [];
  for (const { targetNodes } of nodeRangeProperties) {
    const range = parseTargetNodes(targetNodes, numNodes);
    if (range instanceof Refusal) return range;
    if (range.last >= numNodes || range.first > range.last) {
      return Refusal.wrapped(
        `Node range error ${targetNodes}. Node range should be smaller than number of nodes`,
      );
    }
    ranges.push(range);
  }
  return checkCoverage(ranges, numNodes);
}

/** Refuses nodes that no range says anything of. */
export function checkCoverage(ranges: readonly NodeRange[], numNodes: number): Refusal | undefined {
  for (let index = 0; index < numNodes; index += 1) {
    if (findRange(ranges, index) === undefined) {
      return Refusal.wrapped("Node Range Properties target nodes have missing ranges");
    }
  }
  return undefined;
}
