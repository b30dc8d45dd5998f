import type {
  NodeOverrides,
  NodeProperties,
  NodePropertyOverride,
  NodeRangeProperty,
} from "../model/batch.ts";
import { mapOrRefusal } from "./map-or-refusal.ts";
import { targetRanges } from "./multi-node.ts";
import { checkCoverage, checkNodeNumbers, checkTogether, workloadOf } from "./node-properties.ts";
import { contains, findRange, isOpenEnded, parseTargetNodes } from "./node-range.ts";
import type { Parameters } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import { overrideWorkload, substituteInWorkload } from "./workload.ts";
import type { Workload } from "./workload.ts";

/**
 * The nodes with the overrides on them (specification 3.6): another number of them, where a range of the definition is
 * open-ended, and per range what its workload lets be overridden.
 *
 * An override is for every range of the definition that lies in its `targetNodes`; it cannot take a range apart.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeOverrides.html
 */
export function applyNodeOverrides(
  properties: NodeProperties,
  { numNodes = properties.numNodes, nodePropertyOverrides = [] }: NodeOverrides,
): NodeProperties | Refusal {
  const resized = { ...properties, numNodes };
  const refusal = numNodes === properties.numNodes ? undefined : checkNumNodes(resized);
  if (refusal !== undefined) return refusal;

  let overridden: NodeProperties = resized;
  for (const [index, override] of nodePropertyOverrides.entries()) {
    const result = applyToRanges(overridden, override, `nodeOverrides.nodePropertyOverrides[${index}]`);
    if (result instanceof Refusal) return result;
    overridden = result;
  }
  return checkTogether(overridden.nodeRangeProperties) ?? overridden;
}

/** The nodes with values in the place of the references in their commands. */
export function substituteInNodes(
  properties: NodeProperties,
  parameters: Parameters,
): NodeProperties | Refusal {
  const substituted = mapOrRefusal(properties.nodeRangeProperties, (range) => {
    const workload = substituteInWorkload(workloadOf(range), parameters);
    return workload instanceof Refusal ? workload : withWorkload(range, workload);
  });
  if (substituted instanceof Refusal) return substituted;
  return { ...properties, nodeRangeProperties: substituted };
}

function checkNumNodes(properties: NodeProperties): Refusal | undefined {
  const { numNodes, mainNode, nodeRangeProperties } = properties;
  const numbersRefusal = checkNodeNumbers(numNodes, mainNode);
  if (numbersRefusal !== undefined) return numbersRefusal;
  const ranges = targetRanges(properties);
  const openEnded = nodeRangeProperties.findIndex(({ targetNodes }) => isOpenEnded(targetNodes));
  const range = ranges[openEnded];
  if (range === undefined) {
    return Refusal.bare(
      "nodeOverrides.numNodes must be absent: no node range of the job definition is open-ended, such as 1:",
    );
  }
  if (range.first >= numNodes) {
    return Refusal.bare(
      `nodeOverrides.numNodes must be more than ${range.first}, where the open-ended node range begins, got ${numNodes}`,
    );
  }
  return checkCoverage(ranges, numNodes);
}

function applyToRanges(
  properties: NodeProperties,
  override: NodePropertyOverride,
  path: string,
): NodeProperties | Refusal {
  const { numNodes } = properties;
  const target = parseTargetNodes(override.targetNodes, numNodes);
  if (target instanceof Refusal) return target;
  if (target.last >= numNodes || target.first > target.last) {
    return Refusal.wrapped(
      `Node range error ${override.targetNodes}. Node range should be smaller than number of nodes`,
    );
  }
  const ranges = targetRanges(properties).map(({ first, last }) => ({
    first,
    last: Math.min(last, numNodes - 1),
  }));
  const isTargeted = ranges.map((range) => range.first <= range.last && contains(target, range));
  for (let index = target.first; index <= target.last; index += 1) {
    if (isTargeted[findRange(ranges, index) ?? -1] !== true) {
      return Refusal.bare(
        `${path}.targetNodes must cover whole node ranges of the job definition, got ${override.targetNodes}`,
      );
    }
  }
  const overridden = mapOrRefusal(properties.nodeRangeProperties, (range, index) =>
    isTargeted[index] === true ? applyToRange(range, override, path) : range,
  );
  return overridden instanceof Refusal ? overridden : { ...properties, nodeRangeProperties: overridden };
}

function applyToRange(
  range: NodeRangeProperty,
  override: NodePropertyOverride,
  path: string,
): NodeRangeProperty | Refusal {
  const { instanceTypes = [] } = override;
  if (instanceTypes.length > 1) {
    return Refusal.bare(`${path}.instanceTypes must have at most 1 entry, got ${instanceTypes.length}`);
  }
  if (instanceTypes.length > 0 && range.ecsProperties === undefined) {
    return Refusal.wrapped(
      "Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs.",
    );
  }
  const workload = overrideWorkload(workloadOf(range), override, "EC2", `${path}.`);
  if (workload instanceof Refusal) return workload;
  return { ...withWorkload(range, workload), ...(instanceTypes.length > 0 && { instanceTypes }) };
}

/** The range with another workload of the kind that it has. */
function withWorkload(range: NodeRangeProperty, workload: Workload): NodeRangeProperty {
  if (workload.kind === "ecs") return { ...range, ecsProperties: workload.ecs };
  if (workload.kind === "eks") return { ...range, eksProperties: workload.eks };
  return { ...range, container: workload.container };
}
